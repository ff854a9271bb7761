"""Three more business days for an export that is ready; once."""

from chalicelib import times
from chalicelib.exports import lifecycle
from chalicelib.exports.expiry import expiry
from chalicelib.exports.record import Export
from chalicelib.settings import settings


def extend_export(export: Export, user_id: str, *, source_ip: str | None) -> None:
    """Let an export be downloaded three business days longer. Conflict when it isn't ready or was extended before."""
    now = times.now()
    until = expiry(now if export.expires_at is None else times.from_text(export.expires_at), settings())
    lifecycle.extend(export, at=times.to_text(now), expires_at=times.to_text(until), actor=user_id, source_ip=source_ip)
