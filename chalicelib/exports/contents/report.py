"""report.json: one row for every requested item, so that nothing is omitted silently."""

import json
from collections.abc import Iterator, Sequence
from itertools import chain

from chalicelib.exports.contents.items import Contents


def report_lines(contents: Contents, crc32: Sequence[int | None]) -> Iterator[str]:
    """The report as JSON, piece by piece, one row a line. `crc32` is by position in `contents.items`.

    A row: `{"path"|null, "id", "outcome": "included"|"skipped", "reason"?, "renamed_from"?, "size", "crc32",
    "sha256"?}`; `crc32` is 8 hex digits, null where none is known.
    """
    before = "[\n"
    for row in chain(_included(contents, crc32), _skipped(contents)):
        yield before + json.dumps(row, ensure_ascii=False)
        before = ",\n"
    yield "[]" if before == "[\n" else "\n]"


def _included(contents: Contents, crc32: Sequence[int | None]) -> Iterator[dict[str, object]]:
    for position, item in enumerate(contents.items):
        row: dict[str, object] = {"path": item.path, "id": item.id, "outcome": "included"}
        if item.renamed_from is not None:
            row["renamed_from"] = item.renamed_from
        checksum = crc32[position]
        row |= {"size": item.size, "crc32": None if checksum is None else f"{checksum:08x}"}
        if item.sha256 is not None:
            row["sha256"] = item.sha256
        yield row


def _skipped(contents: Contents) -> Iterator[dict[str, object]]:
    for left in contents.skipped:
        yield {
            "path": None,
            "id": left.id,
            "outcome": "skipped",
            "reason": left.reason,
            "size": left.size,
            "crc32": None,
        }
