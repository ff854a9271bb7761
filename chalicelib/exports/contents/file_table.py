"""The files of an export that assembles none: as a table for people, and as rows with what links are made of."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.exports.contents.items import Contents, Item

_COLUMNS = ("path", "size", "crc32", "sha256", "format", "direction", "id")


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A file of such an export, and where it is. `crc32` is 8 hex digits; checksums are None where none is known."""

    id: str
    path: str
    size: int
    crc32: str | None
    sha256: str | None
    etag: str
    bucket: str
    key: str
    version_id: str | None


def known_checksums(contents: Contents) -> Sequence[int | None]:
    """The CRC-32s that the catalog knows, by item."""
    return [item.crc32 for item in contents.items]


def table_lines(contents: Contents) -> Iterator[str]:
    """files.tsv: a header, then a line for each file; what is not known is empty."""
    yield "\t".join(_COLUMNS) + "\n"
    for item in contents.items:
        cells = (item.path, str(item.size), _hex(item), item.sha256, item.format, item.direction, item.id)
        yield "\t".join(cell or "" for cell in cells) + "\n"


def to_rows(items: Sequence[Item]) -> list[list[Any]]:
    """The items as JSON documents, for `from_row`."""
    return [
        [item.id, item.path, item.size, _hex(item), item.sha256, item.etag, item.bucket, item.key, item.version_id]
        for item in items
    ]


def from_row(row: Sequence[Any]) -> ListedFile:
    """The file that `to_rows` wrote."""
    return ListedFile(*row)


def _hex(item: Item) -> str | None:
    return None if item.crc32 is None else f"{item.crc32:08x}"
