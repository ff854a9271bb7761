"""Confusable names, invisible names, and values of metadata: the same rules for all inputs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from chalicelib.catalog.samples.metadata import (
    duplicate_fields,
    field_named,
    is_field_name,
    is_value,
    text_of,
    value_of,
)
from chalicelib.names import Name, identity

NAMES = TypeAdapter[str](Name)
NFC, NFD = "date de réception", "date de re\u0301ception"


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("Lake 7", "Lake 7"),
        ("  Lake 7 ", "Lake 7"),
        ("\u00a0Lake 7\u2003", "Lake 7"),
        (NFD, NFC),
        ("a  b", "a  b"),
        ("é" * 255, "é" * 255),
        ("👩\u200d🔬", "👩\u200d🔬"),
    ],
)
def test_names_are_trimmed_and_normalized(given_name: str, kept: str) -> None:
    assert NAMES.validate_python(given_name) == kept


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "\u00a0",
        "\u200b",
        "\u200b \u2060",
        "\u3000",
        "\u0301",
        "a\ufffdb",
        "a\x00",
        "a\nb",
        "a\u2028b",
        "x" * 256,
    ],
)
def test_invisible_or_wrongly_decoded_names_are_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        NAMES.validate_python(name)


SAME_FIELDS = [
    ("A", "a"),
    (NFC, NFD),
    ("geo loc", "geo\u00a0loc"),
    ("geo loc", "geo  loc"),
    ("geo loc", " geo\u2009loc "),
    ("site", "si\u200bte"),
    ("É", "e\u0301"),
]


@pytest.mark.parametrize(("first", "other"), SAME_FIELDS)
def test_indistinguishable_fields_are_one(first: str, other: str) -> None:
    assert field_named(first) == field_named(other)
    (violation,) = duplicate_fields({first: 1, other: 2}, "/metadata")
    assert repr(first) in str(violation.message)
    assert repr(other) in str(violation.message)


@pytest.mark.parametrize(
    ("first", "other"), [("µg", "mg"), ("straße", "strassen"), ("a-b", "a b"), ("a_b", "a b"), ("site", "site 2")]
)
def test_different_fields_stay_separate(first: str, other: str) -> None:
    assert field_named(first) != field_named(other)
    assert duplicate_fields({first: 1, other: 2}, "") == []


@pytest.mark.parametrize(
    "name", ["", " ", "\u200b", "a\x00", "a\ufffd", "x" * 256, "Sample Name", "SAMPLE PUID", "project\u00a0puid"]
)
def test_reserved_names_are_refused(name: str) -> None:
    assert not is_field_name(name)


@given(st.text(max_size=20))
def test_valid_names_are_unchanged(name: str) -> None:
    assert field_named(field_named(name)) == field_named(name)
    assert identity(identity(name)) == identity(name)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12),
        ("-5.2", -5.2),
        ("0", 0),
        ("0.5", 0.5),
        ("1.0", "1.0"),
        ("2.0", "2.0"),
        ("1.10", "1.10"),
        ("1.50", "1.50"),
        ("00012", "00012"),
        ("1e5", "1e5"),
        ("1E5", "1E5"),
        ("1e+20", "1e+20"),
        ("nan", "nan"),
        ("inf", "inf"),
        ("-0", "-0"),
        ("1_000", "1_000"),
        ("٣", "٣"),
        ("9" * 16, "9" * 16),
        ("999999999999999", 999999999999999),
        ("+1", "+1"),
        (".5", ".5"),
        ("5.", "5."),
        ("1,5", "1,5"),
        ("2026-07-01", "2026-07-01"),
        ("", ""),
        (" 1", " 1"),
        ("true", "true"),
    ],
)
def test_a_text_is_a_number_only_if_the_number_is_written_as_that_text(text: str, value: str | float) -> None:
    assert value_of(text) == value
    assert type(value_of(text)) is type(value)


@given(st.text(max_size=12) | st.integers().map(str) | st.floats().map(str))
def test_no_value_changes_how_a_text_is_written(text: str) -> None:
    assert text_of(value_of(text)) == text


@pytest.mark.parametrize(
    ("value", "is_one"),
    [
        ("x" * 32_767, True),
        ("x" * 32_768, False),
        ("\U0001f9ec" * 16_383, True),
        ("\U0001f9ec" * 16_384, False),
        ("", True),
        ("\ud800", False),
        ("a\ufffd", False),
        (10**15 - 1, True),
        (10**15, False),
        (-(10**15), False),
        (1.5, True),
        (float("nan"), False),
        (float("inf"), False),
        (True, False),
        (None, False),
        ([], False),
    ],
)
def test_values_keep_their_type(value: object, is_one: bool) -> None:
    assert is_value(value) is is_one
