"""JSON Lines: an object for each sample, exact, under the fields' own names; null where there is no value."""

import json
from collections.abc import Iterable, Iterator

from chalicelib.linelist.rows import Columns, Row

_ROWS = 500


def chunks(columns: Columns, rows: Iterable[Row]) -> Iterator[bytes]:
    """The file, piece by piece."""
    keys = columns.keys
    encode = json.JSONEncoder(ensure_ascii=False).encode
    lines: list[str] = []
    for row in rows:
        lines.append(encode(dict(zip(keys, row, strict=True))))
        if len(lines) >= _ROWS:
            yield ("\n".join(lines) + "\n").encode()
            lines.clear()
    if lines:
        yield ("\n".join(lines) + "\n").encode()
