"""The names of the columns that samples have, and a sample's cells."""

from collections.abc import Iterable, Sequence

from chalicelib.catalog.sample_query.column import Cell, Column, column_of
from chalicelib.catalog.samples.model import Sample

PUID, ID, NAME, PROJECT, CREATED, UPDATED = "puid", "id", "name", "project_id", "created_at", "updated_at"
PROJECT_NAME, PROJECT_PUID = "project.name", "project.puid"  # not stored: made of the project's id
ATTRIBUTES = (ID, NAME, PROJECT, CREATED, UPDATED, PUID)
_METADATA = "metadata."


def metadata_column(field: str) -> str:
    """The name of the column of a metadata field."""
    return _METADATA + field


def field_of(column: str) -> str | None:
    """The metadata field of a column; None for an attribute's."""
    return column.removeprefix(_METADATA) if column.startswith(_METADATA) else None


def cell(sample: Sample, column: str) -> Cell:
    """A sample's cell in a column."""
    field = field_of(column)
    if field is not None:
        return sample.metadata.get(field)
    value: Cell = getattr(sample, column)
    return value


def columns_of(samples: Sequence[Sample], names: Iterable[str]) -> dict[str, Column]:
    """These columns of some samples."""
    return {name: column_of((cell(sample, name) for sample in samples), len(samples)) for name in names}
