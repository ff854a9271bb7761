"""Which local files belong to which sample: of a folder by their names, of a samplesheet by its rows."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from pathlib import Path

from seqport import errors
from seqport.messages import translate as _

PATTERNS = tuple(
    f"*.{ending}{packed}" for ending in ("fastq", "fq", "fasta", "fa", "fna") for packed in ("", ".gz", ".bz2")
)
_ENDING = re.compile(r"\.(fastq|fq|fasta|fa|fna)(\.gz|\.bz2)?$", re.IGNORECASE)
_READS = re.compile(r"\.(fastq|fq)(\.gz|\.bz2)?$", re.IGNORECASE)
# Illumina: sample number, lane, mate, chunk; else the mate as the last token of the name.
_MATES = (
    re.compile(r"(?P<sample>.+)_S\d+(_L\d{3})?_R(?P<mate>[12])_\d{3}"),
    re.compile(r"(?P<sample>.+)[._-][Rr]?(?P<mate>[12])"),
    re.compile(r"(?P<sample>.+)[._-](?P<mate>[FRfr])"),
)
_FORWARD = frozenset("1Ff")
_SAMPLE_COLUMNS = ("sample", "sample_name", "sample name", "sample_id", "id")
_FILE_COLUMNS = ("fastq_1", "fastq_2", "fasta")


@dataclass(frozen=True)
class LocalFile:
    """A file to be uploaded, the sample that it is of (a name or PUID), and the forward file of its pair if it is the
    reverse one."""

    path: Path
    sample: str
    size: int
    mtime_ns: int
    forward: Path | None = None

    @property
    def name(self) -> str:
        """The name that the file has in the catalog."""
        return self.path.name


@dataclass(frozen=True)
class UploadPlan:
    """The files, and metadata of samples by name."""

    files: tuple[LocalFile, ...]
    metadata: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def samples(self) -> list[str]:
        """The samples in their order."""
        return list(dict.fromkeys([*(file.sample for file in self.files), *self.metadata]))


def of_folder(folder: Path, *, sample: str | None = None, patterns: Sequence[str] = PATTERNS) -> UploadPlan:
    """The files of a folder that match a pattern. A file is of `sample`, else of the sample that its subfolder is named
    after, else of the one that its own name begins with. Hidden files are ignored. Raises UsageError without any."""
    files = [
        _local(path, sample or _sample_of(path, folder))
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        and any(fnmatch(path.name.lower(), pattern.lower()) for pattern in patterns)
    ]
    if not files:
        raise errors.UsageError(
            _("{folder} has no file to upload.").format(folder=folder),
            hint=_("Name others with --include, such as --include '*.bam'."),
        )
    return UploadPlan(tuple(_paired(files)))


def of_samplesheet(sheet: Path) -> UploadPlan:
    """The files of a samplesheet (CSV, or with tabs or semicolons): columns `sample`, `fastq_1`, `fastq_2`, `fasta`;
    others are metadata. Paths are relative to the sheet. Raises UsageError with all rows that are wrong."""
    text = sheet.read_text("utf-8-sig")
    header = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=header.count)
    rows = list(csv.DictReader(text.splitlines(), delimiter=delimiter))
    columns = {(name or "").strip().lower(): name for name in (rows[0] if rows else {})}
    sample_column = next((columns[name] for name in _SAMPLE_COLUMNS if name in columns), None)
    if sample_column is None or not any(name in columns for name in _FILE_COLUMNS):
        raise errors.UsageError(
            _("{path} is not a samplesheet: it needs the columns sample and fastq_1.").format(path=sheet)
        )
    used = {sample_column, *(columns[name] for name in _FILE_COLUMNS if name in columns)}
    files: list[LocalFile] = []
    metadata: dict[str, dict[str, str]] = defaultdict(dict)
    wrong: list[str] = []
    for number, row in enumerate(rows, 2):
        sample = (row[sample_column] or "").strip()
        if not sample:
            wrong.append(_("row {number}: the sample has no name").format(number=number))
            continue
        forward: Path | None = None
        for column in _FILE_COLUMNS:
            value = (row.get(columns.get(column, ""), "") or "").strip()
            if not value:
                continue
            path = sheet.parent / value
            if not path.is_file():
                wrong.append(_("row {number}, {column}: there is no file {path}").format(
                    number=number, column=column, path=path
                ))  # fmt: skip
                continue
            files.append(replace(_local(path, sample), forward=forward if column == "fastq_2" else None))
            forward = path if column == "fastq_1" else forward
        metadata[sample].update({
            name: value.strip() for name, value in row.items() if name and name not in used and value and value.strip()
        })  # fmt: skip
    if wrong:
        raise errors.UsageError(f"{sheet}: {'; '.join(wrong[:20])}.")
    return UploadPlan(tuple(dict.fromkeys(files)), {name: fields for name, fields in metadata.items() if fields})


def _local(path: Path, sample: str) -> LocalFile:
    status = path.stat()
    return LocalFile(path, sample, status.st_size, status.st_mtime_ns)


def _mate(path: Path) -> tuple[str, str] | None:
    """The stem that a pair shares, and the mate, by the name of a file of reads."""
    ending = _READS.search(path.name)
    stem = path.name[: ending.start()] if ending else ""
    for pattern in _MATES:
        found = pattern.fullmatch(stem)
        if found is not None:
            return stem[: found.start("mate")] + stem[found.end("mate") :], found["mate"]
    return None


def _sample_of(path: Path, folder: Path) -> str:
    inside = path.relative_to(folder).parts
    if len(inside) > 1:
        return inside[0]
    stem = _ENDING.sub("", path.name)
    for pattern in _MATES:
        found = pattern.fullmatch(stem) if _READS.search(path.name) else None
        if found is not None:
            return found["sample"]
    return stem


def _paired(files: Iterable[LocalFile]) -> Iterator[LocalFile]:
    """The files, forward before reverse, where exactly two of a sample share a stem."""
    groups: dict[tuple[object, ...], list[LocalFile]] = defaultdict(list)
    for file in files:
        mate = _mate(file.path)
        groups[(file.sample, file.path.parent, mate[0]) if mate else (file.path,)].append(file)
    for group in groups.values():
        mates = sorted(group, key=lambda file: (_mate(file.path) or ("", ""))[1] not in _FORWARD)
        if len(mates) == 2:
            yield mates[0]
            yield replace(mates[1], forward=mates[0].path)
        else:
            yield from group
