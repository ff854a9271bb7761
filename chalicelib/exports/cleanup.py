"""The scheduled clean-up: expired and removed exports with all that is theirs, executions that ended without a final
status, and what is left of exports that have no record any more. Running it twice, or two at once, changes nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib import aws, timestamps
from chalicelib.exports import attempts, executions, lifecycle, record
from chalicelib.exports.executions import Execution
from chalicelib.exports.failures import FailureCode
from chalicelib.exports.model import Export, Status
from chalicelib.exports.notification import Sent, notify_owner, remind_owner
from chalicelib.exports.storage import (
    abort_attempt,
    abort_uploads,
    attempt_files_prefix,
    delete_prefix,
    export_prefix,
    work_prefix,
)
from chalicelib.log import logger
from chalicelib.mail.send import MailRefused
from chalicelib.settings import settings

# An export without an execution may be one whose creation is just under way; one that was restarted already and
# stopped again is failed.
GRACE = timedelta(seconds=60)
MAX_RESTARTS = 1
FAILED_KEPT = timedelta(days=7)  # as long as its work files, which a retry needs


@dataclass(slots=True)
class Tally:
    """What one run of the clean-up did."""

    expired: int = 0
    reminded: int = 0
    purged: int = 0
    restarted: int = 0
    failed: int = 0
    orphans: int = 0
    errors: int = 0


def clean_up(clock: Callable[[], datetime] = timestamps.now) -> dict[str, int]:
    """Process every export that is due; returns counts. What fails for one export never stops the others."""
    moment = clock()
    tally = Tally()
    for export in record.due(timestamps.format(moment)):
        try:
            _process_due(export, moment, tally)
        except Exception:  # noqa: BLE001
            # An export that fails here is logged and processed again at the next run; it must not block the others.
            tally.errors += 1
            logger().exception("clean-up of one export failed", export_id=export.id)
    _sweep_orphans(moment, tally)
    counts = {name: getattr(tally, name) for name in Tally.__slots__}
    logger().info("clean-up done", **counts)
    if tally.errors:
        raise RuntimeError(f"the clean-up of {tally.errors} exports failed; see the log")
    return counts


def _process_due(export: Export, moment: datetime, tally: Tally) -> None:
    at = timestamps.format(moment)
    current = record.find(export.id)  # the index may lag behind
    if current is None:
        return
    if current.is_running:
        _recover(current, moment, tally)
        return
    if current.due_at is None or current.due_at > at:
        return
    if lifecycle.has_bare_failure(current):
        _keep_failed(current, moment)
        return
    if lifecycle.is_reminder_due(current, at):
        tally.reminded += _remind(current, at)
        return
    if current.removed_at is None:
        tally.expired += lifecycle.remove(current, at=at, actor=lifecycle.SYSTEM, expired=True)
    purge(current)
    tally.purged += 1


def _remind(export: Export, at: str) -> bool:
    """Remind the owner of an export that nobody has downloaded; once, also if it is killed in between."""
    if export.downloaded_at is None:
        _mail(export, remind_owner)
    return lifecycle.remind(export, at=at) and export.downloaded_at is None


def _mail(export: Export, send: Callable[[Export], Sent]) -> None:
    """Send a mail; one that SES refuses is logged, and not tried again."""
    try:
        send(export)
    except MailRefused as error:
        logger().warning("mail was refused", export_id=export.id, error=str(error))


def _keep_failed(export: Export, moment: datetime) -> None:
    """Complete a failure that the state machine's last resort wrote, which cannot compute dates: it is kept as long
    as any other, so that users see it and can retry."""
    kept_until = timestamps.format(moment + FAILED_KEPT)
    if lifecycle.keep_failed(export, at=timestamps.format(moment), kept_until=kept_until):
        abort_attempt(export.id, export.attempt)
        _mail(export, notify_owner)


def purge(export: Export) -> None:
    """Stop what still runs for a removed export, delete its objects and uploads, and then its record."""
    if export.status is Status.PROCESSING:
        executions.stop(export)
    _delete_objects(export.id)
    lifecycle.delete_record(export.id)


def _delete_objects(export_id: str) -> None:
    delete_prefix(settings().work_bucket, work_prefix(export_id))
    delete_prefix(settings().exports_bucket, export_prefix(export_id))


def _recover(export: Export, moment: datetime, tally: Tally) -> None:
    """Restart once, then fail, an export whose execution is over although its record still says `processing`."""
    quiet = moment - timestamps.parse(export.touched_at)
    state = executions.state_of(export)
    if state is Execution.RUNNING:
        if quiet.total_seconds() < settings().stuck_after:
            return
        executions.stop(export)
    at = timestamps.format(moment)
    if state is Execution.UNKNOWN:
        # Never started (or lost by an emulator that was killed): starting it again is harmless.
        if quiet >= GRACE and attempts.heartbeat(export.id, export.attempt, at):
            executions.start(export)
            tally.restarted += 1
        return
    if export.restarts < MAX_RESTARTS:
        if lifecycle.restart(export, at=at):
            tally.restarted += 1
            abort_uploads(settings().exports_bucket, attempt_files_prefix(export.id, export.attempt))
            again = record.find(export.id)
            if again is not None:
                executions.start(again)
        return
    kept_until = timestamps.format(moment + FAILED_KEPT)
    if lifecycle.mark_failed(export, export.attempt, FailureCode.INTERRUPTED, at=at, kept_until=kept_until):
        tally.failed += 1
        abort_uploads(settings().exports_bucket, attempt_files_prefix(export.id, export.attempt))
        failed = record.find(export.id)
        if failed is not None and failed.status is Status.FAILED:
            _mail(failed, notify_owner)


def _sweep_orphans(moment: datetime, tally: Tally) -> None:
    """Delete objects of exports without a record, left by a worker that was still running."""
    _abort_orphaned_uploads(moment, tally)
    s = settings()
    for bucket, prefix in ((s.work_bucket, "work/"), (s.exports_bucket, "")):
        ids = list(_export_ids(bucket, prefix))
        known = record.existing(ids)
        for export_id in ids:
            if export_id in known or _is_young(bucket, f"{prefix}{export_id}/", moment):
                continue
            delete_prefix(bucket, f"{prefix}{export_id}/")
            tally.orphans += 1


def _abort_orphaned_uploads(moment: datetime, tally: Tally) -> None:
    s3, bucket = aws.s3(), settings().exports_bucket
    old: set[str] = set()
    for page in s3.get_paginator("list_multipart_uploads").paginate(Bucket=bucket):
        uploads = page.get("Uploads", [])
        old |= {upload["Key"].split("/")[0] for upload in uploads if moment - upload["Initiated"] > 2 * GRACE}
    for export_id in old - record.existing(sorted(old)):
        tally.orphans += abort_uploads(bucket, export_prefix(export_id))


def _export_ids(bucket: str, prefix: str) -> Iterator[str]:
    pages = aws.s3().get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix, Delimiter="/")
    for page in pages:
        for found in page.get("CommonPrefixes", []):
            yield found["Prefix"][len(prefix) :].rstrip("/")


def _is_young(bucket: str, prefix: str, moment: datetime) -> bool:
    # A request's document is written before its record: a new one may belong to an export that is being created.
    newest = aws.s3().list_objects_v2(Bucket=bucket, Prefix=prefix, MaxKeys=10).get("Contents", [])
    return any(moment - found["LastModified"] < 2 * GRACE for found in newest)
