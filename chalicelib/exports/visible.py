"""The exports that a user may see: their own, as long as they are neither removed nor expired."""

from chalicelib import times
from chalicelib.errors import Gone, NotFound
from chalicelib.exports import audit, record
from chalicelib.exports.record import Export, Status


def is_gone(export: Export, at: str) -> bool:
    """Removed, or past its last second even if the clean-up has not come by yet."""
    expired = export.status is Status.READY and export.expires_at is not None and export.expires_at <= at
    return export.removed_at is not None or expired


def find_mine(export_id: str, user_id: str) -> Export:
    """The user's export of this id. Raises Gone when it was theirs, NotFound when it never was."""
    export = record.find(export_id)
    if export is None:
        trail = audit.of_export(export_id)
        if trail and trail[0].user_id == user_id:
            raise Gone("This export was removed.")
        raise NotFound("There is no such export.")
    if export.user_id != user_id:
        raise NotFound("There is no such export.")
    if is_gone(export, times.to_text(times.now())):
        raise Gone("This export was removed or has expired.")
    return export


def mine(user_id: str) -> list[Export]:
    """All exports of the user that are still there, newest first."""
    at = times.to_text(times.now())
    return [export for export in record.of_user(user_id) if not is_gone(export, at)]
