"""report.json: one row for everything that was asked for, so that nothing is left out silently."""

import json
from collections.abc import Mapping

from chalicelib.exports.contents import Contents


def render_report(contents: Contents, crc32: Mapping[int, int]) -> str:
    """The report as JSON, one row a line. `crc32` is by position in `contents.items`.

    A row: `{"path"|null, "id", "outcome": "included"|"skipped", "reason"?, "renamed_from"?, "size", "crc32",
    "sha256"?}`; `crc32` is 8 hex digits, null where nothing was read.
    """
    rows: list[dict[str, object]] = []
    for position, item in enumerate(contents.items):
        row: dict[str, object] = {"path": item.path, "id": item.id, "outcome": "included"}
        if item.renamed_from is not None:
            row["renamed_from"] = item.renamed_from
        row |= {"size": item.size, "crc32": f"{crc32[position]:08x}"}
        if item.sha256 is not None:
            row["sha256"] = item.sha256
        rows.append(row)
    rows += [
        {"path": None, "id": left.id, "outcome": "skipped", "reason": left.reason, "size": left.size, "crc32": None}
        for left in contents.skipped
    ]
    if not rows:
        return "[]"
    return "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]"
