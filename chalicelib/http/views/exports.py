"""Operations on exports."""

from typing import Annotated

from chalice.app import Request

from chalicelib.access.personal_access_tokens import Scope
from chalicelib.access.users import User
from chalicelib.exports import commands
from chalicelib.exports.model import Export, Status
from chalicelib.exports.queries import SORT_KEYS, get_owned, list_owned, matching, require_owner, sort_position
from chalicelib.exports.source_permissions import require_namespace, require_sources
from chalicelib.exports.types.base import ExportBody
from chalicelib.exports.types.registry import TYPES, ExportRequest
from chalicelib.http.arguments import ByType, Query
from chalicelib.http.authentication import source_ip
from chalicelib.http.idempotent import STORED, Idempotent
from chalicelib.http.paging import Sort, SortedPaging
from chalicelib.http.problems import language_of
from chalicelib.http.replies import Accepted, Reply, polling_headers
from chalicelib.http.router import Router
from chalicelib.http.schemas import exports as schemas
from chalicelib.http.schemas.base import Page
from chalicelib.http.schemas.exports import estimate_json, export_json
from chalicelib.http.urls import base_url
from chalicelib.ids import Ids

_REQUEST = ByType({name: kind.body for name, kind in TYPES.items()})
_REQUEST_PROBLEMS = [
    "role-too-low", "no-file-format", "unknown-file-format", "no-sample", "sample-not-found", "no-metadata-field",
    "unknown-linelist-format", "no-workflow-execution", "workflow-execution-not-found", "not-completed",
]  # fmt: skip
_CREATION_PROBLEMS = [
    *_REQUEST_PROBLEMS, "no-matching-file", "no-output", "limit-exceeded", "too-many-exports", "changed-meanwhile",
]  # fmt: skip
SLOW_CALLS = 120  # in a minute: some take seconds of a CPU
router = Router("Exports")


@router.route(
    "POST",
    "/exports",
    scope=Scope.EXPORT,
    idempotency=STORED,
    problems=_CREATION_PROBLEMS,
    calls_per_minute=SLOW_CALLS,
)
def create_export(
    user: User, body: Annotated[ExportBody, _REQUEST], request: Request, idempotent: Idempotent
) -> Accepted[schemas.Export]:
    """Create an export

    The files of samples (`sample`), a table of their metadata (`linelist`), or the outputs of workflow executions
    (`analysis`), for analysts and above. It is assembled in the background: poll the `Location` until its status is
    `ready` or `failed`."""

    def create(ids: Ids) -> Accepted[schemas.Export]:
        requested = ExportRequest(body.type, body.to_spec(user.id), body.name, body.email_notification)
        return _created(requested, user, ids, request)

    return idempotent(create)


@router.route(
    "POST",
    "/exports/{export_id}/repeat",
    scope=Scope.EXPORT,
    idempotency=STORED,
    problems=["request-expired", "right-lost", "too-many-exports", "changed-meanwhile"],
    calls_per_minute=SLOW_CALLS,
)
def repeat_export(user: User, export_id: str, request: Request, idempotent: Idempotent) -> Accepted[schemas.Export]:
    """Create an export again

    With the same parameters, name and notification as one of the caller's, which may be removed or expired: its request
    is kept for 14 days. A selection is evaluated again; what can no longer be exported is listed among the warnings."""
    require_owner(export_id, user.id)

    def create(ids: Ids) -> Accepted[schemas.Export]:
        requested = commands.stored_request(export_id)
        require_namespace(requested.spec.namespace_id, user.id)
        return _created(requested, user, ids, request)

    return idempotent(create)


@router.route(
    "POST",
    "/exports/estimate",
    scope=Scope.READ,
    problems=[*_REQUEST_PROBLEMS, "not-indexed"],
    calls_per_minute=SLOW_CALLS,
)
def estimate_export(user: User, body: Annotated[ExportBody, _REQUEST]) -> schemas.Estimate:
    """Estimate an export

    Takes the same body as creating one, counts samples, files and bytes, and creates nothing."""
    return estimate_json(body.estimate(user.id))


@router.route("GET", "/exports", scope=Scope.READ)
def list_exports(
    user: User,
    q: Annotated[str | None, Query("Finds the beginning of the name, of a word in it, or of the id.")],
    type: Annotated[str | None, Query("Only exports of this type.", choices=tuple(TYPES))],
    status: Annotated[
        str | None, Query("Only exports with this status.", choices=tuple(status.value for status in Status))
    ],
    paging: Annotated[SortedPaging, Sort(SORT_KEYS, "-created_at")],
    request: Request,
) -> Page[schemas.Export]:
    """List the caller's exports"""
    language = language_of(request)
    return paging.page_of(
        matching(list_owned(user.id), q=q, type=type, status=status),
        position=lambda export: sort_position(export, paging.by.key),
        shown=lambda exports: [export_json(export, language) for export in exports],
    )


@router.route("GET", "/exports/{export_id}", scope=Scope.READ, problems=["gone"])
def get_export(user: User, export_id: str, request: Request) -> Reply[schemas.Export]:
    """Get an export and its progress"""
    return _shown(get_owned(export_id, user.id), request)


@router.route("DELETE", "/exports/{export_id}", scope=Scope.EXPORT, problems=["gone", "changed-meanwhile"])
def delete_export(user: User, export_id: str, request: Request) -> None:
    """Delete an export

    Stops the work on it if it is not ready yet."""
    commands.remove_export(get_owned(export_id, user.id), user.id, source_ip=source_ip(request))


@router.route(
    "POST",
    "/exports/{export_id}/retry",
    scope=Scope.EXPORT,
    problems=["gone", "not-failed", "request-expired", "too-many-exports", "role-too-low", "changed-meanwhile"],
)
def retry_export(user: User, export_id: str, request: Request) -> Accepted[schemas.Export]:
    """Retry a failed export"""
    export = get_owned(export_id, user.id)
    return _accepted(commands.retry_export(export, user.id, source_ip=source_ip(request)), request)


@router.route(
    "POST",
    "/exports/{export_id}/extend",
    scope=Scope.EXPORT,
    problems=["gone", "not-ready", "already-extended", "right-lost", "role-too-low", "changed-meanwhile"],
)
def extend_export(user: User, export_id: str, request: Request) -> Reply[schemas.Export]:
    """Extend a ready export by three business days, once"""
    export = get_owned(export_id, user.id)
    if export.status is Status.READY:
        require_sources(export, user.id)
    commands.extend_export(export, user.id, source_ip=source_ip(request))
    return _shown(get_owned(export.id, user.id), request)


def _created(requested: ExportRequest, user: User, ids: Ids, request: Request) -> Accepted[schemas.Export]:
    address = base_url(request)
    export = commands.create_export(requested, user.id, ids, source_ip=source_ip(request), pages_url=address)
    return _accepted(export, request)


def _shown(export: Export, request: Request) -> Reply[schemas.Export]:
    return Reply(export_json(export, language_of(request)), _polling_headers(export))


def _accepted(export: Export, request: Request) -> Accepted[schemas.Export]:
    headers = {"Location": f"/exports/{export.id}", **_polling_headers(export)}
    return Accepted(export_json(export, language_of(request)), headers)


def _polling_headers(export: Export) -> dict[str, str]:
    return polling_headers(is_waiting=export.status is Status.PROCESSING)
