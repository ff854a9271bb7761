"""The commands on an export: create, retry, extend, remove."""

from chalicelib import timestamps
from chalicelib.errors import Conflict, NotFound
from chalicelib.exports import archive_uploads, executions, lifecycle, record, running_exports
from chalicelib.exports.audit import Action, Event
from chalicelib.exports.expiry import expiry
from chalicelib.exports.model import Export, Status, Step
from chalicelib.exports.storage import get_document, get_work, put_document, put_work, request_key
from chalicelib.exports.table import ExportRow, export_of
from chalicelib.exports.types.registry import ExportRequest, request_from_json, request_to_json
from chalicelib.ids import Ids
from chalicelib.log import logger
from chalicelib.settings import settings


def create_export(request: ExportRequest, user_id: str, ids: Ids, *, source_ip: str | None, pages_url: str) -> Export:
    """Create an export and start its execution. With repeatable ids a second call completes the first. Mails link to
    its page below `pages_url` unless the settings have an address.

    Written in this order: the spec in S3, the record, the execution. What is interrupted half-way either does not
    exist or is started by the clean-up. Raises TooMany when the user has as many running exports as are allowed.
    """
    export_id = ids.id()
    known = record.find(export_id) if ids.is_repeatable else None
    if known is not None:
        executions.start(known)
        return known
    at = timestamps.format(timestamps.now())
    running_exports.check_concurrency_limit(user_id)  # before anything is written
    put_document(request_key(export_id), request_to_json(request))
    spec = request.spec
    row = ExportRow(
        export_id,
        user_id=user_id,
        type=request.type,
        namespace_id=spec.namespace_id,
        parameters=spec.parameters,
        name=request.name,
        email_notification=request.email_notification,
        pages_url=pages_url,
        created_at=at,
        status=Status.PROCESSING,
        attempt=1,
        touched_at=at,
        step=Step.QUEUED,
    )
    event = Event(export_id, user_id, spec.namespace_id, at, Action.CREATED, user_id, source_ip, {})
    if lifecycle.create(row, event):
        export = export_of(row)
    else:
        existing = record.find(export_id)
        if existing is None:
            raise Conflict("This export has been removed in the meantime.", slug="changed-meanwhile")
        export = existing
    logger().info("an export was requested", export_id=export.id, type=export.type)
    executions.start(export)
    return export


def stored_request(export_id: str) -> ExportRequest:
    """The request of an export, also of one that was removed. Conflict if it is no longer stored."""
    document = get_document(request_key(export_id))
    if document is None or "name" not in document:
        raise _request_expired()
    return request_from_json(document)


def _request_expired() -> Conflict:
    return Conflict("The request of this export is no longer stored. Create the export again.", slug="request-expired")


def retry_export(export: Export, user_id: str, *, source_ip: str | None) -> Export:
    """Start the next attempt of a failed export. Raises Conflict unless it has failed and its request is still stored,
    TooMany when the user has as many running exports as are allowed."""
    request = get_work(request_key(export.id))
    if request is None:
        raise _request_expired()
    lifecycle.retry(export, at=timestamps.format(timestamps.now()), actor=user_id, source_ip=source_ip)
    put_work(request_key(export.id), request)  # work files expire by age: restart this one's time
    retried = record.find(export.id)
    if retried is None:
        raise NotFound("Export not found.")
    executions.start(retried)
    return retried


def extend_export(export: Export, user_id: str, *, source_ip: str | None) -> None:
    """Extend a ready export by three business days, at most once. Raises Conflict if it is not ready or was extended
    before."""
    now = timestamps.now()
    until = expiry(now if export.expires_at is None else timestamps.parse(export.expires_at), settings())
    lifecycle.extend(
        export, at=timestamps.format(now), expires_at=timestamps.format(until), actor=user_id, source_ip=source_ip
    )


def remove_export(export: Export, user_id: str, *, source_ip: str | None) -> None:
    """Remove an export: it is invisible at once, its execution stops, and the next clean-up deletes its objects.
    Idempotent."""
    lifecycle.remove(export, at=timestamps.format(timestamps.now()), actor=user_id, source_ip=source_ip)
    if export.status is Status.PROCESSING:
        executions.stop(export)
        if export.upload is not None:
            archive_uploads.abort_archive(export.upload)
