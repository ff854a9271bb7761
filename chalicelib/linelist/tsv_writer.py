"""Tab-separated values for scripts, in UTF-8. A cell with a tab, a line end or a quotation mark in it is quoted as in
CSV (RFC 4180), which pandas, R (`read.delim`) and readr expect; everything else is written as it is."""

import re
from collections.abc import Iterable, Iterator

from chalicelib.catalog.samples.metadata import text_of
from chalicelib.linelist.rows import Cell, Columns, Row

_ROWS = 500
_QUOTED = re.compile(r'[\t\r\n"]')


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    text = text_of(cell)
    return '"' + text.replace('"', '""') + '"' if _QUOTED.search(text) else text


def chunks(columns: Columns, rows: Iterable[Row]) -> Iterator[bytes]:
    """The file, piece by piece."""
    lines = ["\t".join(map(_text, columns.header))]
    for row in rows:
        lines.append("\t".join(map(_text, row)))
        if len(lines) >= _ROWS:
            yield ("\n".join(lines) + "\n").encode()
            lines.clear()
    if lines:
        yield ("\n".join(lines) + "\n").encode()
