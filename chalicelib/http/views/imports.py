"""Operations that import samplesheets, and where their files may lie."""

from dataclasses import replace

from chalice.app import Request

from chalicelib.access.personal_access_tokens import Scope
from chalicelib.access.roles import Role
from chalicelib.access.users import User
from chalicelib.catalog.files import registration
from chalicelib.errors import Violation, message, validation_error
from chalicelib.http.idempotent import STORED, Idempotent
from chalicelib.http.lookup import namespace_of, project_of
from chalicelib.http.problems import language_of
from chalicelib.http.replies import Accepted, Reply, polling_headers
from chalicelib.http.router import Router
from chalicelib.http.schemas import imports as schemas
from chalicelib.http.schemas.imports import dry_run_json, import_json, started_import_json
from chalicelib.ids import Ids
from chalicelib.ingestion.imports.model import Samplesheet
from chalicelib.ingestion.imports.permissions import get_visible
from chalicelib.ingestion.imports.plan import plan_import
from chalicelib.ingestion.imports.record import Import, Status
from chalicelib.ingestion.imports.samplesheet import read_samplesheet
from chalicelib.ingestion.imports.samplesheet_text import Unreadable, decoded, from_base64
from chalicelib.ingestion.imports.start import begin_import

MAX_OBJECTS = 500  # a request has 29 seconds; an import checks each object as it registers it
router = Router("Imports")


@router.route(
    "POST",
    "/projects/{project_id}/import",
    scope=Scope.CATALOG,
    idempotency=STORED,
    problems=["role-too-low", "too-many", "changed-meanwhile"],
    calls_per_minute=60,
)
def import_samplesheet(
    user: User, project_id: str, body: schemas.ImportRequest, request: Request, idempotent: Idempotent
) -> Reply[schemas.DryRun] | Accepted[schemas.StartedImport]:
    """Import a samplesheet, or try it out

    For analysts and above. With `dry_run` the response reports what an import would do and all errors of the
    sheet; nothing is written. Without it, the import runs in the background: poll the `Location`."""
    project = project_of(project_id, user, Role.ANALYST)
    language = language_of(request)
    sheet, encoding = _read(body)
    if body.dry_run:
        plan = plan_import(project, user.id, sheet, max_objects=MAX_OBJECTS)
        violations = [*sheet.violations, *plan.violations]
        return Reply(dry_run_json(sheet, encoding, plan, violations, language))

    def start(ids: Ids) -> Accepted[schemas.StartedImport]:
        begun = begin_import(project, user.id, sheet, ids, max_objects=MAX_OBJECTS)
        headers = {"Location": f"/imports/{begun.id}", **_polling_headers(begun)}
        return Accepted(started_import_json(begun, sheet, language), headers)

    return idempotent(start)


@router.route("GET", "/namespaces/{namespace_id}/sources", scope=Scope.READ, problems=["role-too-low"])
def list_sources(user: User, namespace_id: str) -> schemas.SourceList:
    """List the sources of a group or project

    For uploaders and above: where in S3 objects lie that can be registered here. Operators bind sources."""
    namespace = namespace_of(namespace_id, user, Role.UPLOADER)
    return schemas.SourceList(items=[schemas.Source(uri=uri) for uri in registration.sources(namespace)])


@router.route("GET", "/imports/{import_id}", scope=Scope.READ)
def get_import(user: User, import_id: str, request: Request) -> Reply[schemas.Import]:
    """Get an import and its progress"""
    found = get_visible(import_id, user.id)
    return Reply(import_json(found, language_of(request)), _polling_headers(found))


def _read(body: schemas.ImportRequest) -> tuple[Samplesheet, str]:
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


def _polling_headers(item: Import) -> dict[str, str]:
    return polling_headers(is_waiting=item.status is Status.PROCESSING)
