"""Reads a samplesheet into samples, each with its files by S3 URI and its metadata.

Rows are numbered as a spreadsheet shows them. Columns are recognised by their names in any spelling (`Sample
Name`, `sample_name`); a linelist that was exported, edited and saved as CSV is a samplesheet too.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from chalicelib.catalog.files.system_files import is_system_file
from chalicelib.catalog.samples.metadata import (
    MAX_TEXT,
    is_value,
    utf_16_length,
)
from chalicelib.errors import Message, Violation, message
from chalicelib.ingestion.imports.columns import (
    FORWARD,
    REVERSE,
    S3,
    Columns,
    Findings,
    column_key,
    count_known,
    is_placeholder,
    pointer,
)
from chalicelib.ingestion.imports.draft import Draft
from chalicelib.ingestion.imports.model import Column, Samplesheet, SheetFile, SheetSample
from chalicelib.ingestion.imports.samplesheet_text import Line, Table, Unreadable, read_table
from chalicelib.linelist.formula_guard import unguarded
from chalicelib.names import MAX_NAME, REPLACEMENT, cleaned, is_visible

MAX_BYTES = 5_000_000
MAX_ROWS = 10_000
_MAX_DESCRIPTION = 2_000
_BASE = re.compile(r"s3://[^/]+(/.*)?")


def read_samplesheet(text: str, base_uri: str | None = None) -> Samplesheet:
    """Read a samplesheet. Never raises: all errors are reported together. `base_uri` (`s3://bucket/prefix`) is what
    relative names of files are relative to."""
    size = len(text.encode(errors="surrogatepass"))
    if size > MAX_BYTES:
        return _refused(
            message("A samplesheet must have at most {most} bytes; this one has {size}.", most=MAX_BYTES, size=size)
        )
    if base_uri is not None and not _BASE.fullmatch(base_uri):
        return _refused(message("A base URI must be s3://bucket or s3://bucket/prefix."), "/base_uri")
    try:
        table = read_table(text, count_known, max_rows=MAX_ROWS)
    except Unreadable as error:
        return _refused(error.rule)
    return _Reader(table, base_uri).samplesheet()


def _refused(rule: Message, place: str = "/samplesheet") -> Samplesheet:
    return Samplesheet((), (), 0, (Violation(place, rule),))


class _Reader:
    """Interprets a table as a samplesheet, collecting findings."""

    def __init__(self, table: Table, base_uri: str | None) -> None:
        self._header_row, self._delimiter = table.header.row, table.delimiter
        self._base = None if base_uri is None else base_uri.rstrip("/") + "/"
        self._findings = Findings()
        self._names = _trimmed(table)
        self._lines = table.lines

    def samplesheet(self) -> Samplesheet:
        columns = Columns(self._names, self._lines, self._header_row, self._base, self._findings).read()
        if self._findings.violations:
            return self._result((), (), columns)
        drafts, varying = self._drafts(columns)
        for column in varying:
            rule = message(
                "The rows of a sample differ in this column, so it describes rows, not samples: it is not imported."
            )
            self._findings.warn(pointer(self._header_row, column.name), rule)
        columns = tuple(Column(column.name, "ignored") if column in varying else column for column in columns)
        if not self._lines:
            self._findings.add_violation("/samplesheet", message("The samplesheet has no row below its header."))
        fields = tuple(column.field for column in columns if column.field is not None)
        is_renamed = any(column_key(column.name) == "sample_name" for column in columns if column.role == "sample")
        samples = tuple(draft.finished(columns, is_renamed=is_renamed) for draft in drafts.values())
        return self._result(samples, fields, columns)

    def _result(
        self, samples: tuple[SheetSample, ...], fields: tuple[str, ...], columns: tuple[Column, ...]
    ) -> Samplesheet:
        return Samplesheet(
            samples=samples,
            fields=fields,
            row_count=len(self._lines),
            violations=tuple(self._findings.violations),
            warnings=tuple(self._findings.warnings),
            columns=columns,
            delimiter=self._delimiter,
            header_row=self._header_row,
        )

    def _drafts(self, columns: Sequence[Column]) -> tuple[dict[tuple[str, str], Draft], list[Column]]:
        """The values of each sample's rows; and the columns in which rows of one sample differ."""
        drafts: dict[tuple[str, str], Draft] = {}
        varying: dict[str, Column] = {}
        for line in self._lines:
            cells = self._cells(line)
            if cells is None:
                continue
            values = {column: text for column, cell in zip(columns, cells, strict=True) if (text := unguarded(cell))}
            name = next((text for column, text in values.items() if column.role == "sample"), None)
            puid = next((text for column, text in values.items() if column.role == "puid"), None)
            if name is None and puid is None:
                self._findings.add_violation(pointer(line.row, "sample"), message("Each row must name a sample."))
                continue
            draft = drafts.setdefault(("puid", puid) if puid else ("name", cleaned(name or "")), Draft())
            draft.rows.append(line.row)
            draft.files += self._files(line.row, values)
            for column, text in values.items():
                if column.role in {"file", "ignored"} or not self._is_right(line.row, column, text):
                    continue
                if draft.values.setdefault(column.name, text) == text:
                    continue
                if column.role in {"metadata", "description"}:
                    varying[column.name] = column
                else:
                    self._findings.add_violation(
                        pointer(line.row, column.name), message("Conflicting values for this sample.")
                    )
        return drafts, list(varying.values())

    def _cells(self, line: Line) -> tuple[str, ...] | None:
        """A row's cells, one for each column; empty cells beyond them are left behind by spreadsheets."""
        cells = line.cells
        while len(cells) > len(self._names) and not cells[-1]:
            cells = cells[:-1]
        if len(cells) == len(self._names):
            return cells
        rule = message("This row has {size} cells; the header has {most}.", size=len(cells), most=len(self._names))
        self._findings.add_violation(f"/samplesheet/{line.row}", rule)
        return None

    def _is_right(self, row: int, column: Column, text: str) -> bool:
        most = {"sample": MAX_NAME, "description": _MAX_DESCRIPTION}.get(column.role, MAX_TEXT)
        where = pointer(row, column.name)
        if REPLACEMENT in text:
            self._findings.add_violation(
                where, message("Contains U+FFFD: the text was decoded with the wrong encoding.")
            )
        elif len(text) > most or (column.role == "metadata" and utf_16_length(text) > most):
            self._findings.add_violation(where, message("Must have at most {max_length} characters.", max_length=most))
        elif not is_value(text) or (column.role == "sample" and not _is_name(text)):
            self._findings.add_violation(where, message("Contains characters that are not allowed here."))
        else:
            return True
        return False

    def _files(self, row: int, values: Mapping[Column, str]) -> Iterator[SheetFile]:
        """The files of a row; those in the columns fastq_1 and fastq_2 are a pair, whatever their names are."""
        found: dict[str, SheetFile] = {}
        for column, text in values.items():
            if column.role == "file" and (uri := self._uri(row, column, text)) is not None:
                found[column_key(column.name)] = SheetFile(row, column.name, uri)
        forward, reverse = found.get(FORWARD), found.get(REVERSE)
        for file in found.values():
            if forward is None or reverse is None or forward.s3_uri == reverse.s3_uri or file not in (forward, reverse):
                yield file
            elif file is forward:
                yield SheetFile(row, file.column, file.s3_uri, reverse.s3_uri, "forward")
            else:
                yield SheetFile(row, file.column, file.s3_uri, forward.s3_uri, "reverse")

    def _uri(self, row: int, column: Column, text: str) -> str | None:
        """The URI of a cell; None if it has none, which is recorded."""
        where = pointer(row, column.name)
        if is_placeholder(text):
            self._findings.warn(where, message("{cell} is read as “no file”.", cell=text))
            return None
        if is_system_file(text.rsplit("/", 1)[-1]):
            self._findings.warn(
                where, message("{cell} is a file of an operating system or a tool: it is ignored.", cell=text)
            )
            return None
        if text[: len(S3)].lower() == S3:
            return S3 + text[len(S3) :]
        relative = text.removeprefix("./")
        is_relative = "://" not in text and not relative.startswith("/") and ".." not in relative.split("/")
        if self._base is None or not is_relative:
            self._findings.add_violation(
                where, message("A file must be given by its s3:// URI, or relative to base_uri.")
            )
            return None
        return self._base + relative


def _trimmed(table: Table) -> list[str]:
    """The names of the columns, without those at the end that have neither a name nor content."""
    names = [unguarded(cell) for cell in table.header.cells]
    while names and not names[-1]:
        if any(any(line.cells[len(names) - 1 : len(names)]) for line in table.lines):
            break
        names.pop()
    return names


def _is_name(text: str) -> bool:
    kept = cleaned(text)
    is_plain = all(character.isprintable() or character.isspace() for character in kept)
    return (
        is_visible(kept)
        and is_plain
        and not any(character in kept for character in "\r\n\t\x0b\x0c\x1c\x1d\x1e\x1f\x85")
    )
