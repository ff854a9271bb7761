"""A samplesheet, and what it means: samples, each with its files by s3 URI and its metadata.

Rows are numbered as a spreadsheet shows them. Columns are known by their names, however these are written (`Sample
Name`, `sample_name`); a linelist that was exported, edited and saved as CSV is a samplesheet too.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from chalicelib.catalog.files.formats import format_of
from chalicelib.catalog.files.pairing import Direction
from chalicelib.catalog.files.system_files import is_system_file
from chalicelib.catalog.samples.metadata import (
    MAX_TEXT,
    RESERVED_FIELDS,
    field_named,
    is_field_name,
    is_value,
    utf_16_length,
)
from chalicelib.errors import Message, Violation, message, pointer_step
from chalicelib.ingestion.imports.samplesheet_text import Line, Table, Unreadable, read_table
from chalicelib.linelist.formula_guard import unguarded
from chalicelib.names import MAX_NAME, REPLACEMENT, cleaned, is_visible

MAX_BYTES = 5_000_000
MAX_ROWS = 10_000
MAX_COLUMNS = 300
_MAX_DESCRIPTION = 2_000
_MAX_WARNINGS = 1_000
# By their names with all but letters and digits as underscores; the first that is there is the column.
_NAMES = ("sample", "sample_name", "sample_id", "id")
_PUIDS = ("sample_puid", "puid")
_DESCRIPTION, _PROJECT = "description", "project_puid"
_FORWARD, _REVERSE = "fastq_1", "fastq_2"
_FILES = (_FORWARD, _REVERSE, "fasta")
_S3 = "s3://"
_BASE = re.compile(r"s3://[^/]+(/.*)?")
# What people write for "there is none".
_PLACEHOLDERS = {"na", "n/a", "n.a.", "nan", "-", "--", "none", "null", "nil", "missing", ".", "?", "not applicable"}

Role = Literal["sample", "puid", "description", "file", "metadata", "ignored"]


@dataclass(frozen=True, slots=True)
class SheetFile:
    """A file that a cell names. `mate` is the URI of the other file of its pair, if its row says that it is one, and
    `direction` then its own."""

    row: int
    column: str
    s3_uri: str
    mate: str | None = None
    direction: Direction | None = None


@dataclass(frozen=True, slots=True)
class SheetSample:
    """What all rows of one sample say of it, in the order of their first; `row` is the first of `rows`. Metadata is as
    the cells have it, by field. `is_renamed`: `name` is the one that a sample found by its PUID shall have."""

    name: str | None
    puid: str | None
    description: str | None
    metadata: Mapping[str, str]
    files: tuple[SheetFile, ...]
    rows: tuple[int, ...]
    is_renamed: bool = False

    @property
    def row(self) -> int:
        """Its first row."""
        return self.rows[0]


@dataclass(frozen=True, slots=True)
class Column:
    """A column as it was understood; `field` is the metadata's, where it is such a column."""

    name: str
    role: Role
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Samplesheet:
    """A samplesheet that could be read, how it was understood, every violation (`violations`: nothing is
    imported), and what was passed over (`warnings`)."""

    samples: tuple[SheetSample, ...]
    fields: tuple[str, ...]
    row_count: int
    violations: tuple[Violation, ...]
    warnings: tuple[Violation, ...] = ()
    columns: tuple[Column, ...] = ()
    delimiter: str = ","
    header_row: int = 1


def pointer(row: int, column: str) -> str:
    """Where a violation is: `/samplesheet/<row>/<column>` (RFC 6901)."""
    return f"/samplesheet/{row}/{pointer_step(column)}"


def read_samplesheet(text: str, base_uri: str | None = None) -> Samplesheet:
    """Read a samplesheet. Never raises: what is wrong is said, all at once. `base_uri` (`s3://bucket/prefix`) is what
    relative names of files are relative to."""
    size = len(text.encode(errors="surrogatepass"))
    if size > MAX_BYTES:
        return _refused(
            message("A samplesheet must have at most {most} bytes; this one has {size}.", most=MAX_BYTES, size=size)
        )
    if base_uri is not None and not _BASE.fullmatch(base_uri):
        return _refused(message("A base URI must be s3://bucket or s3://bucket/prefix."), "/base_uri")
    try:
        table = read_table(text, _count_known, max_rows=MAX_ROWS)
    except Unreadable as error:
        return _refused(error.rule)
    return _Reader(table, base_uri).samplesheet()


def _refused(rule: Message, place: str = "/samplesheet") -> Samplesheet:
    return Samplesheet((), (), 0, (Violation(place, rule),))


def _key(name: str) -> str:
    """The name of a column as the known ones are compared: lower case, and an underscore for all else."""
    return re.sub(r"[^0-9a-z]+", "_", cleaned(name).lower()).strip("_")


def _count_known(names: Sequence[str]) -> int:
    keys = {_key(name) for name in names}
    return sum(known in keys for known in (*_NAMES, *_PUIDS, *_FILES, _DESCRIPTION, _PROJECT))


def is_placeholder(cell: str) -> bool:
    """Does a cell say that there is nothing?"""
    return cell.lower() in _PLACEHOLDERS


