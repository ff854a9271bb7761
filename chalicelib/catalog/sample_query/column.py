"""A column of samples: its distinct values, and which of them each row has."""

import json
import sys
import zlib
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from chalicelib.catalog.samples.metadata import Value

Cell = Value | None
EMPTY = 0  # the code of a row without a value
_ITEM = "I"  # codes: unsigned, 4 bytes
_LEVEL = 3  # of zlib: a third of level 6's time for a tenth more bytes


@dataclass(frozen=True, slots=True)
class Column:
    """`values[codes[row]]` is a row's cell; `values[EMPTY]` is None, the others are distinct."""

    values: Sequence[Cell]
    codes: "array[int]"

    def __getitem__(self, row: int) -> Cell:
        return self.values[self.codes[row]]

    @property
    def is_empty(self) -> bool:
        """Has no row a value?"""
        return len(self.values) == 1


class ColumnBuilder:
    """Makes a column cell by cell. Rows that are not set are empty."""

    def __init__(self, rows: int) -> None:
        self._codes = array(_ITEM, bytes(rows * array(_ITEM).itemsize))
        self._by_value: dict[Value, int] = {}

    def set(self, row: int, value: Value) -> None:
        """Set a row's cell."""
        self._codes[row] = self._by_value.setdefault(value, len(self._by_value) + 1)

    def column(self) -> Column:
        """The column so far."""
        return Column((None, *self._by_value), self._codes)


def column_of(cells: Iterable[Cell], rows: int) -> Column:
    """The column of these cells, of which there are `rows`."""
    builder = ColumnBuilder(rows)
    for row, cell in enumerate(cells):
        if cell is not None:
            builder.set(row, cell)
    return builder.column()


def rearranged(column: Column | None, sources: Sequence[int], changes: Mapping[int, Cell]) -> Column:
    """A column for other rows: `sources` has the row of `column` (None: an empty one) for each new row, and `changes`
    the cells of those that are not taken from there."""
    builder = ColumnBuilder(len(sources))
    if column is not None:
        values, codes = column.values, column.codes
        for row, source in enumerate(sources):
            if source >= 0 and (code := codes[source]) != EMPTY:
                builder.set(row, values[code])  # type: ignore[arg-type] # only EMPTY's is None
    for row, cell in changes.items():
        if cell is not None:
            builder.set(row, cell)
    return builder.column()


def encode(column: Column) -> bytes:
    """The column as compressed bytes: a line of JSON with its values, then its codes (little-endian)."""
    codes = array(_ITEM, column.codes)
    if sys.byteorder == "big":
        codes.byteswap()
    line = json.dumps(column.values, ensure_ascii=False, separators=(",", ":"))
    return zlib.compress(line.encode() + b"\n" + codes.tobytes(), _LEVEL)


def decode(data: bytes) -> Column:
    """The column that `encode` wrote."""
    line, _, rest = zlib.decompress(data).partition(b"\n")
    codes = array(_ITEM, rest)
    if sys.byteorder == "big":
        codes.byteswap()
    return Column(json.loads(line), codes)
