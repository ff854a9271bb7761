"""A parsed samplesheet: frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from chalicelib.catalog.files.pairing import Direction
from chalicelib.errors import Violation

Role = Literal["sample", "puid", "description", "file", "metadata", "ignored"]


@dataclass(frozen=True, slots=True)
class SheetFile:
    """A file that a cell names. `mate` is the URI of the other file of its pair, if its row declares one, and
    `direction` then its own."""

    row: int
    column: str
    s3_uri: str
    mate: str | None = None
    direction: Direction | None = None


@dataclass(frozen=True, slots=True)
class SheetSample:
    """The values of all rows of one sample; `row` is the first of `rows`. Metadata is as
    in the cells, by field. `is_renamed`: `name` is the new name of a sample found by its PUID."""

    name: str | None
    puid: str | None
    description: str | None
    metadata: Mapping[str, str]
    files: tuple[SheetFile, ...]
    rows: tuple[int, ...]
    is_renamed: bool = False

    @property
    def row(self) -> int:
        """Its first row."""
        return self.rows[0]


@dataclass(frozen=True, slots=True)
class Column:
    """A column as it was interpreted; `field` is set for a metadata column."""

    name: str
    role: Role
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Samplesheet:
    """A parsed samplesheet, how it was interpreted, every violation (`violations`: nothing is
    imported), and what was ignored (`warnings`)."""

    samples: tuple[SheetSample, ...]
    fields: tuple[str, ...]
    row_count: int
    violations: tuple[Violation, ...]
    warnings: tuple[Violation, ...] = ()
    columns: tuple[Column, ...] = ()
    delimiter: str = ","
    header_row: int = 1
