"""Workbooks of slices are those that one function writes."""

import io
import subprocess
import zipfile
from functools import partial
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.linelist import sliced_workbook, xlsx_writer
from chalicelib.linelist.rows import Columns, TruncatedCell
from chalicelib.linelist.sliced_workbook import Slice, joined, slices_of, write_slice
from chalicelib.linelist.xlsx_writer import widths_of

COLUMNS = Columns(("country", "ct"))
CELLS = st.sampled_from(["", "é & <b>", "=1+1", "x" * 300, "a\nb", "]]>", "</row>", "</sheetData>"]) | st.integers(
    0, 99
)
ROWS = st.lists(st.tuples(CELLS, CELLS), max_size=14)


def table(values: list[tuple[Any, Any]]) -> list[list[Any]]:
    return [[f"INXT_SAM_{place}", f"S {place}", "P", *row] for place, row in enumerate(values)]


def workbook_of(rows: list[list[Any]], cut: tuple[tuple[range, ...], ...]) -> bytes:
    # A slice of a real workbook has more rows than those that widths are chosen by.
    widths = widths_of([COLUMNS.header, *rows])
    sheets = []
    for ranges in cut:
        sheet = []
        for part in ranges:
            file = io.BytesIO()
            first = 1 + part.start - ranges[0].start
            deflated, _ = write_slice(file, COLUMNS, rows[part.start : part.stop], first, lambda _: None)
            assert deflated.length == len(file.getvalue())
            sheet.append(Slice(deflated, len(part), partial(list, [file.getvalue()])))
        sheets.append(sheet)
    return b"".join(joined(COLUMNS, sheets, widths))


def parts_of(workbook: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist() if name != "docProps/core.xml"}


@settings(deadline=None)
@given(ROWS, st.integers(1, 5), st.integers(3, 20))
def test_every_part_equals_that_of_one_function(values: list[tuple[Any, Any]], most: int, max_rows: int) -> None:
    rows = table(values)
    cut = slices_of(len(rows), COLUMNS, whole=0, most=most * 5, max_rows=max_rows)
    if cut:
        assert [number for sheet in cut for part in sheet for number in part] == list(range(len(rows)))
        assert max(len(part) for sheet in cut for part in sheet) <= most
        whole = b"".join(xlsx_writer.chunks(COLUMNS, rows, max_rows=max_rows))
        assert parts_of(workbook_of(rows, cut)) == parts_of(whole)


@pytest.mark.parametrize("command", [["unzip", "-tqq"], ["7z", "t"]])
def test_zip_programs_read_it(tmp_path: Path, command: list[str]) -> None:
    rows = table([(f"text {number}", number) for number in range(50)])
    path = tmp_path / "table.xlsx"
    path.write_bytes(workbook_of(rows, slices_of(50, COLUMNS, whole=0, most=35)))
    assert subprocess.run([*command, path], capture_output=True, check=False).returncode == 0
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    assert [list(row) for row in sheet.iter_rows(min_row=2, values_only=True)] == rows


def test_large_pieces_of_xml_are_cut_where_the_rows_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sliced_workbook, "_PIECE", 700)
    rows = table([("x" * 90, number) for number in range(40)])
    assert parts_of(workbook_of(rows, ((range(13), range(13, 40)),))) == parts_of(
        b"".join(xlsx_writer.chunks(COLUMNS, rows))
    )


def test_only_tables_too_large_for_one_function_are_cut() -> None:
    columns = Columns(tuple(f"field {number}" for number in range(57)))
    assert slices_of(200_000, columns) == ()
    (cut,) = slices_of(1_000_000, columns)
    assert [len(part) for part in cut] == [100_000] * 10
    sheets = slices_of(1_500_000, columns)
    assert [sum(map(len, sheet)) for sheet in sheets] == [1_048_575, 451_425]


def test_widths_are_those_of_the_first_rows() -> None:
    rows = table([("x" * 30, 1), ("y", 2)])
    _, widths = write_slice(io.BytesIO(), COLUMNS, rows, 1, lambda _: None)
    assert widths == widths_of([COLUMNS.header, *rows])


def test_cells_that_are_too_long_are_reported() -> None:
    found: list[TruncatedCell] = []
    write_slice(io.BytesIO(), COLUMNS, table([("y" * 40_000, 1)]), 1, found.append)
    assert found == [TruncatedCell("INXT_SAM_0", "COUNTRY")]
