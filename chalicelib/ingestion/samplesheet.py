"""A samplesheet as text, and what it means: samples, each with its files by s3 URI and its metadata.

RFC 4180 with a header row; a byte order mark is passed over, and comma, semicolon or tab is the delimiter, whichever
the header has most of. Rows are numbered as a spreadsheet shows them: the header is row 1.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chalicelib.errors import Flaw, Words, words

MAX_BYTES = 5_000_000
MAX_ROWS = 10_000
MAX_COLUMNS = 300
MAX_CELL = 32_767  # characters: what a spreadsheet's cell holds
_MAX_NAME = 255
_MAX_DESCRIPTION = 2_000
_EXACT = 10**15  # whole numbers below it are exact wherever numbers are doubles (RFC 7493 section 2.2)
_SAMPLE, _DESCRIPTION = "sample", "description"
_PUIDS = ("sample_puid", "puid")
_FILES = ("fastq_1", "fastq_2", "fasta")
_S3 = "s3://"


@dataclass(frozen=True, slots=True)
class SheetFile:
    """A file that a cell names."""

    row: int
    column: str
    s3_uri: str


@dataclass(frozen=True, slots=True)
class SheetSample:
    """What all rows of one sample say of it, in the order of their first; `row` is the first of `rows`."""

    name: str | None
    puid: str | None
    description: str | None
    metadata: Mapping[str, str | int | float]
    files: tuple[SheetFile, ...]
    rows: tuple[int, ...]

    @property
    def row(self) -> int:
        """Its first row."""
        return self.rows[0]


@dataclass(frozen=True, slots=True)
class Samplesheet:
    """A samplesheet that could be read, and everything that is wrong with it."""

    samples: tuple[SheetSample, ...]
    fields: tuple[str, ...]
    row_count: int
    flaws: tuple[Flaw, ...]


def pointer(row: int, column: str) -> str:
    """Where a flaw is: `/samplesheet/<row>/<column>` (RFC 6901)."""
    return f"/samplesheet/{row}/{column.replace('~', '~0').replace('/', '~1')}"


def read_samplesheet(text: str) -> Samplesheet:
    """Read a samplesheet. Never raises: what is wrong is told, all at once."""
    size = len(text.encode(errors="surrogatepass"))
    if size > MAX_BYTES:
        return _refused(words("A samplesheet may have {most} bytes; this one has {size}.", most=MAX_BYTES, size=size))
    text = text.removeprefix("\ufeff")
    header_line = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=header_line.count)
    lines: list[list[str]] = []
    try:
        for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            lines.append([cell.strip() for cell in line])
            if len(lines) > MAX_ROWS + 1:
                return _refused(words("A samplesheet may have {most} rows.", most=MAX_ROWS))
    except csv.Error:
        return _refused(words("Row {row} is no CSV (RFC 4180): look for quotes.", row=len(lines) + 1))
    if not lines or not any(lines[0]):
        return _refused(words("The samplesheet is empty: its first row names the columns."))
    columns = [name.lower() for name in lines[0]]
    flaws = _flaws_of_columns(columns)
    if flaws:
        return Samplesheet((), (), len(lines) - 1, tuple(flaws))
    return _samplesheet(columns, lines[1:])


def _refused(rule: Words) -> Samplesheet:
    return Samplesheet((), (), 0, (Flaw("/samplesheet", rule),))


def _flaws_of_columns(columns: Sequence[str]) -> list[Flaw]:
    if len(columns) > MAX_COLUMNS:
        told = words("A samplesheet may have {most} columns; this one has {size}.", most=MAX_COLUMNS, size=len(columns))
        return [Flaw("/samplesheet/1", told)]
    flaws = []
    if not {_SAMPLE, *_PUIDS} & set(columns):
        flaws.append(Flaw("/samplesheet/1", "A samplesheet has a column sample."))
    if set(_PUIDS) <= set(columns):
        flaws.append(Flaw("/samplesheet/1", "A samplesheet has one column of PUIDs: sample_puid or puid."))
    for place, column in enumerate(columns):
        if not column or len(column) > _MAX_NAME or not column.isprintable():
            flaws.append(Flaw(pointer(1, column), "A column's name has 1 to 255 printable characters."))
        elif column in columns[:place]:
            flaws.append(Flaw(pointer(1, column), "This column comes twice."))
    return flaws


def _samplesheet(columns: Sequence[str], lines: Sequence[Sequence[str]]) -> Samplesheet:
    file_columns = {column for column in columns if column in _FILES or _holds_uris(columns.index(column), lines)}
    special = {_SAMPLE, _DESCRIPTION, *_PUIDS, *file_columns}
    flaws: list[Flaw] = []
    drafts: dict[tuple[str, str], _Draft] = {}
    rows = 0
    for row, cells in enumerate(lines, 2):
        if not any(cells):
            continue
        rows += 1
        if len(cells) != len(columns):
            told = words("This row has {size} cells; the header has {most}.", size=len(cells), most=len(columns))
            flaws.append(Flaw(f"/samplesheet/{row}", told))
            continue
        told_by = {column: cell for column, cell in zip(columns, cells, strict=True) if cell}
        flaws += _flaws_of_row(row, told_by, file_columns)
        puid = next((told_by[name] for name in _PUIDS if name in told_by), None)
        name = told_by.get(_SAMPLE)
        if name is None and puid is None:
            flaws.append(Flaw(pointer(row, _SAMPLE), "Each row names its sample."))
            continue
        draft = drafts.setdefault(("puid", puid) if puid else ("name", name or ""), _Draft())
        draft.rows.append(row)
        named = [column for column in columns if column in file_columns and told_by.get(column, "").startswith(_S3)]
        draft.files += [SheetFile(row, column, told_by[column]) for column in named]
        for column, cell in told_by.items():
            if column not in file_columns and draft.told.setdefault(column, cell) != cell:
                flaws.append(Flaw(pointer(row, column), "The rows of one sample say different things here."))
    if not rows:
        flaws.append(Flaw("/samplesheet", "The samplesheet has no row below its header."))
    fields = tuple(column for column in columns if column not in special)
    samples = tuple(draft.finished(fields) for draft in drafts.values())
    return Samplesheet(samples, fields, rows, tuple(flaws))


class _Draft:
    """What the rows of one sample have said so far."""

    def __init__(self) -> None:
        self.told: dict[str, str] = {}
        self.files: list[SheetFile] = []
        self.rows: list[int] = []

    def finished(self, fields: Sequence[str]) -> SheetSample:
        metadata = {field: value_of(self.told[field]) for field in fields if field in self.told}
        puid = next((self.told[name] for name in _PUIDS if name in self.told), None)
        unique = {file.s3_uri: file for file in reversed(self.files)}  # a file that several rows name is one
        files = tuple(file for file in self.files if unique[file.s3_uri] is file)
        return SheetSample(self.told.get(_SAMPLE), puid, self.told.get(_DESCRIPTION), metadata, files, tuple(self.rows))


def _holds_uris(place: int, lines: Sequence[Sequence[str]]) -> bool:
    cells = [line[place] for line in lines if len(line) > place and line[place]]
    return bool(cells) and all(cell.startswith(_S3) for cell in cells)


def _flaws_of_row(row: int, told: Mapping[str, str], file_columns: set[str]) -> list[Flaw]:
    flaws = []
    for column, cell in told.items():
        most = {_SAMPLE: _MAX_NAME, _DESCRIPTION: _MAX_DESCRIPTION}.get(column, MAX_CELL)
        if column in file_columns and not cell.startswith(_S3):
            flaws.append(Flaw(pointer(row, column), "A file is named by its s3:// URI."))
        elif len(cell) > most:
            flaws.append(
                Flaw(pointer(row, column), words("This may have at most {max_length} characters.", max_length=most))
            )
        elif any("\ud800" <= character <= "\udfff" for character in cell) or (
            column == _SAMPLE and not all(character.isprintable() for character in cell)
        ):
            flaws.append(Flaw(pointer(row, column), "This has characters that are not allowed here."))
    return flaws


def value_of(cell: str) -> str | int | float:
    """A cell as a value of metadata: a number if it is spelled as numbers are written back, else the text itself. So
    ids such as `00012` and `1e5` stay as they are."""
    for kind in (int, float):
        try:
            number = kind(cell)
        except ValueError:
            continue
        if str(number) == cell and abs(number) < _EXACT:
            return number
    return cell
