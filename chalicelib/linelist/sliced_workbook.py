"""Workbooks whose rows are written by several functions: each makes one slice of a sheet's rows as deflate data, and
the slices are joined as they are.

Deflate data that ends with a full flush ends on a byte, and nothing after it refers to what is before it (RFC 1951;
zlib's manual, `Z_FULL_FLUSH`). So slices one after the other are one valid stream if a final block follows the last.
XlsxWriter writes all XML: a workbook of the slice's rows alone, of which the rows are kept, and a workbook without any
rows, which has everything else.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from itertools import chain, islice
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO
from zipfile import ZipFile

from zlib_ng import zlib_ng

from chalicelib.crc32 import combine_all, crc32
from chalicelib.linelist.rows import Columns, Row, TruncatedCell
from chalicelib.linelist.xlsx_writer import (
    MAX_ROWS,
    MEASURED,
    begin_sheet,
    end_sheet,
    whole_cells,
    widths_of,
    workbook,
    write_rows,
)
from chalicelib.zip_format import central_header, end_records, local_header

# Cells of one function. It writes 12 million in some two to five minutes, of the 15 that it has.
_WHOLE, _SLICE = 12_000_000, 6_000_000
_PIECE = 1 << 20
_FOOT = 1 << 12  # bytes; what follows the rows of a sheet without filters is shorter
_MODIFIED = datetime(1980, 1, 1, tzinfo=UTC)  # of each member, as XlsxWriter writes it


@dataclass(frozen=True, slots=True)
class Deflated:
    """Deflate data: the CRC-32 and the bytes of what it stands for, and its own bytes."""

    crc32: int
    size: int
    length: int


@dataclass(frozen=True, slots=True)
class Slice:
    """Rows of a sheet as deflate data, and how to read it."""

    deflated: Deflated
    rows: int
    read: Callable[[], Iterable[bytes]]


def slices_of(
    rows: int, columns: Columns, *, whole: int = _WHOLE, most: int = _SLICE, max_rows: int = MAX_ROWS
) -> tuple[tuple[range, ...], ...]:
    """The slices of a workbook of so many rows, by sheet; none if one function can write it (up to `whole` cells).
    A slice has at most `most` cells, or one row."""
    width = len(columns.header)
    if rows * width <= whole:
        return ()
    per_sheet = max_rows - 1
    sheets = (range(start, min(start + per_sheet, rows)) for start in range(0, rows, per_sheet))
    return tuple(tuple(_cut(sheet, max(1, most // width))) for sheet in sheets)


def _cut(rows: range, most: int) -> Iterator[range]:
    length = ceil(len(rows) / ceil(len(rows) / most))
    for start in range(0, len(rows), length):
        yield rows[start : start + length]


def write_slice(
    file: IO[bytes], columns: Columns, rows: Iterable[Row], first: int, on_truncated: Callable[[TruncatedCell], None]
) -> tuple[Deflated, list[int]]:
    """Write rows as deflate data, the first of which has this number on its sheet (the header's is 0); also returns
    the columns' widths by the first rows. Raises WorkbookTooLarge."""
    rows = iter(whole_cells(columns, rows, on_truncated))
    measured = list(islice(rows, MEASURED))
    with TemporaryDirectory(prefix="slice-") as folder:
        path = Path(folder) / "slice.xlsx"
        with workbook(path) as book:
            write_rows(book.add_worksheet(), chain(measured, rows), first)
        with ZipFile(path) as archive, archive.open("xl/worksheets/sheet1.xml") as sheet:
            return _deflate(file, _rows_of(sheet)), widths_of([columns.header, *measured])


def _rows_of(sheet: IO[bytes]) -> Iterator[bytes]:
    """The XML of a sheet's rows, without what is around them."""
    text = bytearray()
    is_begun = False
    for piece in iter(lambda: sheet.read(_PIECE), b""):
        text += piece
        if not is_begun:
            _, begun, after = text.partition(b"<sheetData>")
            if not begun:
                continue
            text, is_begun = after, True
        if len(text) > _FOOT:
            yield bytes(text[:-_FOOT])
            del text[:-_FOOT]
    if is_begun:
        yield bytes(text[: text.rindex(b"</sheetData>")])


def _deflate(file: IO[bytes], chunks: Iterable[bytes], end: int = zlib_ng.Z_FULL_FLUSH) -> Deflated:
    """Write chunks as deflate data; `end` is how zlib flushes them, with `Z_FINISH` for the last of a stream."""
    compressor = zlib_ng.compressobj(wbits=-15)  # negative: without a header
    crc, size, length = 0, 0, 0
    for chunk in chunks:
        crc, size = crc32(chunk, crc), size + len(chunk)
        length += file.write(compressor.compress(chunk))
    length += file.write(compressor.flush(end))
    return Deflated(crc, size, length)


def joined(columns: Columns, sheets: Sequence[Sequence[Slice]], widths: Sequence[int]) -> Iterator[bytes]:
    """The workbook of these slices, by sheet, piece by piece."""
    with TemporaryDirectory(prefix="linelist-") as folder:
        path = Path(folder) / "frame.xlsx"
        _write_frame(path, columns, [sum(part.rows for part in sheet) for sheet in sheets], widths)
        parts = {f"xl/worksheets/sheet{number}.xml": sheet for number, sheet in enumerate(sheets, 1)}
        directory: list[bytes] = []
        position = 0
        with ZipFile(path) as frame:
            for name in frame.namelist():
                content = frame.read(name)
                if name in parts:
                    # All before the second row, which there only is so that the sheet has its dimensions.
                    header = content.partition(b"</row>")[0] + b"</row>"
                    members = [_member(header), *parts[name], _member(content[content.rindex(b"</sheetData>") :], True)]
                else:
                    members = [_member(content, True)]
                whole = combine_all((part.deflated.crc32, part.deflated.size) for part in members)
                size = sum(part.deflated.size for part in members)
                length = sum(part.deflated.length for part in members)
                record = local_header(name, size, _MODIFIED, whole, length)
                yield record
                for part in members:
                    yield from part.read()
                directory.append(central_header(name, size, _MODIFIED, whole, position, length))
                position += len(record) + length
        listed = b"".join(directory)
        yield listed + end_records(len(directory), len(listed), position)


def _member(content: bytes, is_last: bool = False) -> Slice:
    data = BytesIO()
    deflated = _deflate(data, [content], zlib_ng.Z_FINISH if is_last else zlib_ng.Z_FULL_FLUSH)
    return Slice(deflated, 0, lambda: [data.getvalue()])


def _write_frame(path: Path, columns: Columns, rows: Sequence[int], widths: Sequence[int]) -> None:
    """A workbook with everything but the rows; of each sheet's, the last has a cell."""
    with workbook(path) as book:
        bold = book.add_format({"bold": True})
        for number, count in enumerate(rows, 1):
            sheet = begin_sheet(book, number, columns, widths, bold)
            if count:
                sheet.write_string(count, len(columns.header) - 1, "last")
            end_sheet(sheet, columns, count)
