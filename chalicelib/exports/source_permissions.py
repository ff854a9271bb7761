"""May the owner of an export still read what it holds? Asked on every call that shows something of its contents."""

import json
from collections.abc import Sequence

from chalicelib.access.roles import Role
from chalicelib.catalog.namespaces import permissions
from chalicelib.catalog.namespaces import repository as namespaces
from chalicelib.errors import Conflict, Forbidden, NotFound
from chalicelib.exports.record import Export, ExportedFile, Status
from chalicelib.exports.storage import get_object, sources_key
from chalicelib.exports.types.run_selection import RunSelection
from chalicelib.settings import settings


def file_of(export: Export) -> ExportedFile:
    """The file of a ready export; Conflict while it is processing or when it failed."""
    if export.status is not Status.READY or export.file is None:
        raise Conflict("This export is not ready.", slug="not-ready")
    return export.file


def require_sources(export: Export, user_id: str) -> None:
    """Raise Forbidden unless the user may now read every project or run that a ready export holds something of;
    Conflict when it is not ready."""
    body = get_object(settings().exports_bucket, sources_key(file_of(export).key))
    if body is None:
        raise Conflict("This export is not ready.", slug="not-ready")
    source_ids: list[str] = json.loads(body)
    is_analysis = export.type == "analysis"
    if not (_reads_runs(export, source_ids, user_id) if is_analysis else _is_analyst_of(source_ids, user_id)):
        raise _right_lost()


def require_namespace(namespace_id: str | None, user_id: str) -> None:
    """Raise Forbidden unless the user is an analyst of the namespace that an export is of, as far as there is one: what
    is asked where an export's sources are not known yet, or not any more."""
    if namespace_id is not None and not _is_analyst_of([namespace_id], user_id):
        raise _right_lost()


def _right_lost() -> Forbidden:
    return Forbidden(
        "You may no longer read everything that this export holds; it can't be downloaded.", slug="right-lost"
    )


def _is_analyst_of(namespace_ids: Sequence[str], user_id: str) -> bool:
    """Has the user at least the role of an analyst in all of these namespaces now?"""
    found = namespaces.find_many(namespace_ids)
    roles = (permissions.effective_role(user_id, found[one]) if one in found else None for one in namespace_ids)
    return all(role is not None and role >= Role.ANALYST for role in roles)


def _reads_runs(export: Export, run_ids: Sequence[str], user_id: str) -> bool:
    runs = RunSelection(export.parameters["analysis_type"], export.namespace_id, tuple(run_ids))
    try:
        return runs.found(user_id).keys() == set(run_ids)
    except (Forbidden, NotFound):
        return False