class _Reader:
    """Makes a samplesheet of a table; what it finds on the way is collected."""

    def __init__(self, table: Table, base_uri: str | None) -> None:
        self._header_row, self._delimiter = table.header.row, table.delimiter
        self._base = None if base_uri is None else base_uri.rstrip("/") + "/"
        self._violations: list[Violation] = []
        self._warnings: list[Violation] = []
        self._names = _trimmed(table)
        self._lines = table.lines
        self._keys = [_key(name) for name in self._names]

    def _add_violation(self, where: str, rule: Message) -> None:
        self._violations.append(Violation(where, rule))

    def _warn(self, where: str, rule: Message) -> None:
        if len(self._warnings) < _MAX_WARNINGS:
            self._warnings.append(Violation(where, rule))

    def samplesheet(self) -> Samplesheet:
        self._check_columns()
        if self._violations:
            return self._result((), (), ())
        columns = self._columns()
        if self._violations:
            return self._result((), (), columns)
        drafts, varying = self._drafts(columns)
        for column in varying:
            rule = message(
                "The rows of a sample differ in this column, so it describes rows, not samples: it is not imported."
            )
            self._warn(pointer(self._header_row, column.name), rule)
        columns = tuple(Column(one.name, "ignored") if one in varying else one for one in columns)
        if not self._lines:
            self._add_violation("/samplesheet", message("The samplesheet has no row below its header."))
        fields = tuple(column.field for column in columns if column.field is not None)
        is_renamed = any(_key(column.name) == "sample_name" for column in columns if column.role == "sample")
        samples = tuple(draft.finished(columns, is_renamed=is_renamed) for draft in drafts.values())
        return self._result(samples, fields, columns)

    def _result(
        self, samples: tuple[SheetSample, ...], fields: tuple[str, ...], columns: tuple[Column, ...]
    ) -> Samplesheet:
        return Samplesheet(
            samples=samples,
            fields=fields,
            row_count=len(self._lines),
            violations=tuple(self._violations),
            warnings=tuple(self._warnings),
            columns=columns,
            delimiter=self._delimiter,
            header_row=self._header_row,
        )

    def _check_columns(self) -> None:
        top = f"/samplesheet/{self._header_row}"
        if len(self._names) > MAX_COLUMNS:
            rule = message(
                "A samplesheet must have at most {most} columns; this one has {size}.",
                most=MAX_COLUMNS,
                size=len(self._names),
            )
            self._add_violation(top, rule)
            return
        if not {*_NAMES, *_PUIDS} & set(self._keys):
            self._add_violation(top, message("A samplesheet needs a column named sample."))
        if set(_PUIDS) <= set(self._keys):
            self._add_violation(top, message("A samplesheet can have only one PUID column: sample_puid or puid."))
        first: dict[str, str] = {}
        for name in self._names:
            place = pointer(self._header_row, name.lower())
            if not is_field_name(name) and field_named(name) not in RESERVED_FIELDS:
                self._add_violation(place, message("A column name must have 1 to 255 printable characters."))
            elif (other := first.setdefault(field_named(name), name)) is not name:
                rule = message("{first} and {second} are the same field name.", first=repr(other), second=repr(name))
                self._add_violation(place, rule)

    def _columns(self) -> tuple[Column, ...]:
        sample = next((name for name in _NAMES if name in self._keys), None)
        return tuple(
            self._column(place, name, key, sample)
            for place, (name, key) in enumerate(zip(self._names, self._keys, strict=True))
        )

    def _column(self, place: int, name: str, key: str, sample: str | None) -> Column:
        name = name.lower()
        roles: dict[str, Role] = {_DESCRIPTION: "description", _PROJECT: "ignored", **dict.fromkeys(_PUIDS, "puid")}
        role: Role
        if key == sample:
            role = "sample"
        elif key in roles:
            role = roles[key]
        elif key in _FILES or self._holds_files(place):
            role = "file"
        elif (field := field_named(name)) in RESERVED_FIELDS:
            self._warn(pointer(self._header_row, name), message("Not a valid field name: this column is not imported."))
            role = "ignored"
        else:
            return Column(name, "metadata", field)
        return Column(name, role)

    def _holds_files(self, place: int) -> bool:
        """Are more than half of the cells that say something the URIs of files (or names, where they can be)?"""
        cells = [line.cells[place] for line in self._lines if len(line.cells) > place and line.cells[place]]
        cells = [cell for cell in cells if not is_placeholder(cell)]
        is_file = [
            cell.lower().startswith(_S3) or (self._base is not None and format_of(cell) != "unknown" and "/" in cell)
            for cell in cells
        ]
        return 2 * sum(is_file) > len(cells)

    def _drafts(self, columns: Sequence[Column]) -> tuple[dict[tuple[str, str], "_Draft"], list[Column]]:
        """What the rows of each sample say; and the columns in which some rows of one sample differ."""
        drafts: dict[tuple[str, str], _Draft] = {}
        varying: dict[str, Column] = {}
        for line in self._lines:
            cells = self._cells(line)
            if cells is None:
                continue
            said = {column: text for column, cell in zip(columns, cells, strict=True) if (text := unguarded(cell))}
            name = next((text for column, text in said.items() if column.role == "sample"), None)
            puid = next((text for column, text in said.items() if column.role == "puid"), None)
            if name is None and puid is None:
                self._add_violation(pointer(line.row, "sample"), message("Each row must name a sample."))
                continue
            draft = drafts.setdefault(("puid", puid) if puid else ("name", cleaned(name or "")), _Draft())
            draft.rows.append(line.row)
            draft.files += self._files(line.row, said)
            for column, text in said.items():
                if column.role in {"file", "ignored"} or not self._is_right(line.row, column, text):
                    continue
                if draft.said.setdefault(column.name, text) == text:
                    continue
                if column.role in {"metadata", "description"}:
                    varying[column.name] = column
                else:
                    self._add_violation(pointer(line.row, column.name), message("Conflicting values for this sample."))
        return drafts, list(varying.values())

    def _cells(self, line: Line) -> tuple[str, ...] | None:
        """A row's cells, as many as there are columns; what is empty beyond them is what spreadsheets leave behind."""
        cells = line.cells
        while len(cells) > len(self._names) and not cells[-1]:
            cells = cells[:-1]
        if len(cells) == len(self._names):
            return cells
        rule = message("This row has {size} cells; the header has {most}.", size=len(cells), most=len(self._names))
        self._add_violation(f"/samplesheet/{line.row}", rule)
        return None

    def _is_right(self, row: int, column: Column, text: str) -> bool:
        most = {"sample": MAX_NAME, "description": _MAX_DESCRIPTION}.get(column.role, MAX_TEXT)
        where = pointer(row, column.name)
        if REPLACEMENT in text:
            self._add_violation(where, message("Contains U+FFFD: the text was decoded with the wrong encoding."))
        elif len(text) > most or (column.role == "metadata" and utf_16_length(text) > most):
            self._add_violation(where, message("Must have at most {max_length} characters.", max_length=most))
        elif not is_value(text) or (column.role == "sample" and not _is_name(text)):
            self._add_violation(where, message("Contains characters that are not allowed here."))
        else:
            return True
        return False

    def _files(self, row: int, said: Mapping[Column, str]) -> Iterator[SheetFile]:
        """The files of a row; those in the columns fastq_1 and fastq_2 are a pair, whatever their names are."""
        found: dict[str, SheetFile] = {}
        for column, text in said.items():
            if column.role == "file" and (uri := self._uri(row, column, text)) is not None:
                found[_key(column.name)] = SheetFile(row, column.name, uri)
        forward, reverse = found.get(_FORWARD), found.get(_REVERSE)
        for file in found.values():
            if forward is None or reverse is None or forward.s3_uri == reverse.s3_uri or file not in (forward, reverse):
                yield file
            elif file is forward:
                yield SheetFile(row, file.column, file.s3_uri, reverse.s3_uri, "forward")
            else:
                yield SheetFile(row, file.column, file.s3_uri, forward.s3_uri, "reverse")

    def _uri(self, row: int, column: Column, text: str) -> str | None:
        """The URI that a cell means; None where it means none, which is noted."""
        where = pointer(row, column.name)
        if is_placeholder(text):
            self._warn(where, message("{cell} is read as “no file”.", cell=text))
            return None
        if is_system_file(text.rsplit("/", 1)[-1]):
            self._warn(where, message("{cell} is a file of an operating system or a tool: it is ignored.", cell=text))
            return None
        if text[: len(_S3)].lower() == _S3:
            return _S3 + text[len(_S3) :]
        relative = text.removeprefix("./")
        is_relative = "://" not in text and not relative.startswith("/") and ".." not in relative.split("/")
        if self._base is None or not is_relative:
            self._add_violation(where, message("A file must be given by its s3:// URI, or relative to base_uri."))
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


