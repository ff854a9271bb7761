"""CSV as RFC 4180 has it, in UTF-8, safe to be opened in a spreadsheet."""

import csv
import io
import re
from collections.abc import Iterable, Iterator

from chalicelib.linelist.rows import Cell, Columns, Row

_CHUNK = 256 << 10  # characters
_BOM = b"\xef\xbb\xbf"  # by which Excel knows UTF-8
# What a spreadsheet takes for a formula, or for the way around a check for one (OWASP, "CSV injection").
_RUN = ("=", "+", "-", "@", "\t", "\r")
_PLAIN_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


def guarded(cell: Cell) -> Cell:
    """A cell that no spreadsheet runs: an apostrophe before a text that it would, unless that is a plain number."""
    if isinstance(cell, str) and cell.startswith(_RUN) and not _PLAIN_NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell


def chunks(columns: Columns, rows: Iterable[Row], *, bom: bool = True) -> Iterator[bytes]:
    """The file, piece by piece."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    if bom:
        yield _BOM
    writer.writerow(map(guarded, columns.header))
    for row in rows:
        writer.writerow(map(guarded, row))
        if text.tell() >= _CHUNK:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()
