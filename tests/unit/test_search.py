"""A search finds what people see: any run of characters that begins at a word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.search import matches, normalize, runs

NAME = "SARS-CoV-2/human/CAN/ON-1234/2021"


@pytest.mark.parametrize(
    ("q", "name", "is_found"),
    [
        ("sars", NAME, True),
        ("ON-1234", NAME, True),
        ("1234", NAME, True),
        ("on-1234/2021", NAME, True),
        ("2/human", NAME, True),
        ("human/can", NAME, True),
        ("234", NAME, False),
        ("-1234", NAME, False),
        ("ON 1234", NAME, False),
        ("etude", "Étude nationale", True),
        ("NATIONALE", "Étude nationale", True),
        ("e\u0301tude", "étude", True),
        ("étude", "ETUDE", True),
        ("strasse", "Straße 12", True),
        ("istanbul", "İstanbul", True),
        ("naïve", "naive", True),
        ("", "x", True),
        ("  ", "x", True),
        (" x ", "x y", True),
        ("(b", "a (b)", False),
        ("b)", "a (b)", True),
        ("7", "Lake 7", True),
        ("漢字", "a 漢字", True),
        ("x_2", "sample_x_2", True),
        ("le_x", "sample_x_2", False),
    ],
)
def test_a_search_finds_any_text_that_begins_at_a_word(q: str, name: str, is_found: bool) -> None:
    assert matches(q, name) is is_found


def test_ids_are_found_by_their_beginning() -> None:
    assert matches("inxt_sam_ab", "name", "INXT_SAM_ABCDEFGHIJ")
    assert not matches("sam_ab", "name", "INXT_SAM_ABCDEFGHIJ")


@given(st.text(max_size=40), st.integers(0, 40), st.integers(1, 40))
def test_every_text_from_a_word_on_is_found(name: str, start: int, length: int) -> None:
    for run in runs(name):
        assert matches(run[:length], name)
    sought = normalize(name)[start : start + length]
    begins_word = start == 0 or any(run.startswith(sought) for run in runs(name))
    if sought.strip() == sought and sought:
        assert matches(sought, name) is (begins_word or normalize(name).startswith(sought))
