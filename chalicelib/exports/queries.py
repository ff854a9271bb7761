"""The exports that a user may see: their own that are neither removed nor expired."""

from collections.abc import Callable, Iterable

from chalicelib import timestamps
from chalicelib.errors import Gone, NotFound
from chalicelib.exports import audit, record
from chalicelib.exports.model import Export, Status
from chalicelib.search import matches, normalize

_KEYS: dict[str, Callable[[Export], str]] = {
    "id": lambda export: export.id,
    "name": lambda export: normalize(export.name or ""),
    "type": lambda export: export.type,
    "status": lambda export: export.status.value,
    "created_at": lambda export: export.created_at,
    "expires_at": lambda export: export.expires_at or "",
}
SORT_KEYS = tuple(_KEYS)


def is_gone(export: Export, at: str) -> bool:
    """Removed or expired, whether or not the clean-up has run."""
    expired = export.status is Status.READY and export.expires_at is not None and export.expires_at <= at
    return export.removed_at is not None or expired


def get_owned(export_id: str, user_id: str) -> Export:
    """The user's export with this id. Raises Gone if it was theirs, NotFound if it never was."""
    export = record.find(export_id)
    if export is None:
        require_owner(export_id, user_id)
        raise Gone("This export was removed.")
    if export.user_id != user_id:
        raise NotFound("Export not found.")
    if is_gone(export, timestamps.format(timestamps.now())):
        raise Gone("This export was removed or has expired.")
    return export


def require_owner(export_id: str, user_id: str) -> None:
    """Raise NotFound unless the export is or was the user's."""
    trail = audit.of_export(export_id)
    if not trail or trail[0].user_id != user_id:
        raise NotFound("Export not found.")


def list_owned(user_id: str) -> list[Export]:
    """The user's exports that are neither removed nor expired, newest first."""
    at = timestamps.format(timestamps.now())
    return [export for export in record.of_user(user_id) if not is_gone(export, at)]


def matching(exports: Iterable[Export], *, q: str | None, type: str | None, status: str | None) -> list[Export]:
    """The exports that match a search text and filters. In memory: a user has few exports, and they live for days."""
    return [
        export
        for export in exports
        if matches(q, export.name or "", export.id)
        and (type is None or export.type == type)
        and (status is None or export.status == status)
    ]


def sort_position(export: Export, sort: str) -> str:
    """The position of an export in a list sorted by this key; the id breaks ties."""
    return f"{_KEYS[sort](export)}\x00{export.id}"
