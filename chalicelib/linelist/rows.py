"""The columns and rows of a linelist."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Cell = str | int | float | None
Row = Sequence[Cell]
FIXED = ("SAMPLE PUID", "SAMPLE NAME", "PROJECT PUID")


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a linelist: the fixed ones, then the chosen fields of metadata in the order asked for."""

    fields: tuple[str, ...]

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns, as a table shows them."""
        return (*FIXED, *(field.upper() for field in self.fields))

    @property
    def keys(self) -> tuple[str, ...]:
        """The names of the columns, as a program reads them: each field's own. The fixed ones are in capitals, as no
        field is."""
        return (*FIXED, *self.fields)

    def row(self, puid: str, name: str, project_puid: str, metadata: Mapping[str, Cell]) -> Row:
        """A sample's row; None where it has no value."""
        return [puid, name, project_puid, *map(metadata.get, self.fields)]
