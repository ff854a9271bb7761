"""JSON of samplesheet imports: the request, the dry run, and an import in the background."""

from collections.abc import Sequence
from typing import Annotated, NotRequired

from pydantic import Field, StringConstraints
from typing_extensions import TypedDict

from chalicelib.errors import Violation as BrokenRule
from chalicelib.errors import message
from chalicelib.http.problems import translate, violation_rows
from chalicelib.http.schemas.base import Body, Count, Id, Size, Time, Violation, one_of, puid
from chalicelib.ingestion.imports import plan, record
from chalicelib.ingestion.imports.model import Samplesheet
from chalicelib.ingestion.imports.record import FailureCode
from chalicelib.ingestion.imports.samplesheet import MAX_BYTES
from chalicelib.ingestion.imports.samplesheet_text import DELIMITERS

MAX_SHOWN = 1_000  # samples of a dry run's response
MAX_BASE64 = MAX_BYTES * 4 // 3 + 4
_FAILURES = {
    FailureCode.RIGHT_LOST: message("The user who started this import may no longer import into the project."),
    FailureCode.PLAN_LOST: message("The data to import is no longer available. Start the import again."),
    FailureCode.INTERRUPTED: message("The import stopped several times at the same row. Start it again."),
}
_SHEET = "sample,fastq_1,fastq_2,organism\nEC-001,s3://lab/EC-001_R1.fastq.gz,s3://lab/EC-001_R2.fastq.gz,E. coli\n"


class ImportRequest(Body):
    """A samplesheet as text, or the bytes of its file in base64, whose encoding is detected."""

    samplesheet: Annotated[Annotated[str, StringConstraints(max_length=MAX_BYTES)] | None, Field(examples=[_SHEET])] = (
        None
    )
    samplesheet_base64: Annotated[str, StringConstraints(max_length=MAX_BASE64)] | None = None
    base_uri: Annotated[str, StringConstraints(max_length=1_100)] | None = None
    dry_run: bool


class Source(TypedDict):
    """Objects below this URI can be registered as files."""

    uri: Annotated[str, Field(examples=["s3://sequencer-runs/lab-a/"])]


class SourceList(TypedDict):
    """The sources of a group or project, those of groups above too."""

    items: list[Source]


class Column(TypedDict):
    """A column of a samplesheet, and how it is interpreted."""

    name: Annotated[str, Field(examples=["fastq_1"])]
    role: Annotated[str, Field(examples=["file"])]


class Interpretation(TypedDict):
    """How a samplesheet was read."""

    encoding: Annotated[str, Field(examples=["utf-8"])]
    delimiter: Annotated[str, Field(examples=["comma"])]
    header_row: Annotated[int, Field(ge=1, examples=[1])]
    columns: list[Column]


class FileToRegister(TypedDict):
    """A file that an import would register."""

    s3_uri: Annotated[str, Field(examples=["s3://lab/EC-001_R1.fastq.gz"])]
    size: Annotated[int | None, Field(description="Bytes; null if the object was not looked at.", examples=[1024])]
    paired_with: NotRequired[Annotated[str, Field(examples=["s3://lab/EC-001_R2.fastq.gz"])]]


class SampleToImport(TypedDict):
    """What an import would do with a row."""

    row: Annotated[int, Field(ge=1, examples=[2])]
    name: Annotated[str | None, Field(examples=["EC-001"])]
    puid: Annotated[str | None, puid("SAM")]
    action: Annotated[str, one_of("create", "update", "none")]
    changed_fields: Annotated[list[str], Field(examples=[["organism"]])]
    files: list[FileToRegister]


class DryRun(TypedDict):
    """What an import of this samplesheet would do, and all its errors. Nothing is written."""

    dry_run: Annotated[bool, Field(examples=[True])]
    rows: Count
    interpretation: Interpretation
    metadata_fields: Annotated[list[str], Field(examples=[["organism"]])]
    samples_to_create: Count
    samples_to_update: Count
    files_to_register: Count
    files_looked_at: Annotated[int, Field(description="How many of the objects were checked in S3.", examples=[6])]
    bytes: Size
    samples: Annotated[list[SampleToImport], Field(max_length=MAX_SHOWN)]
    warning_count: Annotated[int, Field(ge=0, examples=[0])]
    warnings: Annotated[list[Violation], Field(max_length=100)]
    error_count: Annotated[int, Field(ge=0, examples=[0])]
    errors: Annotated[list[Violation], Field(max_length=100)]


