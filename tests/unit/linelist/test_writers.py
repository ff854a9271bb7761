"""Linelists, read back by third-party programs, equal the catalog."""

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

from chalicelib.catalog.samples.metadata import field_named, text_of
from chalicelib.linelist import csv_writer, json_writer, tsv_writer, xlsx_writer
from chalicelib.linelist.formula_guard import escape_formula, unguarded
from chalicelib.linelist.rows import Columns, TruncatedCell

COLUMNS = Columns(("a", "b", "=c"))
HARD = (
    "=1+1", "+1", "-5.2", "1e5", "00012", "@x", "\tx", "\rx", "2026-11-24", "", "x" * 3_000, 'a "b", c', "a\r\nb",
    "😀é", " x ", "\\t", "'", "'=x", "-", "+41 79", "_x0041_", '"abc', 'z" end',
)  # fmt: skip
TEXTS = st.sampled_from(HARD) | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)
NUMBERS = st.integers(-(10**15) + 1, 10**15 - 1) | st.floats(allow_nan=False, allow_infinity=False)
ROWS = st.lists(st.lists(TEXTS | NUMBERS | st.none(), min_size=3, max_size=3), max_size=5)
FIXED = ("INXT_SAM_AAAAAAAAAA", "S 1", "INXT_PRJ_AAAAAAAAAA")


def rows_of(values: list[list[Any]]) -> list[list[Any]]:
    return [list(COLUMNS.row(*FIXED, dict(zip(COLUMNS.fields, row, strict=True)))) for row in values]


def shown(cell: Any) -> str:
    return "" if cell is None else text_of(cell)


@given(ROWS, st.sampled_from(",;"), st.sampled_from(".,"))
def test_csv_without_guards_equals_the_catalog(values: list[list[Any]], delimiter: str, decimal_mark: str) -> None:
    rows = rows_of(values)
    body = b"".join(csv_writer.chunks(COLUMNS, rows, delimiter=delimiter, decimal_mark=decimal_mark))
    read = list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), delimiter=delimiter))
    assert read[0] == ["SAMPLE PUID", "SAMPLE NAME", "PROJECT PUID", "A", "B", "'=C"]
    for got, row in zip(read[1:], rows, strict=True):
        for cell, value in zip(got, row, strict=True):
            if isinstance(value, int | float):
                assert cell == text_of(value).replace(".", decimal_mark)
            else:
                assert unguarded(cell) == (value or "")
    frame = pd.read_csv(io.BytesIO(body), sep=delimiter, dtype=str, keep_default_na=False, lineterminator=None)
    assert len(frame.columns) == 6


# Formulas are guarded.
GUARDS = [
    ("=1+1", "'=1+1"),
    ("@SUM(1)", "'@SUM(1)"),
    ("+1+1", "'+1+1"),
    ("-1-2", "'-1-2"),
    ("\t=1", "'\t'=1"),
    ("\tx", "'\tx"),
    ("\r=1", "'\r'=1"),
    ("\n@x", "'\n'@x"),
    ("\uff1d1+1", "'\uff1d1+1"),
    ("\uff0bx(1)", "'\uff0bx(1)"),
    (" =1+1", " '=1+1"),
    ("-2+3+cmd|' /C calc'!A0", "'-2+3+cmd|' /C calc'!A0"),
    ("-1,cmd|' /C calc'!A0", "'-1,cmd|' /C calc'!A0"),
    ("1;=1+1", "1;'=1+1"),
    ("a,@x", "a,'@x"),
    ("a\t+x(1)", "a\t'+x(1)"),
    ("a|=1", "a|'=1"),
    ("a\n=1", "a\n'=1"),
    ('a"=1', "a\"'=1"),
    ("x; =1", "x; '=1"),
    ("'=x", "''=x"),
    ("''=x", "'" * 3 + "=x"),
    ("'\tx", "''\tx"),
    ('=HYPERLINK("x")', '\'=HYPERLINK("x")'),
]
# Everything else is as it was.
HARMLESS = [
    "",
    "-",
    "+",
    "--",
    "+/-",
    "-/-",
    "=",
    "-5",
    "-5.2",
    "+3,5",
    "-80 °C",
    "+5 mg/L",
    "-20C",
    "-3 %",
    "+1e5",
    "+1 613 555 1234",
    "Salmonella; Typhi",
    "a - b",
    "a=b",
    "2026-11-24",
    "x;-5",
    "O157:H7",
    "'plain",
    "é, ü",
    "5' UTR",
    '5"',
    "ratio 1:-2",
]


@pytest.mark.parametrize(("text", "expected"), [*GUARDS, *zip(HARMLESS, HARMLESS, strict=True)])
def test_formulas_are_guarded_wherever_a_cell_may_begin_and_all_else_is_unchanged(text: str, expected: str) -> None:
    assert escape_formula(text) == expected
    assert unguarded(expected) == text


