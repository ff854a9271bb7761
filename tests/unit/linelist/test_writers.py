"""Linelists are read back by programs that we did not write, and hold what the catalog does."""

import csv
import io
import json
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from chalicelib.linelist import csv_writer, json_writer, tsv_writer, xlsx_writer
from chalicelib.linelist.rows import Columns

COLUMNS = Columns(("a", "b", "=c"))
HARD = (
    "=1+1", "+1", "-5.2", "1e5", "00012", "@x", "\tx", "\rx", "2026-11-24", "", "x" * 32_767, 'a "b", c', "a\r\nb",
    "😀é", " x ", "\\t", "'", "'=x", "-", "+41 79", "_x0041_",
)  # fmt: skip
TEXTS = st.sampled_from(HARD) | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)
NUMBERS = st.integers(-(10**15) + 1, 10**15 - 1) | st.floats(allow_nan=False, allow_infinity=False)
ROWS = st.lists(st.lists(TEXTS | NUMBERS | st.none(), min_size=3, max_size=3), max_size=5)
FIXED = ("INXT_SAM_AAAAAAAAAA", "S 1", "INXT_PRJ_AAAAAAAAAA")


def rows_of(values: list[list[Any]]) -> list[list[Any]]:
    return [list(COLUMNS.row(*FIXED, dict(zip(COLUMNS.fields, one, strict=True)))) for one in values]


def text_of(cell: Any) -> str:
    return "" if cell is None else str(cell)


def unguarded(text: str) -> str:
    return text[1:] if text[:1] == "'" and text[1:2] in tuple("=+-@\t\r") and text[1:2] else text


@given(ROWS)
def test_csv_holds_what_the_catalog_does_once_the_guard_is_taken_away(values: list[list[Any]]) -> None:
    rows = rows_of(values)
    body = b"".join(csv_writer.chunks(COLUMNS, rows))
    read = list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))
    assert read[0] == ["SAMPLE PUID", "SAMPLE NAME", "PROJECT PUID", "A", "B", "'=C"]
    expected = [[text_of(csv_writer.guarded(cell)) for cell in row] for row in rows]
    assert read[1:] == expected
    frame = pd.read_csv(io.BytesIO(body), dtype=str, keep_default_na=False, lineterminator=None)
    assert len(frame.columns) == 6


@pytest.mark.parametrize("text", HARD)
def test_no_cell_is_run_and_plain_numbers_and_ids_are_as_they_were(text: str) -> None:
    guarded = str(csv_writer.guarded(text))
    assert guarded in (text, f"'{text}")
    assert (guarded == text) == (text in ("+1", "-5.2") or not text.startswith(tuple("=+-@\t\r")))
    if not text.startswith("'"):
        assert unguarded(guarded) == text


@settings(max_examples=25, deadline=None)
@given(ROWS)
def test_xlsx_holds_texts_as_texts_and_numbers_as_numbers(values: list[list[Any]]) -> None:
    rows = rows_of(values)
    body = b"".join(xlsx_writer.chunks(COLUMNS, rows))
    sheet = openpyxl.load_workbook(io.BytesIO(body))["linelist"]
    read = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    for got, row in zip(read, rows, strict=True):
        for cell, expected in zip(got, row, strict=True):
            if isinstance(expected, str):
                assert cell is None or isinstance(cell, str)
                assert unescape(cell or "") == expected
            elif expected is None:
                assert cell is None
            elif abs(expected) > 9.99999999999999e307:
                assert cell == str(expected)
            else:
                assert cell == pytest.approx(expected, rel=1e-15)


def test_a_workbook_goes_on_on_further_sheets() -> None:
    rows = rows_of([[str(i), i, None] for i in range(7)])
    book = openpyxl.load_workbook(io.BytesIO(b"".join(xlsx_writer.chunks(COLUMNS, rows, max_rows=4))))
    assert book.sheetnames == ["linelist", "linelist 2", "linelist 3"]
    assert [sheet.max_row for sheet in book] == [4, 4, 2]
    assert [sheet["D2"].value for sheet in book] == ["0", "3", "6"]
    assert {(sheet.freeze_panes, sheet["A1"].value) for sheet in book} == {("A2", "SAMPLE PUID")}


@given(ROWS)
def test_json_lines_are_exact_and_tsv_can_be_undone(values: list[list[Any]]) -> None:
    rows = rows_of(values)
    lines = b"".join(json_writer.chunks(COLUMNS, rows)).decode().split("\n")[:-1]
    assert [list(json.loads(line).values()) for line in lines] == rows
    assert all(list(json.loads(line))[3:] == ["a", "b", "=c"] for line in lines)
    table = b"".join(tsv_writer.chunks(COLUMNS, rows)).decode().split("\n")[1:-1]
    undone = {"\\t": "\t", "\\n": "\n", "\\r": "\r", "\\\\": "\\"}
    for line, row in zip(table, rows, strict=True):
        cells = line.split("\t")
        for cell, expected in zip(cells, row, strict=True):
            at, text = 0, ""
            while at < len(cell):
                step = 2 if cell[at] == "\\" else 1
                text += undone.get(cell[at : at + step], cell[at : at + step])
                at += step
            assert text == text_of(expected)