class RowProgress(TypedDict):
    """The progress of an import."""

    percent: Annotated[int, Field(ge=0, le=100, examples=[40])]
    rows_done: Annotated[int, Field(ge=0, examples=[40])]
    rows_total: Annotated[int, Field(ge=0, examples=[100])]


class ImportFailure(TypedDict):
    """Why an import stopped."""

    code: Annotated[str, one_of(*(code.value for code in FailureCode))]
    message: Annotated[str, Field(examples=["The import stopped several times at the same row. Start it again."])]


class Import(TypedDict):
    """An import of a samplesheet. Rows that can't be imported are in `errors`; the others are imported."""

    id: Id
    project_id: Id
    status: Annotated[str, one_of(*(status.value for status in record.Status))]
    created_at: Time
    ended_at: Time | None
    progress: RowProgress
    samples_created: Count
    samples_updated: Count
    files_registered: Count
    error_count: Annotated[int, Field(ge=0, examples=[0])]
    errors: Annotated[list[Violation], Field(max_length=100)]
    failure: ImportFailure | None


class StartedImport(Import):
    """A new import, with warnings about its samplesheet."""

    warning_count: Annotated[int, Field(ge=0, examples=[0])]
    warnings: Annotated[list[Violation], Field(max_length=100)]


def _sample(planned: plan.PlannedSample) -> SampleToImport:
    return SampleToImport(
        row=planned.sheet_sample.row,
        name=planned.sheet_sample.name or (planned.sample.name if planned.sample else None),
        puid=planned.sample.puid if planned.sample else planned.sheet_sample.puid,
        action=planned.action,
        changed_fields=sorted(planned.metadata),
        files=[_file(file) for file in planned.files],
    )


def _file(planned: plan.PlannedFile) -> FileToRegister:
    document = FileToRegister(s3_uri=planned.file.s3_uri, size=planned.size)
    if planned.file.mate:
        document["paired_with"] = planned.file.mate
    return document


def _interpretation(sheet: Samplesheet, encoding: str) -> Interpretation:
    return Interpretation(
        encoding=encoding,
        delimiter=DELIMITERS.get(sheet.delimiter, sheet.delimiter),
        header_row=sheet.header_row,
        columns=[Column(name=column.name, role=column.role) for column in sheet.columns],
    )


def dry_run_json(
    sheet: Samplesheet, encoding: str, planned: plan.ImportPlan, violations: Sequence[BrokenRule], language: str
) -> DryRun:
    """A dry run as JSON."""
    files = [file for sample in planned.samples for file in sample.files]
    actions = [sample.action for sample in planned.samples]
    return DryRun(
        dry_run=True,
        rows=sheet.row_count,
        interpretation=_interpretation(sheet, encoding),
        metadata_fields=list(sheet.fields),
        samples_to_create=actions.count("create"),
        samples_to_update=actions.count("update"),
        files_to_register=len(files),
        files_looked_at=planned.looked_at,
        bytes=sum(file.size or 0 for file in files),
        samples=[_sample(sample) for sample in planned.samples[:MAX_SHOWN]],
        warning_count=len(sheet.warnings),
        warnings=violation_rows(sheet.warnings, language),
        error_count=len(violations),
        errors=violation_rows(violations, language),
    )


def import_json(item: record.Import, language: str) -> Import:
    """An import as JSON."""
    percent = item.rows_done * 100 // item.rows_total if item.rows_total else 100
    failure = None
    if item.failure is not None:
        failure = ImportFailure(code=item.failure.value, message=translate(_FAILURES[item.failure], language))
    return Import(
        id=item.id,
        project_id=item.project_id,
        status=item.status.value,
        created_at=item.created_at,
        ended_at=item.ended_at,
        progress=RowProgress(percent=percent, rows_done=item.rows_done, rows_total=item.rows_total),
        samples_created=item.totals.samples_created,
        samples_updated=item.totals.samples_updated,
        files_registered=item.totals.files_registered,
        error_count=item.totals.violation_count,
        errors=violation_rows(item.totals.violations, language),
        failure=failure,
    )


def started_import_json(item: record.Import, sheet: Samplesheet, language: str) -> StartedImport:
    """A new import as JSON."""
    return StartedImport(
        **import_json(item, language),
        warning_count=len(sheet.warnings),
        warnings=violation_rows(sheet.warnings, language),
    )