FORMULA_TEXTS = st.text(st.sampled_from("=+-@'\t\r\n,;|\" ax1(\uff1d"), max_size=12) | TEXTS


@given(FORMULA_TEXTS)
def test_guarding_is_reversible_for_every_text(text: str) -> None:
    assert unguarded(escape_formula(text)) == text


@given(FORMULA_TEXTS, st.sampled_from(",;\t|"))
def test_no_program_finds_a_formula_whichever_separator_it_splits_at(text: str, separator: str) -> None:
    body = b"".join(csv_writer.chunks(COLUMNS, rows_of([[text, "x", text]]))).decode("utf-8-sig")
    for line in body.splitlines()[1:]:
        for cell in (*line.split(separator), *next(csv.reader([line], delimiter=separator))):
            seen = cell.strip().lstrip('"').strip()
            if seen.startswith(tuple("=+-@\uff1d")):  # then it is a number, a unit or signs alone, up to its end
                inner = seen.split('"')[0].split(",")[0]
                assert escape_formula(inner) == inner


HEADERS = [
    ("conc (µg/ml)", "CONC (µG/ML)"),
    ("conc (μg/ml)", "CONC (μG/ML)"),
    ("straße", "STRAßE"),
    ("ısı", "ıSı"),
    ("éàçœ", "ÉÀÇŒ"),
    ("ŉ", "ŉ"),
    ("age (years)", "AGE (YEARS)"),
    ("sample name", "sample name"),
]


@pytest.mark.parametrize(("field", "header"), HEADERS)
def test_headers_in_capitals_keep_the_meaning_of_the_field(field: str, header: str) -> None:
    assert Columns((field,)).header[-1] == header


@given(st.lists(st.text(max_size=6).map(field_named).filter(bool), unique=True, max_size=8))
def test_two_fields_never_have_the_same_header(fields: list[str]) -> None:
    header = Columns(tuple(fields)).header
    assert len(set(header)) == len(header)
    assert [field_named(name) for name in header[3:]] == fields


@settings(max_examples=25, deadline=None)
@given(ROWS)
def test_xlsx_has_text_cells_and_number_cells(values: list[list[Any]]) -> None:
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


def test_a_workbook_continues_on_further_sheets() -> None:
    rows = rows_of([[str(i), i, None] for i in range(7)])
    book = openpyxl.load_workbook(io.BytesIO(b"".join(xlsx_writer.chunks(COLUMNS, rows, max_rows=4))))
    assert book.sheetnames == ["linelist", "linelist 2", "linelist 3"]
    assert [sheet.max_row for sheet in book] == [4, 4, 2]
    assert [sheet["D2"].value for sheet in book] == ["0", "3", "6"]
    assert {(sheet.freeze_panes, sheet["A1"].value) for sheet in book} == {("A2", "SAMPLE PUID")}


@given(ROWS)
def test_json_lines_are_exact(values: list[list[Any]]) -> None:
    rows = rows_of(values)
    lines = b"".join(json_writer.chunks(COLUMNS, rows)).decode().split("\n")[:-1]
    assert [list(json.loads(line).values()) for line in lines] == rows
    assert all(list(json.loads(line))[3:] == ["a", "b", "=c"] for line in lines)


def one_line_end(text: str) -> str:
    """pandas reads each line end in quotes as a line feed."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


@given(ROWS)
def test_tsv_gives_pandas_and_python_the_same_rows(values: list[list[Any]]) -> None:
    rows = rows_of(values)
    body = b"".join(tsv_writer.chunks(COLUMNS, rows))
    expected = [[shown(cell) for cell in row] for row in rows]
    assert list(csv.reader(io.StringIO(body.decode(), newline=""), delimiter="\t"))[1:] == expected
    frame = pd.read_csv(io.BytesIO(body), sep="\t", dtype=str, keep_default_na=False, encoding="utf-8")
    read = [[one_line_end(cell) for cell in row] for row in frame.to_numpy().tolist()]
    assert read == [[one_line_end(cell) for cell in row] for row in expected]


def test_a_text_too_long_for_a_cell_is_truncated_and_reported() -> None:
    long = "\U0001f9ec" * 20_000
    truncated: list[TruncatedCell] = []
    body = b"".join(xlsx_writer.chunks(COLUMNS, rows_of([["x", long, None]]), on_truncated=truncated.append))
    sheet = openpyxl.load_workbook(io.BytesIO(body))["linelist"]
    assert sheet["E2"].value == "\U0001f9ec" * 16_383
    assert truncated == [TruncatedCell("INXT_SAM_AAAAAAAAAA", "B")]
