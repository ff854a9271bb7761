"""Linelists in the programs of their users: R, LibreOffice in English and French, pandas, openpyxl."""

import io
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from chalicelib.catalog.samples.metadata import text_of
from chalicelib.linelist import csv_writer, tsv_writer, xlsx_writer
from chalicelib.linelist.formula_guard import unguarded
from chalicelib.linelist.rows import Columns
from tests.readers import is_installed
from tests.readers.tables import opened_by_libreoffice, read_by_r

COLUMNS = Columns(("notes", "reads", "conc (µg/ml)", "lieu de prélèvement"))
NOTES = [
    "plain",
    '"abc',
    "x",
    "y",
    'z" end',
    "last",
    "=1+1",
    "1;=1+1",
    "a,@SUM(1)",
    "a\t=1",
    "-",
    "+",
    "-80 °C",
    "+5 mg/L",
    "Salmonella; Typhi",
    "00012",
    "1e5",
    "1.10",
    "2026-07-01",
    "SEPT1",
    "2E10",
    "TRUE",
    "NA",
    "'=x",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://x","y")',
    "ligne 1\nligne 2",
    "été – 漢字",
    " blanks ",
    "5' UTR",
    "#REF!",
    "\uff1d1+1",
]
ROWS: list[list[Any]] = [
    [f"INXT_SAM_{place:010d}", f"S {place}", "INXT_PRJ_AAAAAAAAAA", note, place, place + 0.5, "Montréal"]
    for place, note in enumerate(NOTES)
]
TEXTS = [list(COLUMNS.header), *([text_of(cell) for cell in row] for row in ROWS)]


def test_r_and_pandas_read_the_same_rows_from_tsv(tmp_path: Path) -> None:
    body = b"".join(tsv_writer.chunks(COLUMNS, ROWS))
    frame = pd.read_csv(io.BytesIO(body), sep="\t", dtype=str, keep_default_na=False)
    assert [list(frame.columns), *frame.to_numpy().tolist()] == TEXTS
    if is_installed("Rscript"):
        assert read_by_r(body, tmp_path) == TEXTS


@pytest.mark.parametrize("locale", ["en_CA", "fr_CA"])
@pytest.mark.parametrize(("delimiter", "decimal_mark"), [(",", "."), (";", ",")])
def test_libreoffice_shows_what_the_catalog_has(tmp_path: Path, locale: str, delimiter: str, decimal_mark: str) -> None:
    if not is_installed("soffice"):
        return
    body = b"".join(csv_writer.chunks(COLUMNS, ROWS, delimiter=delimiter, decimal_mark=decimal_mark))
    header, *rows = opened_by_libreoffice(body, tmp_path, locale, delimiter)
    assert [value for _, value in header] == list(COLUMNS.header)
    assert len(rows) == len(ROWS)
    for cells, expected in zip(rows, ROWS, strict=True):
        assert "f" not in {kind for kind, _ in cells}
        note, reads = cells[3], cells[4]
        assert reads == ("n", expected[4])
        if note[0] == "s":
            assert unguarded(str(note[1])).strip() == expected[3].strip()


@pytest.mark.parametrize("locale", ["en_CA", "fr_CA"])
@pytest.mark.parametrize("separators", [",;\t", ";", "\t", ",", "|", ";\t|"])
def test_no_formula_runs_whichever_separators_are_chosen(tmp_path: Path, locale: str, separators: str) -> None:
    if not is_installed("soffice"):
        return
    body = b"".join(csv_writer.chunks(COLUMNS, ROWS))
    kinds = [kind for row in opened_by_libreoffice(body, tmp_path, locale, separators) for kind, _ in row]
    assert "f" not in kinds
    assert len(kinds) > len(ROWS)


def test_unescaped_formula_would_be_evaluated(tmp_path: Path) -> None:
    """The test above can fail: LibreOffice does evaluate what is not guarded."""
    if not is_installed("soffice"):
        return
    cells = opened_by_libreoffice(b"a,b\n1,=1+1\n", tmp_path, "fr_CA", ",")
    assert cells[1][1][0] == "f"


def test_openpyxl_finds_texts_numbers_and_no_formula_in_xlsx() -> None:
    body = b"".join(xlsx_writer.chunks(COLUMNS, ROWS))
    sheet = openpyxl.load_workbook(io.BytesIO(body))["linelist"]
    cells = list(sheet.iter_rows(min_row=2))
    assert [[cell.value for cell in row] for row in cells] == ROWS
    assert "f" not in {cell.data_type for row in cells for cell in row}
