"""Bring an export into being: its wish in S3, its record, its execution, in this order, so that whatever is cut off
half-way either never existed or is taken up by the clean-up."""

from uuid import uuid4

from chalicelib import times
from chalicelib.exports import executions, lifecycle, record
from chalicelib.exports.audit import Action, Event
from chalicelib.exports.record import Export, ExportRow, Status, Step
from chalicelib.exports.request import SampleExportRequest, Wish
from chalicelib.exports.work_files import put_document, request_key


def create_export(wish: Wish, request: SampleExportRequest, user_id: str, *, source_ip: str | None) -> Export:
    """Create the export of an accepted wish and start the work on it."""
    export_id = str(uuid4())
    at = times.to_text(times.now())
    put_document(request_key(export_id), wish.to_document())
    row = ExportRow(
        export_id,
        user_id=user_id,
        type=request.type,
        namespace_id=wish.namespace_id,
        sample_count=None if wish.sample_ids is None else len(wish.sample_ids),
        file_formats=list(wish.file_formats),
        name=request.name,
        email_notification=request.email_notification,
        created_at=at,
        status=Status.PROCESSING.value,
        attempt=1,
        touched_at=at,
        step=Step.QUEUED.value,
    )
    lifecycle.create(row, Event(export_id, user_id, wish.namespace_id, at, Action.CREATED, user_id, source_ip, {}))
    export = record.value_of(row)
    executions.start(export)
    return export
