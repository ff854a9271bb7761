"""The columns of a samplesheet, and how each is interpreted."""

import re
from collections.abc import Sequence

from chalicelib.catalog.files.formats import format_of
from chalicelib.catalog.samples.metadata import RESERVED_FIELDS, field_named, is_field_name
from chalicelib.errors import Message, Violation, message, pointer_step
from chalicelib.ingestion.imports.model import Column, Role
from chalicelib.ingestion.imports.samplesheet_text import Line
from chalicelib.names import cleaned

MAX_COLUMNS = 300
_MAX_WARNINGS = 1_000
# Normalized names of columns; the first that exists is used.
_NAMES = ("sample", "sample_name", "sample_id", "id")
_PUIDS = ("sample_puid", "puid")
_DESCRIPTION, _PROJECT = "description", "project_puid"
FORWARD, REVERSE = "fastq_1", "fastq_2"
_FILES = (FORWARD, REVERSE, "fasta")
S3 = "s3://"
# Placeholders for "no value".
_PLACEHOLDERS = {"na", "n/a", "n.a.", "nan", "-", "--", "none", "null", "nil", "missing", ".", "?", "not applicable"}


class Findings:
    """The violations of a samplesheet (nothing is imported then), and warnings about what is ignored."""

    def __init__(self) -> None:
        self.violations: list[Violation] = []
        self.warnings: list[Violation] = []

    def add_violation(self, where: str, rule: Message) -> None:
        """Record a broken rule."""
        self.violations.append(Violation(where, rule))

    def warn(self, where: str, rule: Message) -> None:
        """Record a warning; only the first are kept."""
        if len(self.warnings) < _MAX_WARNINGS:
            self.warnings.append(Violation(where, rule))


def pointer(row: int, column: str) -> str:
    """The JSON pointer of a violation: `/samplesheet/<row>/<column>` (RFC 6901)."""
    return f"/samplesheet/{row}/{pointer_step(column)}"


def column_key(name: str) -> str:
    """The normalized name of a column: lower case, with underscores for everything but letters and digits."""
    return re.sub(r"[^0-9a-z]+", "_", cleaned(name).lower()).strip("_")


def count_known(names: Sequence[str]) -> int:
    """How many of these columns are known ones."""
    keys = {column_key(name) for name in names}
    return sum(known in keys for known in (*_NAMES, *_PUIDS, *_FILES, _DESCRIPTION, _PROJECT))


def is_placeholder(cell: str) -> bool:
    """Is the cell a placeholder for "no value"?"""
    return cell.lower() in _PLACEHOLDERS


class Columns:
    """The columns of a header; `base` is the URI for relative file names, None if they are not allowed."""

    def __init__(
        self, names: Sequence[str], lines: Sequence[Line], header_row: int, base: str | None, findings: Findings
    ) -> None:
        self._names, self._lines, self._header_row, self._base = names, lines, header_row, base
        self._keys = [column_key(name) for name in names]
        self._findings = findings

    def read(self) -> tuple[Column, ...]:
        """The columns in their order; none if the header breaks a rule, which is recorded."""
        self._check_columns()
        return () if self._findings.violations else self._columns()

    def _check_columns(self) -> None:
        top = f"/samplesheet/{self._header_row}"
        if len(self._names) > MAX_COLUMNS:
            rule = message(
                "A samplesheet must have at most {most} columns; this one has {size}.",
                most=MAX_COLUMNS,
                size=len(self._names),
            )
            self._findings.add_violation(top, rule)
            return
        if not {*_NAMES, *_PUIDS} & set(self._keys):
            self._findings.add_violation(top, message("A samplesheet needs a column named sample."))
        if set(_PUIDS) <= set(self._keys):
            self._findings.add_violation(
                top, message("A samplesheet can have only one PUID column: sample_puid or puid.")
            )
        first: dict[str, str] = {}
        for name in self._names:
            place = pointer(self._header_row, name.lower())
            if not is_field_name(name) and field_named(name) not in RESERVED_FIELDS:
                self._findings.add_violation(place, message("A column name must have 1 to 255 printable characters."))
            elif (other := first.setdefault(field_named(name), name)) is not name:
                rule = message("{first} and {second} are the same field name.", first=repr(other), second=repr(name))
                self._findings.add_violation(place, rule)

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
            self._findings.warn(
                pointer(self._header_row, name), message("Not a valid field name: this column is not imported.")
            )
            role = "ignored"
        else:
            return Column(name, "metadata", field)
        return Column(name, role)

    def _holds_files(self, place: int) -> bool:
        """Are more than half of the non-empty cells URIs of files (or names, where relative ones are allowed)?"""
        cells = [line.cells[place] for line in self._lines if len(line.cells) > place and line.cells[place]]
        cells = [cell for cell in cells if not is_placeholder(cell)]
        is_file = [
            cell.lower().startswith(S3) or (self._base is not None and format_of(cell) != "unknown" and "/" in cell)
            for cell in cells
        ]
        return 2 * sum(is_file) > len(cells)
