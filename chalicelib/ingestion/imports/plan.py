"""What an import would do to a project: everything that can be determined before anything is written."""

from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from chalicelib.catalog.files import registration
from chalicelib.catalog.files import repository as files
from chalicelib.catalog.namespaces.model import Namespace
from chalicelib.catalog.puid import Kind, is_puid
from chalicelib.catalog.samples import queries as sample_queries
from chalicelib.catalog.samples import repository as samples
from chalicelib.catalog.samples.metadata import Metadata, Value, merged_metadata, text_of, value_of
from chalicelib.catalog.samples.model import Sample, metadata_size_violation
from chalicelib.errors import Invalid, Violation
from chalicelib.ingestion.imports.columns import pointer
from chalicelib.ingestion.imports.model import Samplesheet, SheetFile, SheetSample
from chalicelib.settings import settings

_CONCURRENT_READS = 16
_MAX_COMPARED = (
    1_000  # samples whose files are read: a request has 29 seconds; the background work skips existing files
)


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """A file to be registered, and its object's size; None where the object was not checked."""

    file: SheetFile
    size: int | None


@dataclass(frozen=True, slots=True)
class PlannedSample:
    """A sample of the sheet, the existing one of the project (None: it will be created), and its new files."""

    sheet_sample: SheetSample
    sample: Sample | None
    metadata: Mapping[str, Value]  # only what the sheet changes
    files: tuple[PlannedFile, ...]

    @property
    def action(self) -> Literal["create", "update", "none"]:
        """What the import does with the sample."""
        if self.sample is None:
            return "create"
        return "update" if self.has_changes or self.files else "none"

    @property
    def has_changes(self) -> bool:
        """Does the sheet have values for it that are not in the catalog already?"""
        if self.sample is None:
            return True
        is_described = self.sheet_sample.description not in (None, self.sample.description)
        return bool(self.metadata) or is_described or self.new_name is not None

    @property
    def new_name(self) -> str | None:
        """The new name of the sample, if it changes."""
        if self.sample is None:
            return self.sheet_sample.name
        is_other = (
            self.sheet_sample.is_renamed
            and self.sheet_sample.puid is not None
            and self.sheet_sample.name != self.sample.name
        )
        return self.sheet_sample.name if is_other else None


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import would do, how many objects were checked, and the violations."""

    samples: tuple[PlannedSample, ...]
    looked_at: int
    violations: tuple[Violation, ...]


def plan_import(project: Namespace, user_id: str, sheet: Samplesheet, *, max_objects: int | None) -> ImportPlan:
    """Resolve the samples of a sheet and check its objects, at most the first `max_objects`. A file whose object
    is already registered for its sample is skipped, in the first thousand existing samples; beyond, this is only
    found by the background work."""
    violations: list[Violation] = []
    found = _resolved(project, sheet.samples, violations)
    wanted = [(sheet_sample, found.get(sheet_sample.row)) for sheet_sample in sheet.samples]
    with ThreadPoolExecutor(_CONCURRENT_READS) as pool:
        known = dict.fromkeys(sample.id for sheet_sample, sample in wanted if sample is not None and sheet_sample.files)
        compared = set(islice(known, _MAX_COMPARED))
        fresh = list(pool.map(lambda pair: _new_files(pair[0], pair[1], compared), wanted))
        unseen = [file for of_sample in fresh for file in of_sample]
        seen = unseen if max_objects is None else unseen[:max_objects]
        looked = dict(zip(seen, pool.map(_object_checker(project, user_id), seen), strict=True))
    violations += [sheet_sample for sheet_sample in looked.values() if isinstance(sheet_sample, Violation)]
    planned = []
    for (sheet_sample, sample), of_sample in zip(wanted, fresh, strict=True):
        metadata = _changes(sheet_sample.metadata, {} if sample is None else sample.metadata)
        violations += _too_much(sheet_sample, metadata, sample)
        sizes = {file: size for file in of_sample if isinstance(size := looked.get(file), int)}
        new = tuple(PlannedFile(file, sizes.get(file)) for file in of_sample)
        planned.append(PlannedSample(sheet_sample, sample, metadata, new))
    return ImportPlan(tuple(planned), len(looked), tuple(violations))


def _changes(sheet_sample: Mapping[str, str], present: Metadata) -> dict[str, Value]:
    """The values of a sheet that the catalog does not have. A cell that equals the present value's table form is no
    change, whatever its type: so an exported table can be imported without any change."""
    return {
        field: value_of(text)
        for field, text in sheet_sample.items()
        if field not in present or text != text_of(present[field]).strip()
    }


def _too_much(sheet_sample: SheetSample, metadata: Mapping[str, Value], sample: Sample | None) -> list[Violation]:
    rule = metadata_size_violation(merged_metadata({} if sample is None else sample.metadata, metadata))
    return [] if rule is None else [Violation(f"/samplesheet/{sheet_sample.row}", rule)]


def _object_checker(project: Namespace, user_id: str) -> Callable[[SheetFile], int | Violation]:
    def look(file: SheetFile) -> int | Violation:
        try:
            return registration.find(user_id, project, file.s3_uri).stored.size
        except Invalid as refused:
            return Violation(pointer(file.row, file.column), refused.violations[0].detail)

    return look


def _new_files(sheet_sample: SheetSample, sample: Sample | None, compared: Collection[str]) -> list[SheetFile]:
    if sample is None or sample.id not in compared:
        return list(sheet_sample.files)
    there = {file.s3_uri for file in files.of_sample(sample.id)}
    return [file for file in sheet_sample.files if file.s3_uri not in there]


def _resolved(
    project: Namespace, sheet_sample: Iterable[SheetSample], violations: list[Violation]
) -> dict[int, Sample]:
    """The samples of the project that rows refer to, by their first row: matched by PUID, else by name."""
    rows = list(sheet_sample)
    by_puid = samples.find_many(sheet_row.puid for sheet_row in rows if sheet_row.puid)
    ids: dict[str, list[str]] = {}
    if any(sheet_row.puid is None for sheet_row in rows):
        for listed in sample_queries.everything([project.id], None):
            ids.setdefault(listed.name, []).append(listed.id)
    meant: dict[int, str] = {}
    found: dict[int, Sample] = {}
    for sheet_row in rows:
        if sheet_row.puid is not None:
            sample = by_puid.get(sheet_row.puid)
            if sample is not None and sample.project_id == project.id:
                found[sheet_row.row] = sample
            else:
                _check_new(sheet_row, sample, violations)
        elif len(same := ids.get(sheet_row.name or "", [])) > 1:
            violations.append(
                Violation(
                    pointer(sheet_row.row, "sample"), "Several samples have this name here: identify them by PUID."
                )
            )
        elif same:
            meant[sheet_row.row] = same[0]
    by_id = samples.find_many(meant.values())
    found |= {row: by_id[sample_id] for row, sample_id in meant.items() if sample_id in by_id}
    taken: dict[str, int] = {}
    for sheet_row in rows:
        if sheet_row.row in found and taken.setdefault(found[sheet_row.row].id, sheet_row.row) != sheet_row.row:
            violations.append(
                Violation(pointer(sheet_row.row, "sample"), "Another row refers to the same sample in a different way.")
            )
    return found


def _check_new(sheet_row: SheetSample, elsewhere: Sample | None, violations: list[Violation]) -> None:
    place = pointer(sheet_row.row, "puid")
    if elsewhere is not None:
        violations.append(Violation(place, "This PUID is already in use."))
    elif not is_puid(sheet_row.puid or "", Kind.SAMPLE, settings().puid_prefix):
        violations.append(Violation(place, "Not the PUID of a sample."))
    elif sheet_row.name is None:
        violations.append(Violation(pointer(sheet_row.row, "sample"), "A sample needs a name."))
