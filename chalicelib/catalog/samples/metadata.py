"""Samples' metadata: names of fields, values, and patches. Everything that writes them follows these rules."""

import unicodedata
from collections.abc import Iterable, Mapping
from math import isfinite
from typing import Annotated, Any

from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError

from chalicelib.errors import Message, Violation, message, pointer_step
from chalicelib.names import MAX_NAME, REPLACEMENT, as_seen, identity, is_visible

Value = str | int | float
Metadata = Mapping[str, Value]
MAX_FIELD_NAMES = 30_000  # bytes of UTF-8 of the names in one list of fields: a template's, a linelist's
MAX_TEXT = 32_767  # UTF-16 code units: what a spreadsheet's cell holds
MAX_NUMBER = 10**15  # whole numbers below it are exact as doubles (RFC 7493 section 2.2)


# The fixed columns of every linelist: a field with such a name would be indistinguishable.
RESERVED_FIELDS = frozenset({"sample puid", "sample name", "project puid"})


def field_named(name: str) -> str:
    """A field's name as it is stored: names that people can't tell apart are one field.

    Lower-cased, in one Unicode form (NFC), with single spaces for blanks of any kind, without zero-width characters.
    """
    return unicodedata.normalize("NFC", as_seen(name).lower())


def is_field_name(name: str) -> bool:
    """Can this name a field: 1 to 255 characters that people can see, none of them a control character, and none of
    the reserved names?"""
    kept = field_named(name)
    if kept in RESERVED_FIELDS:
        return False
    is_plain = not any(unicodedata.category(character) in {"Cc", "Cs"} for character in kept)
    return 1 <= len(name) <= MAX_NAME and is_visible(kept) and is_plain and REPLACEMENT not in kept


def _checked_field(name: str) -> str:
    if not is_field_name(name):
        raise PydanticCustomError("field_name", "not a name of a field")
    return name


FieldName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_NAME, pattern=r"^[^\x00-\x1f\x7f]*$"),
    AfterValidator(_checked_field),
]


def utf_16_length(text: str) -> int:
    """How many UTF-16 code units a text has; for a short one an upper bound, twice its characters."""
    return len(text) if len(text) <= MAX_TEXT // 2 else len(text.encode("utf-16-le", "replace")) // 2


def is_value(value: object) -> bool:
    """Is it a value of metadata: a text that a spreadsheet's cell holds, or a number that is exact as a double?"""
    if isinstance(value, str):
        if REPLACEMENT in value or any("\ud800" <= character <= "\udfff" for character in value):
            return False
        return utf_16_length(value) <= MAX_TEXT
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) < MAX_NUMBER if isinstance(value, int) else isfinite(value)


def text_of(value: Value) -> str:
    """A value as tables write it: whole numbers without a fraction, however they are stored."""
    if isinstance(value, float) and value.is_integer() and abs(value) < MAX_NUMBER:
        return str(int(value))
    return str(value)


def value_of(text: str) -> Value:
    """The value of a text in a table: a number only if formatting it yields the same text. Versions (`1.0`,
    `1.10`), ids (`00012`) and what only looks like an exponent (`1e5`) stay as they are written."""
    for kind in (int, float):
        try:
            number = kind(text)
        except ValueError:
            continue
        if is_value(number) and text_of(number) == text and "e" not in text:
            return number
    return text


def field_names_violation(names: Iterable[str]) -> Message | None:
    """The rule that a list of fields breaks when their names are too long in all."""
    size = sum(len(name.encode(errors="surrogatepass")) for name in names)
    if size <= MAX_FIELD_NAMES:
        return None
    return message(
        "The field names must have at most {most} bytes in total; these have {size}.", most=MAX_FIELD_NAMES, size=size
    )


def duplicate_fields(names: Iterable[str], pointer: str) -> list[Violation]:
    """The violations of names that mean the same field: a value of one would be lost. `pointer` is that of the object
    which has them as members."""
    first: dict[str, str] = {}
    violations = []
    for name in names:
        other = first.setdefault(identity(name), name)
        if other is not name:
            rule = message("{first} and {second} are the same field name.", first=repr(other), second=repr(name))
            violations.append(Violation(f"{pointer}/{pointer_step(name)}", rule))
    return violations


def merged_metadata(present: Metadata, changes: Mapping[str, Any]) -> dict[str, Value]:
    """Metadata after a patch: null removes a field."""
    merged = dict(present)
    for name, value in changes.items():
        field = field_named(name)
        if value is None:
            merged.pop(field, None)
        else:
            merged[field] = value
    return merged
