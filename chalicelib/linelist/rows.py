"""The columns and rows of a linelist."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

Cell = str | int | float | None
Row = Sequence[Cell]
FIXED = ("SAMPLE PUID", "SAMPLE NAME", "PROJECT PUID")


def upper_cased(name: str) -> str:
    """A name in capitals that means the same: only Latin letters, and only those that lower-casing gives back.

    Others would read as another letter (µ and μ as M), become indistinguishable (ß, dotless ı) or become several.
    """
    return "".join(map(_upper, name))


@cache
def _upper(character: str) -> str:
    upper = character.upper()
    is_latin = unicodedata.name(character, "").startswith("LATIN ")
    return upper if is_latin and upper.lower() == character else character


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a linelist: the fixed ones, then the chosen fields of metadata in the order of the request."""

    fields: tuple[str, ...]

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns, as a table shows them: in capitals, unless that would be another column's name."""
        capitals = [upper_cased(field) for field in self.fields]
        return (*FIXED, *(name if name not in FIXED else name.lower() for name in capitals))

    @property
    def keys(self) -> tuple[str, ...]:
        """The names of the columns, as a program reads them: each field's own. The fixed ones are in capitals, as no
        field is."""
        return (*FIXED, *self.fields)

    def row(self, puid: str, name: str, project_puid: str, metadata: Mapping[str, Cell]) -> Row:
        """A sample's row; None where it has no value."""
        return [puid, name, project_puid, *map(metadata.get, self.fields)]


@dataclass(frozen=True, slots=True)
class TruncatedCell:
    """A cell that holds less than its value: the key of the row (its first cell) and the name of the column."""

    row_key: str
    column: str
