"""Bring an export into being: its wish in S3, its record, its execution, in this order, so that whatever is cut off
half-way either never existed or is taken up by the clean-up."""

from chalicelib import times
from chalicelib.errors import Conflict
from chalicelib.exports import executions, lifecycle, record, running
from chalicelib.exports.audit import Action, Event
from chalicelib.exports.record import Export, ExportRow, Status, Step
from chalicelib.exports.request import ExportRequest, Wish, to_document
from chalicelib.exports.work_files import put_document, request_key
from chalicelib.ids import Ids


def create_export(wish: Wish, request: ExportRequest, user_id: str, ids: Ids, *, source_ip: str | None) -> Export:
    """Create the export of an accepted wish and start the work on it. With repeatable ids a second call completes
    the first. Raises TooMany when the user has as many exports under way as are allowed."""
    export_id = ids.id()
    known = record.find(export_id) if ids.is_repeatable else None
    if known is not None:
        executions.start(known)
        return known
    at = times.to_text(times.now())
    running.require_place(user_id)  # before anything is written
    put_document(request_key(export_id), to_document(wish))
    row = ExportRow(
        export_id,
        user_id=user_id,
        type=request.type,
        namespace_id=wish.namespace_id,
        parameters=wish.parameters,
        name=request.name,
        email_notification=request.email_notification,
        created_at=at,
        status=Status.PROCESSING.value,
        attempt=1,
        touched_at=at,
        step=Step.QUEUED.value,
    )
    event = Event(export_id, user_id, wish.namespace_id, at, Action.CREATED, user_id, source_ip, {})
    if lifecycle.create(row, event):
        export = record.value_of(row)
    else:
        twin = record.find(export_id)
        if twin is None:
            raise Conflict("This export was removed meanwhile.", slug="changed-meanwhile")
        export = twin
    executions.start(export)
    return export
