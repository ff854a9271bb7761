r"""Tab-separated values for scripts: UTF-8, a line for each sample; tab, line ends and backslash as \t, \n, \r, \\."""

from collections.abc import Iterable, Iterator

from chalicelib.linelist.rows import Cell, Columns, Row

_ROWS = 500
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    return cell.translate(_ESCAPES) if isinstance(cell, str) else str(cell)


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