class _Draft:
    """What the rows of one sample have said so far, by the columns' names."""

    def __init__(self) -> None:
        self.said: dict[str, str] = {}
        self.files: list[SheetFile] = []
        self.rows: list[int] = []

    def finished(self, columns: Sequence[Column], *, is_renamed: bool) -> SheetSample:
        by_role = {column.role: text for column in columns if (text := self.said.get(column.name)) is not None}
        name = by_role.get("sample")
        metadata = {
            column.field: text
            for column in columns
            if column.field is not None and (text := self.said.get(column.name)) is not None
        }
        return SheetSample(
            name=None if name is None else cleaned(name),
            puid=by_role.get("puid"),
            description=by_role.get("description"),
            metadata=metadata,
            files=_each_once(self.files),
            rows=tuple(self.rows),
            is_renamed=is_renamed,
        )


def _each_once(files: Sequence[SheetFile]) -> tuple[SheetFile, ...]:
    """A file that several rows name is one, as its first row has it; it is a mate only of one that says so too."""
    first: dict[str, SheetFile] = {}
    for file in files:
        first.setdefault(file.s3_uri, file)
    return tuple(
        file
        if file.mate is None or first[file.mate].mate == file.s3_uri
        else SheetFile(file.row, file.column, file.s3_uri)
        for file in first.values()
    )
