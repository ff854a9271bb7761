"""Fields of samples' metadata: how they are named, and what a patch makes of them."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import StringConstraints

Metadata = Mapping[str, str | int | float]
FieldName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$"),
]


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
