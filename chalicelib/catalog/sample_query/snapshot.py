"""The file of a snapshot: the columns of a namespace's samples, by PUID, each of which can be read by itself.

The columns of metadata and most attributes come first. The tail is what every query reads: the columns `updated_at` and
`puid`, the directory (compressed JSON), and its length (4 bytes, little-endian).
"""

import json
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from chalicelib.catalog.sample_query.column import Column, decode, encode
from chalicelib.catalog.sample_query.columns import PUID, UPDATED

_LENGTH = struct.Struct("<I")
IN_TAIL = (UPDATED, PUID)


@dataclass(frozen=True, slots=True)
class Directory:
    """The number of rows, and where each column that has a value is: offset and length in bytes."""

    rows: int
    columns: Mapping[str, tuple[int, int]]


@dataclass(slots=True)
class SnapshotWriter:
    """Writes a snapshot column by column, those of the tail last."""

    rows: int
    _data: bytearray = field(default_factory=bytearray)
    _columns: dict[str, tuple[int, int]] = field(default_factory=dict)

    def add(self, name: str, column: Column) -> None:
        """Append a column; one without any value is omitted."""
        if column.is_empty and name not in IN_TAIL:
            return
        data = encode(column)
        self._columns[name] = (len(self._data), len(data))
        self._data += data

    def finish(self) -> tuple[bytes, int]:
        """The file, and the offset of its tail."""
        document = {"rows": self.rows, "columns": self._columns}
        directory = zlib.compress(json.dumps(document, ensure_ascii=False).encode())
        self._data += directory + _LENGTH.pack(len(directory))
        return bytes(self._data), self._columns[IN_TAIL[0]][0]


def read_tail(tail: bytes, offset: int) -> tuple[Directory, dict[str, Column]]:
    """The directory and the columns of a tail that begins at `offset` in its file."""
    (length,) = _LENGTH.unpack(tail[-_LENGTH.size :])
    document = json.loads(zlib.decompress(tail[-_LENGTH.size - length : -_LENGTH.size]))
    directory = Directory(document["rows"], {name: tuple(place) for name, place in document["columns"].items()})
    found = {}
    for name in IN_TAIL:
        start, size = directory.columns[name]
        found[name] = decode(tail[start - offset : start - offset + size])
    return directory, found
