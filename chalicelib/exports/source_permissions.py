"""May the owner of an export still read what it contains? Checked on every call that shows any of it."""

import json
from collections.abc import Sequence

from chalicelib.access.roles import Role
from chalicelib.catalog.namespaces import permissions
from chalicelib.errors import Conflict, Forbidden
from chalicelib.exports.model import Export, ExportedFile, Status
from chalicelib.exports.storage import get_object, sources_key
from chalicelib.exports.types.registry import TYPES
from chalicelib.settings import settings


def file_of(export: Export) -> ExportedFile:
    """The file of a ready export. Raises Conflict while it is processing or if it failed."""
    if export.status is not Status.READY or export.file is None:
        raise Conflict("This export is not ready.", slug="not-ready")
    return export.file


def require_sources(export: Export, user_id: str) -> None:
    """Raise Forbidden unless the user may now read every source (project or run) of a ready export, Conflict if it is
    not ready."""
    body = get_object(settings().exports_bucket, sources_key(file_of(export).key))
    if body is None:
        raise Conflict("This export is not ready.", slug="not-ready")
    source_ids: Sequence[str] = json.loads(body)
    if not TYPES[export.type].may_read(export, source_ids, user_id):
        raise _right_lost()


def require_namespace(namespace_id: str | None, user_id: str) -> None:
    """Raise Forbidden unless the user is an analyst of the export's namespace, if it has one. For exports whose sources
    are not known yet, or no longer."""
    if namespace_id is not None and not permissions.has_role(user_id, [namespace_id], Role.ANALYST):
        raise _right_lost()


def _right_lost() -> Forbidden:
    return Forbidden("You may no longer read everything in this export, so it can't be downloaded.", slug="right-lost")
