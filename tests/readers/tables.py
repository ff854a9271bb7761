"""Third-party programs that read tables back: R and headless LibreOffice."""

import io
import os
import subprocess
from pathlib import Path

import openpyxl

LOCALES = {"en_CA": 4105, "fr_CA": 3084}  # language identifiers, as LibreOffice's CSV filter takes them
_UTF_8 = 76
_R = r"""
table <- read.delim(commandArgs(TRUE)[1], colClasses = "character", na.strings = character(0), check.names = FALSE,
                    encoding = "UTF-8")
hex <- function(text) paste(charToRaw(enc2utf8(text)), collapse = "")
cat(nrow(table), ncol(table), "\n")
for (name in names(table)) cat(hex(name), "\n", sep = "")
for (row in seq_len(nrow(table))) for (column in seq_len(ncol(table))) cat(hex(table[row, column]), "\n", sep = "")
"""


def read_by_r(body: bytes, folder: Path) -> list[list[str]]:
    """The header and the rows that R's `read.delim` finds in a tab-separated file, all as texts."""
    (folder / "table.tsv").write_bytes(body)
    (folder / "read.R").write_text(_R)
    command = ["Rscript", "--vanilla", str(folder / "read.R"), str(folder / "table.tsv")]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=False, env={**os.environ, "LC_ALL": "C.UTF-8"}
    )
    assert done.returncode == 0, done.stderr
    first, *cells = done.stdout.split("\n")[:-1]
    rows, columns = map(int, first.split())
    texts = [bytes.fromhex(cell).decode() for cell in cells]
    return [texts[start : start + columns] for start in range(0, (rows + 1) * columns, columns)]


def opened_by_libreoffice(body: bytes, folder: Path, locale: str, separators: str) -> list[list[tuple[str, object]]]:
    """What LibreOffice makes of a csv, whose lines it splits at any of `separators`: for each cell its kind (`s` text,
    `n` number, `f` formula …) and its value. It detects numbers, and evaluates formulas, as a person may have it do."""
    (folder / "table.csv").write_bytes(body)
    codes = "/".join(str(ord(separator)) for separator in separators)
    # Tokens: separators, quotation mark, character set, first line, column formats, language, quote all text, detect
    # special numbers, save as shown, export formulas, remove spaces, sheet, evaluate formulas.
    options = f"CSV:{codes},34,{_UTF_8},1,,{LOCALES[locale]},false,true,false,false,false,-1,true"
    command = [
        "soffice",
        "--headless",
        "--norestore",
        f"-env:UserInstallation=file://{folder}/profile",
        f"--infilter={options}",
        "--convert-to",
        "xlsx",
        "--outdir",
        str(folder),
        str(folder / "table.csv"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr
    sheet = openpyxl.load_workbook(io.BytesIO((folder / "table.xlsx").read_bytes())).worksheets[0]
    return [[(cell.data_type, cell.value) for cell in row] for row in sheet.iter_rows()]
