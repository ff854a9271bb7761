"""Fields of samples' metadata: how they are named, and what a patch makes of them."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import StringConstraints

from chalicelib.errors import Words, words

Metadata = Mapping[str, str | int | float]
FieldName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$"),
]


MAX_FIELD_NAMES = 30_000  # bytes of UTF-8 of the names in one list of fields: a template's, a linelist's


def field_names_violation(names: Iterable[str]) -> Words | None:
    """The rule that a list of fields breaks when their names are too long in all."""
    size = sum(len(name.encode(errors="surrogatepass")) for name in names)
    if size <= MAX_FIELD_NAMES:
        return None
    return words(
        "The names of the fields may have {most} bytes in all; these have {size}.", most=MAX_FIELD_NAMES, size=size
    )


def field_named(name: str) -> str:
    """A field's name as it is kept: trimmed and lower-cased."""
    return name.strip().lower()


def merged_metadata(present: Metadata, changes: Mapping[str, Any]) -> dict[str, str | int | float]:
    """Metadata after a patch: null removes a field."""
    merged = dict(present)
    for name, value in changes.items():
        field = field_named(name)
        if value is None:
            merged.pop(field, None)
        else:
            merged[field] = value
    return merged
