"""An export that its owner tries again after it failed."""

from chalicelib import times
from chalicelib.errors import Conflict, NotFound
from chalicelib.exports import executions, lifecycle, record
from chalicelib.exports.record import Export
from chalicelib.exports.work_files import get_work, put_work, request_key


def retry_export(export: Export, user_id: str, *, source_ip: str | None) -> Export:
    """Begin the next attempt of a failed export. Conflict unless it has failed and its request is still there, TooMany
    when as many of the user's exports as are allowed are being worked on."""
    request = get_work(request_key(export.id))
    if request is None:
        raise Conflict("The request of this export is no longer kept: create the export again.", slug="request-expired")
    lifecycle.retry(export, at=times.to_text(times.now()), actor=user_id, source_ip=source_ip)
    put_work(request_key(export.id), request)  # work files expire by their age: this one's time starts over
    again = record.find(export.id)
    if again is None:
        raise NotFound("There is no such export.")
    executions.start(again)
    return again
