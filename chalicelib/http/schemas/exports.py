"""JSON of exports and estimates of them."""

from typing import Annotated, Any, NotRequired, cast

from pydantic import Field
from typing_extensions import TypedDict

from chalicelib.exports import estimate, failures, model
from chalicelib.exports.download import download_name
from chalicelib.exports.estimate import excesses
from chalicelib.exports.model import Status, Step
from chalicelib.exports.packaging import Packaging
from chalicelib.exports.progress import progress_of
from chalicelib.exports.types.registry import TYPES
from chalicelib.http.schemas.base import Count, Crc32, Id, Size, Time, one_of
from chalicelib.mail.delivery import Undelivered
from chalicelib.settings import settings

_TOTAL = 209_715_200
Packaged = Annotated[str, one_of(*(packaging.value for packaging in Packaging))]


class SampleExportParameters(TypedDict):
    """The parameters of a sample export. `sample_count` is null until a selection is planned."""

    namespace_id: Id
    sample_count: Annotated[int | None, Field(ge=0, examples=[3])]
    file_formats: Annotated[list[str], Field(examples=[["fastq"]])]
    packaging: NotRequired[Packaged]  # exports made before there was a choice have none


class LinelistExportParameters(TypedDict):
    """The parameters of a linelist export; delimiter and decimal mark of CSV only."""

    namespace_id: Id
    sample_count: Annotated[int | None, Field(ge=0, examples=[3])]
    metadata_fields: Annotated[list[str], Field(examples=[["organism"]])]
    linelist_format: Annotated[str, Field(examples=["csv"])]
    delimiter: NotRequired[Annotated[str, one_of(",", ";")]]
    decimal_mark: NotRequired[Annotated[str, one_of(".", ",")]]


class AnalysisExportParameters(TypedDict):
    """The parameters of an analysis export."""

    namespace_id: Id | None
    analysis_type: Annotated[str, one_of("user", "project", "group")]
    workflow_execution_count: Count
    packaging: NotRequired[Packaged]  # exports made before there was a choice have none
    layout: NotRequired[Annotated[str, one_of("flat", "tree")]]  # as above


Parameters = SampleExportParameters | LinelistExportParameters | AnalysisExportParameters


