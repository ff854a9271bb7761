"""Importing samplesheets: the dry run, which says what an import would do and all that is wrong with it; the import in
the background, and how far it is."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

from chalice.app import Blueprint, Response
from pydantic import StringConstraints

from chalicelib.access.roles import Role
from chalicelib.errors import Violation, message, validation_error
from chalicelib.http.authentication import caller
from chalicelib.http.idempotent import idempotent
from chalicelib.http.problems import language_of, problem_details, translate, violation_rows
from chalicelib.http.requests import Body, path_value, read_body
from chalicelib.http.samples import project_of
from chalicelib.http.urls import location
from chalicelib.ids import Ids
from chalicelib.ingestion.imports.permissions import get_visible
from chalicelib.ingestion.imports.plan import ImportPlan, PlannedSample, plan_import
from chalicelib.ingestion.imports.record import FailureCode, Import, Status
from chalicelib.ingestion.imports.samplesheet import MAX_BYTES, Samplesheet, read_samplesheet
from chalicelib.ingestion.imports.samplesheet_text import DELIMITERS, Unreadable, decoded, from_base64
from chalicelib.ingestion.imports.start import begin_import

MAX_SHOWN = 1_000  # samples of an answer
LOOKED_AT_MOST = 500  # objects: a request has 29 seconds; an import looks at each as it registers it
POLL_AFTER = "2"
_FAILURES = {
    FailureCode.RIGHT_LOST: message("The user who started this import may no longer import into the project."),
    FailureCode.PLAN_LOST: message("The data to import is no longer available. Start the import again."),
    FailureCode.INTERRUPTED: message("The import stopped several times at the same row. Start it again."),
}


MAX_BASE64 = MAX_BYTES * 4 // 3 + 4


class ImportRequest(Body):
    """A samplesheet as text, or the bytes of its file in base64, whose encoding is found out."""

    samplesheet: Annotated[str, StringConstraints(max_length=MAX_BYTES)] | None = None
    samplesheet_base64: Annotated[str, StringConstraints(max_length=MAX_BASE64)] | None = None
    base_uri: Annotated[str, StringConstraints(max_length=1_100)] | None = None
    dry_run: bool


def _read(body: ImportRequest) -> tuple[Samplesheet, str]:
    """The samplesheet of a request and the encoding it was in."""
    if (body.samplesheet is None) == (body.samplesheet_base64 is None):
        raise validation_error([Violation("/samplesheet", "Give either samplesheet or samplesheet_base64.")])
    if body.samplesheet is not None:
        return read_samplesheet(body.samplesheet, body.base_uri), "utf-8"
    try:
        file = decoded(from_base64(body.samplesheet_base64 or ""))
    except Unreadable as error:
        raise validation_error([Violation("/samplesheet_base64", error.rule)]) from None
    sheet = read_samplesheet(file.text, body.base_uri)
    if file.is_guessed:
        rule = message(
            "The file is not UTF-8; it was read as {encoding}: check accented characters.", encoding=file.encoding
        )
        sheet = replace(sheet, warnings=(Violation("/samplesheet", rule), *sheet.warnings))
    return sheet, file.encoding


def _sample(planned: PlannedSample) -> dict[str, Any]:
    return {
        "row": planned.sheet_sample.row,
        "name": planned.sheet_sample.name or (planned.sample.name if planned.sample else None),
        "puid": planned.sample.puid if planned.sample else planned.sheet_sample.puid,
        "action": planned.action,
        "changed_fields": sorted(planned.metadata),
        "files": [
            {"s3_uri": one.file.s3_uri, "size": one.size, **({"paired_with": one.file.mate} if one.file.mate else {})}
            for one in planned.files
        ],
    }


def _interpretation(sheet: Samplesheet, encoding: str) -> dict[str, Any]:
    """How a samplesheet was understood."""
    return {
        "encoding": encoding,
        "delimiter": DELIMITERS.get(sheet.delimiter, sheet.delimiter),
        "header_row": sheet.header_row,
        "columns": [{"name": column.name, "role": column.role} for column in sheet.columns],
    }


def _warnings(sheet: Samplesheet, language: str) -> dict[str, Any]:
    return {"warning_count": len(sheet.warnings), "warnings": violation_rows(sheet.warnings, language)}


def _dry_run_json(
    sheet: Samplesheet, encoding: str, plan: ImportPlan, violations: list[Violation], language: str
) -> dict[str, Any]:
    files = [file for one in plan.samples for file in one.files]
    actions = [one.action for one in plan.samples]
    return {
        "dry_run": True,
        "rows": sheet.row_count,
        "interpretation": _interpretation(sheet, encoding),
        "metadata_fields": list(sheet.fields),
        "samples_to_create": actions.count("create"),
        "samples_to_update": actions.count("update"),
        "files_to_register": len(files),
        "files_looked_at": plan.looked_at,
        "bytes": sum(file.size or 0 for file in files),
        "samples": [_sample(one) for one in plan.samples[:MAX_SHOWN]],
        **_warnings(sheet, language),
        **_errors(violations, len(violations), language),
    }


def _errors(violations: Sequence[Violation], count: int, language: str) -> dict[str, Any]:
    return {"error_count": count, "errors": violation_rows(violations, language)}


def _failure(code: FailureCode, language: str) -> dict[str, str]:
    return {"code": code.value, "message": translate(_FAILURES[code], language)}


def import_json(one: Import, language: str) -> dict[str, Any]:
    """An import as JSON."""
    share = one.rows_done * 100 // one.rows_total if one.rows_total else 100
    return {
        "id": one.id,
        "project_id": one.project_id,
        "status": one.status.value,
        "created_at": one.created_at,
        "ended_at": one.ended_at,
        "progress": {"percent": share, "rows_done": one.rows_done, "rows_total": one.rows_total},
        "samples_created": one.totals.samples_created,
        "samples_updated": one.totals.samples_updated,
        "files_registered": one.totals.files_registered,
        **_errors(one.totals.violations, one.totals.violation_count, language),
        "failure": None if one.failure is None else _failure(one.failure, language),
    }


def _polling_headers(one: Import) -> dict[str, Any]:
    waiting = one.status is Status.PROCESSING
    return {"Cache-Control": "no-store", **({"Retry-After": POLL_AFTER} if waiting else {})}


def blueprint(authorize: Any) -> Blueprint:
    bp = Blueprint(__name__)

    @bp.route("/projects/{project_id}/import", methods=["POST"], authorizer=authorize)
    @problem_details
    def import_samplesheet(project_id: str) -> Response:
        user = caller(bp.current_request)
        project = project_of(project_id, user, Role.ANALYST)
        body = read_body(bp.current_request, ImportRequest)
        language = language_of(bp.current_request)
        sheet, encoding = _read(body)

        def make(ids: Ids) -> Response:
            begun = begin_import(project, user.id, sheet, ids, look_at_most=LOOKED_AT_MOST)
            headers: dict[str, Any] = {"Location": location(f"/imports/{begun.id}"), **_polling_headers(begun)}
            return Response(
                {**import_json(begun, language), **_warnings(sheet, language)}, status_code=202, headers=headers
            )

        if not body.dry_run:
            return idempotent(bp.current_request, user, make)
        plan = plan_import(project, user.id, sheet, look_at_most=LOOKED_AT_MOST)
        return Response(_dry_run_json(sheet, encoding, plan, [*sheet.violations, *plan.violations], language))

    @bp.route("/imports/{import_id}", methods=["GET"], authorizer=authorize)
    @problem_details
    def read_import(import_id: str) -> Response:
        user = caller(bp.current_request)
        one = get_visible(path_value(import_id), user.id)
        return Response(import_json(one, language_of(bp.current_request)), headers=_polling_headers(one))

    return bp
