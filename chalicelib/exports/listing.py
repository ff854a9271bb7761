"""The list of a user's exports: searched and filtered in memory, for they are few and live for days."""

from collections.abc import Callable, Iterable

from chalicelib.exports.record import Export
from chalicelib.search import finds, folded

_KEYS: dict[str, Callable[[Export], str]] = {
    "id": lambda export: export.id,
    "name": lambda export: folded(export.name or ""),
    "type": lambda export: export.type,
    "status": lambda export: export.status.value,
    "created_at": lambda export: export.created_at,
    "expires_at": lambda export: export.expires_at or "",
}
SORT_KEYS = tuple(_KEYS)


def listed(exports: Iterable[Export], *, q: str | None, type: str | None, status: str | None) -> list[Export]:
    """The exports that a list request means."""
    return [
        export
        for export in exports
        if finds(q, export.name or "", export.id)
        and (type is None or export.type == type)
        and (status is None or export.status == status)
    ]


def position_in(export: Export, sort: str) -> str:
    """Where an export stands in a list sorted by this key; the id decides between equals."""
    return f"{_KEYS[sort](export)}\x00{export.id}"
