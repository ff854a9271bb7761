"""The contents of an archive as Plan needs them: a million files are read, written and listed one by one."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.archive.entries import Entry, Source
from chalicelib.archive.plan_file import pack_lines
from chalicelib.exports.contents.items import (
    ContentSource,
    Folder,
    Item,
    Piece,
    Skipped,
    folder_places,
    head_rows,
    item_row,
)


@dataclass(frozen=True, slots=True)
class PlannedContents:
    """An archive's files as entries, and its contents as Finish reads them (`items.from_rows`, packed). `samples` have
    a file in the archive, `samples_without_file` have no matching one."""

    entries: Sequence[Entry]
    rows: bytes
    samples: int
    samples_without_file: int


def entry_of(item: Item) -> Entry:
    """An item as the archive engine knows it."""
    source = Source(item.bucket, item.key, item.etag, item.version_id)
    return Entry(item.path, item.size, item.modified, source, item.crc32)


def planned_contents(pieces: Iterable[Piece]) -> PlannedContents:
    """The contents that consist of these pieces, of which a folder comes before what is in it."""
    folders: list[Folder] = []
    skipped: list[Skipped] = []
    source_ids: list[str] = []
    entries: list[Entry] = []
    places = folder_places(folders)

    def item_rows() -> Iterator[Any]:
        for piece in pieces:
            match piece:
                case Item():
                    entries.append(entry_of(piece))
                    yield item_row(piece, places[piece.folders])
                case Folder():
                    places[piece.path] = len(folders)
                    folders.append(piece)
                case Skipped():
                    skipped.append(piece)
                case ContentSource():
                    source_ids.append(piece.id)

    packed_items = pack_lines(item_rows())
    # Gzip members one after the other are read as one file (RFC 1952, section 2.2).
    rows = pack_lines(head_rows(folders, skipped, source_ids)) + packed_items
    return PlannedContents(
        entries,
        rows,
        samples=sum(1 for folder in folders if folder.kind == "sample"),
        samples_without_file=sum(1 for left in skipped if left.reason == "no-matching-file"),
    )
