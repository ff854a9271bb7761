"""CSV as RFC 4180 has it, in UTF-8, safe to be opened in a spreadsheet of any language."""

import csv
import io
from collections.abc import Iterable, Iterator

from chalicelib.catalog.samples.metadata import text_of
from chalicelib.linelist.formula_guard import escape_formula
from chalicelib.linelist.rows import Cell, Columns, Row

_CHUNK = 256 << 10  # characters
_BOM = b"\xef\xbb\xbf"  # by which Excel recognises UTF-8


def chunks(
    columns: Columns, rows: Iterable[Row], *, bom: bool = True, delimiter: str = ",", decimal_mark: str = "."
) -> Iterator[bytes]:
    """The file, piece by piece."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")

    def shown(cell: Cell) -> str:
        if isinstance(cell, str):
            return escape_formula(cell)
        return "" if cell is None else text_of(cell).replace(".", decimal_mark)

    if bom:
        yield _BOM
    writer.writerow(map(shown, columns.header))
    for row in rows:
        writer.writerow(map(shown, row))
        if text.tell() >= _CHUNK:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()
