"""Decodes a samplesheet's bytes and splits its text into rows, in every dialect of CSV that tools write."""

import base64
import binascii
import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from chalicelib.errors import Message, message

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}
_HINT = "sep="  # a first line that sets Excel's delimiter
_MAX_ROWS_READ = 20_000  # blank ones too
_UTF_16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_BOM = "\ufeff"


class Unreadable(Exception):
    """A samplesheet that can't be read at all; `rule` says why."""

    def __init__(self, rule: Message) -> None:
        super().__init__(str(rule))
        self.rule = rule


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file's text and its encoding. `is_guessed`: nothing in the file declares the encoding."""

    text: str
    encoding: str
    is_guessed: bool


def decoded(data: bytes) -> Decoded:
    """The text of a file: UTF-8, UTF-16 with or without a byte order mark, else Windows-1252. Raises Unreadable."""
    for mark, encoding in _UTF_16.items():
        if data.startswith(mark):
            return Decoded(_strictly(data[2:], encoding), "utf-16", is_guessed=False)
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = None
    if text is not None and "\x00" not in text:
        return Decoded(text.removeprefix(_BOM), "utf-8", is_guessed=False)
    nulls = [data[place::2].count(0) for place in (0, 1)]  # of Latin letters in UTF-16, every second byte
    if max(nulls) > len(data) // 4:
        return Decoded(_strictly(data, "utf-16-be" if nulls[0] > nulls[1] else "utf-16-le"), "utf-16", is_guessed=False)
    if text is not None:
        return Decoded(text, "utf-8", is_guessed=False)
    return Decoded(_strictly(data, "windows-1252"), "windows-1252", is_guessed=True)


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise Unreadable(message("The encoding of this file is unknown: save it as CSV in UTF-8.")) from None


def from_base64(text: str) -> bytes:
    """The bytes of a file in base64 (RFC 4648). Raises Unreadable."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Unreadable(message("Not valid base64 (RFC 4648).")) from None


@dataclass(frozen=True, slots=True)
class Line:
    """A row with its spreadsheet number, from 1; cells are stripped."""

    row: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A header, the non-empty rows below it, and the delimiter."""

    header: Line
    lines: tuple[Line, ...]
    delimiter: str


def read_table(text: str, count_known: Callable[[Sequence[str]], int], *, max_rows: int) -> Table:
    """The table in a text. `count_known` returns how many column names are a samplesheet's: the delimiter is
    the one that yields the most. Raises Unreadable."""
    text = text.removeprefix(_BOM)
    hint, skipped = _hint_of(text)
    body = "".join(text.splitlines(keepends=True)[1:]) if hint else text
    delimiter = hint or _delimiter_of(body, count_known)
    lines: list[Line] = []
    for line in _lines(body, delimiter, skipped):
        if any(line.cells):
            lines.append(line)
        if len(lines) > max_rows + 1 or line.row > _MAX_ROWS_READ:
            raise Unreadable(message("A samplesheet must have at most {most} rows.", most=max_rows))
    if not lines:
        raise Unreadable(message("The samplesheet is empty: its first row must name the columns."))
    return Table(lines[0], tuple(lines[1:]), delimiter)


def _hint_of(text: str) -> tuple[str | None, int]:
    first = text.splitlines()[:1]
    hint = first[0].strip(' "').lower() if first else ""
    delimiter = hint.removeprefix(_HINT)
    if hint.startswith(_HINT) and (delimiter in DELIMITERS or delimiter in {"\\t", "|"}):
        return ("\t" if delimiter == "\\t" else delimiter), 1
    return None, 0


def _delimiter_of(text: str, count_known: Callable[[Sequence[str]], int]) -> str:
    """The delimiter that yields the most known columns; among equals the one that yields the most columns."""
    best, best_score = ",", (-1, -1)
    for delimiter in DELIMITERS:
        try:
            header = next((line.cells for line in _lines(text, delimiter, 0) if any(line.cells)), ())
        except Unreadable:
            continue
        if not header:  # nothing but delimiters
            return delimiter
        score = (count_known(header), len(header))
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _lines(text: str, delimiter: str, skipped: int) -> Iterator[Line]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    row = skipped
    while True:
        row += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise Unreadable(message("Row {row} is not valid CSV (RFC 4180): check its quotes.", row=row)) from None
        yield Line(row, tuple(cell.strip() for cell in cells))
