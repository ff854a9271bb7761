"""Importing samplesheets; so far the dry run, which says what an import would do and all that is wrong with it."""

from typing import Annotated, Any, Literal

from chalice.app import Blueprint, Response
from pydantic import Field, StringConstraints

from chalicelib.access.roles import Role
from chalicelib.errors import Flaw
from chalicelib.http.bodies import Body, caller, read_body
from chalicelib.http.problems import MAX_ROWS, answering, language_of, told
from chalicelib.http.samples import project_of
from chalicelib.ingestion.import_plan import ImportPlan, PlannedSample, plan_import
from chalicelib.ingestion.samplesheet import MAX_BYTES, Samplesheet, read_samplesheet

MAX_SHOWN = 1_000  # samples of an answer
LOOKED_AT_MOST = 500  # objects: a request has 29 seconds


class ImportRequest(Body):
    samplesheet: Annotated[str, StringConstraints(max_length=MAX_BYTES)]
    dry_run: Annotated[Literal[True], Field()]


def _sample(planned: PlannedSample) -> dict[str, Any]:
    return {
        "row": planned.told.row,
        "name": planned.told.name or (planned.sample.name if planned.sample else None),
        "puid": planned.sample.puid if planned.sample else planned.told.puid,
        "action": planned.action,
        "files": [{"s3_uri": one.file.s3_uri, "size": one.size} for one in planned.files],
    }


def _shown(sheet: Samplesheet, plan: ImportPlan, flaws: list[Flaw], language: str) -> dict[str, Any]:
    files = [file for one in plan.samples for file in one.files]
    actions = [one.action for one in plan.samples]
    return {
        "dry_run": True,
        "rows": sheet.row_count,
        "metadata_fields": list(sheet.fields),
        "samples_to_create": actions.count("create"),
        "samples_to_update": actions.count("update"),
        "files_to_register": len(files),
        "files_looked_at": plan.looked_at,
        "bytes": sum(file.size or 0 for file in files),
        "samples": [_sample(one) for one in plan.samples[:MAX_SHOWN]],
        "error_count": len(flaws),
        "errors": [{"pointer": flaw.pointer, "detail": told(flaw.words, language)} for flaw in flaws[:MAX_ROWS]],
    }


def blueprint(authorize: Any) -> Blueprint:
    bp = Blueprint(__name__)

    @bp.route("/projects/{project_id}/import", methods=["POST"], authorizer=authorize)
    @answering
    def import_samplesheet(project_id: str) -> Response:
        user = caller(bp.current_request)
        project = project_of(project_id, user, Role.ANALYST)
        body = read_body(bp.current_request, ImportRequest)
        sheet = read_samplesheet(body.samplesheet)
        plan = plan_import(project, user.id, sheet, look_at_most=LOOKED_AT_MOST)
        return Response(_shown(sheet, plan, [*sheet.flaws, *plan.flaws], language_of(bp.current_request)))

    return bp