class Progress(TypedDict):
    """The progress of an export; rows for linelists only."""

    step: Annotated[str, one_of(*(step.value for step in Step), example="assembling")]
    queue_position: NotRequired[
        Annotated[int, Field(description="While it waits for others to finish: 1 is next.", ge=1)]
    ]
    percent: Annotated[int, Field(description="Never goes back.", ge=0, le=100, examples=[40])]
    bytes_done: Annotated[int, Field(ge=0, examples=[_TOTAL * 2 // 5])]
    bytes_total: Annotated[int, Field(ge=0, examples=[_TOTAL])]
    files_total: Annotated[int, Field(ge=0, examples=[6])]
    rows_done: NotRequired[Annotated[int, Field(ge=0)]]
    rows_total: NotRequired[Annotated[int, Field(ge=0)]]


class ExportedFile(TypedDict):
    """The finished file. `files` counts the exported files in it, not manifests and report."""

    filename: Annotated[str, Field(examples=["6a5f9a0e-2f0b-4c8e-9d3a-0b1c2d3e4f50.zip"])]
    download_name: Annotated[str, Field(examples=["Outbreak reads.zip"])]
    size: Size
    crc32: Crc32
    files: Annotated[int, Field(ge=0, examples=[6])]


class Failure(TypedDict):
    """Why an export failed, and whether a retry can help."""

    code: Annotated[str, one_of(*(code.value for code in failures.FailureCode))]
    message: Annotated[str, Field(examples=["None of the selected items can be exported."])]
    retryable: bool


class Export(TypedDict):
    """An export."""

    id: Id
    name: Annotated[str | None, Field(examples=["Outbreak reads"])]
    type: Annotated[str, one_of(*TYPES)]
    status: Annotated[str, one_of(*(status.value for status in Status))]
    created_at: Time
    ready_at: Annotated[Time | None, Field(examples=[None])]
    expires_at: Annotated[
        Time | None,
        Field(description="The end of the third business day after it became ready.", examples=[None]),
    ]
    extended_at: Annotated[
        Time | None, Field(description="When it was extended, which is possible once.", examples=[None])
    ]
    email_notification: bool
    email_failure: Annotated[
        str | None,
        Field(
            description="Why the e-mail about the outcome did not arrive.",
            examples=[None],
            json_schema_extra={"enum": [*(reason.value for reason in Undelivered), None]},
        ),
    ]
    parameters: Parameters
    progress: Progress
    file: Annotated[ExportedFile | None, Field(description="Once it is ready.", examples=[None])]
    warnings: Annotated[int, Field(description="How many requested items it lacks.", ge=0, examples=[0])]
    failure: Annotated[Failure | None, Field(examples=[None])]


class FormatEstimate(TypedDict):
    """Files and bytes of one format."""

    files: Count
    bytes: Size


class Limits(TypedDict):
    """The limits of one export, and of a user's running exports."""

    samples: Annotated[int, Field(examples=[100_000])]
    files: Annotated[int, Field(examples=[500_000])]
    bytes: Annotated[int, Field(examples=[5_000_000_000_000])]
    running_exports: Annotated[int, Field(examples=[20])]


class Estimate(TypedDict):
    """The size of an export. `exact` is false if it was extrapolated from a subset of many samples."""

    samples: Count
    files: Annotated[int, Field(ge=0, examples=[6])]
    bytes: Size
    by_format: Annotated[dict[str, FormatEstimate], Field(examples=[{"fastq": {"files": 6, "bytes": 104_857_600}}])]
    limits: Limits
    exceeds: Annotated[
        list[Annotated[str, one_of("samples", "files", "bytes")]], Field(description="Limits exceeded.", examples=[[]])
    ]
    exact: Annotated[bool, Field(examples=[True])]


def export_json(export: model.Export, language: str) -> Export:
    """An export as JSON; why it failed in this language."""
    return Export(
        id=export.id,
        name=export.name,
        type=export.type,
        status=export.status.value,
        created_at=export.created_at,
        ready_at=export.ready_at,
        extended_at=export.extended_at,
        expires_at=export.expires_at,
        email_notification=export.email_notification,
        email_failure=export.mail_failure and export.mail_failure.value,
        parameters=_parameters(export),
        progress=_progress(export),
        file=_file(export),
        warnings=export.warnings,
        failure=_failure(export, language),
    )


def _parameters(export: model.Export) -> Parameters:
    """The parameters as the export's spec wrote them; a selection with its number of samples, once it is planned."""
    parameters: dict[str, Any] = dict(export.parameters)
    if parameters.get("sample_count", 0) is None:
        parameters["sample_count"] = export.sample_count
    return cast("Parameters", parameters)


def _progress(export: model.Export) -> Progress:
    progress = progress_of(export)
    document = Progress(
        step=progress.step.value,
        percent=progress.percent,
        bytes_done=progress.bytes_done,
        bytes_total=progress.bytes_total,
        files_total=progress.files_total,
    )
    if export.queue_position is not None and export.status is Status.PROCESSING:
        document["queue_position"] = export.queue_position
    if export.table is not None:
        document["rows_done"], document["rows_total"] = export.table.rows_done, export.table.rows_total
    return document


def _file(export: model.Export) -> ExportedFile | None:
    if export.file is None or export.status is not Status.READY:
        return None
    return ExportedFile(
        filename=f"{export.id}.{export.file.ending}",
        download_name=download_name(export, export.file),
        size=export.file.size,
        crc32=export.file.crc32,
        files=export.file.files,
    )


def _failure(export: model.Export, language: str) -> Failure | None:
    if export.status is not Status.FAILED:
        return None
    failure = failures.describe(export.failure_code or "", language)
    return Failure(code=failure.code, message=failure.message, retryable=failure.retryable)


def estimate_json(found: estimate.Estimate) -> Estimate:
    """An estimate as JSON, with the limits that it exceeds."""
    limits = settings()
    return Estimate(
        samples=found.samples,
        files=found.files,
        bytes=found.bytes,
        by_format={
            name: FormatEstimate(files=total.files, bytes=total.bytes) for name, total in found.by_format.items()
        },
        limits=Limits(
            samples=limits.max_export_samples,
            files=limits.max_export_files,
            bytes=limits.max_export_bytes,
            running_exports=limits.max_running_exports,
        ),
        exceeds=[excess.limit for excess in excesses(found.samples, found.files, found.bytes, limits)],
        exact=found.exact,
    )
