"""Excel workbooks, row by row: what is written goes to temporary files at once, joined in the end."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from errno import ENOSPC
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from chalicelib.catalog.samples.metadata import MAX_TEXT, utf_16_length
from chalicelib.linelist.rows import Cell, Columns, Row, TruncatedCell

MAX_ROWS = 1_048_576  # of a sheet, its header included (Excel's specifications and limits)
_MAX_NUMBER = 9.99999999999999e307  # the largest number of a cell; a larger one is written as text
_NARROWEST, _WIDEST = 10, 40  # characters
MEASURED = 200  # rows by which the widths are chosen
_PIECE = 1 << 20


class WorkbookTooLarge(Exception):
    """The workbook does not fit into the available storage."""


def chunks(
    columns: Columns,
    rows: Iterable[Row],
    *,
    max_rows: int = MAX_ROWS,
    on_truncated: Callable[[TruncatedCell], None] = lambda _: None,
) -> Iterator[bytes]:
    """The file, piece by piece, after the last row was written to a temporary one. A text that is longer than a cell
    holds is cut, and `on_truncated` is called."""
    rows = whole_cells(columns, rows, on_truncated)
    with TemporaryDirectory(prefix="linelist-") as folder:
        path = Path(folder) / "linelist.xlsx"
        _write(path, columns, iter(rows), max_rows)
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece


def whole_cells(columns: Columns, rows: Iterable[Row], on_truncated: Callable[[TruncatedCell], None]) -> Iterator[Row]:
    """The rows with texts that are no longer than a cell holds."""
    for row in rows:
        long = [place for place, cell in enumerate(row) if isinstance(cell, str) and utf_16_length(cell) > MAX_TEXT]
        if long:
            kept = list(row)
            for place in long:
                text = str(kept[place]).encode("utf-16-le")[: 2 * MAX_TEXT].decode("utf-16-le", "ignore")
                kept[place] = text
                on_truncated(TruncatedCell(str(row[0]), columns.header[place]))
            yield kept
        else:
            yield row


def _write(path: Path, columns: Columns, rows: Iterator[Row], max_rows: int) -> None:
    first = list(islice(rows, MEASURED))
    widths = widths_of([columns.header, *first])
    left = chain(first, rows)
    with workbook(path) as book:
        bold = book.add_format({"bold": True})
        number, following = 1, next(left, None)
        while following is not None or number == 1:
            sheet = begin_sheet(book, number, columns, widths, bold)
            on_sheet: Iterable[Row] = () if following is None else chain([following], islice(left, max_rows - 2))
            end_sheet(sheet, columns, write_rows(sheet, on_sheet, 1))
            number, following = number + 1, next(left, None)


@contextmanager
def workbook(path: Path) -> Iterator[xlsxwriter.Workbook]:
    """A workbook at this path, written when the context ends; its temporary files are beside it. Raises
    WorkbookTooLarge when they do not fit on the disk."""
    options = {"constant_memory": True, "tmpdir": str(path.parent), "use_zip64": True}
    try:
        with xlsxwriter.Workbook(path, options) as book:
            yield book
    except (OSError, FileCreateError) as error:
        if ENOSPC in (getattr(error, "errno", None), getattr(error.args[0], "errno", None)):
            raise WorkbookTooLarge("the workbook and its temporary files do not fit on the disk") from error
        raise


def begin_sheet(
    book: xlsxwriter.Workbook, number: int, columns: Columns, widths: Sequence[int], bold: Format
) -> Worksheet:
    """A sheet with its header; they are numbered from 1."""
    sheet = book.add_worksheet("linelist" if number == 1 else f"linelist {number}")
    for place, (name, width) in enumerate(zip(columns.header, widths, strict=True)):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, name, bold)
    sheet.freeze_panes(1, 0)
    return sheet


def write_rows(sheet: Worksheet, rows: Iterable[Row], first: int) -> int:
    """Write rows from number `first` on (the header's is 0); returns the number of the last."""
    write_string, write_number = sheet.write_string, sheet.write_number
    last = first - 1
    for last, row in enumerate(rows, first):
        for place, cell in enumerate(row):
            if isinstance(cell, str):
                if cell:
                    write_string(last, place, cell)
            elif cell is not None and -_MAX_NUMBER <= cell <= _MAX_NUMBER:
                write_number(last, place, cell)
            elif cell is not None:
                write_string(last, place, str(cell))
    return last


def end_sheet(sheet: Worksheet, columns: Columns, last: int) -> None:
    """Let the reader filter the rows up to number `last`."""
    sheet.autofilter(0, 0, last, len(columns.header) - 1)


def widths_of(rows: Sequence[Sequence[Cell]]) -> list[int]:
    """Widths that show most values whole: as wide as the widest measured one, within bounds."""
    longest = (max(len(str(cell)) if cell is not None else 0 for cell in column) for column in zip(*rows, strict=True))
    return [min(max(length + 2, _NARROWEST), _WIDEST) for length in longest]
