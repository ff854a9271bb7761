"""The transitions of an export's record. Each is one conditional write, together with its line in the audit trail;
each returns whether it took place, so that a step which runs twice changes nothing the second time.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action as UpdateAction
from pynamodb.transactions import TransactWrite

from chalicelib import metrics, outbox, tables, timestamps
from chalicelib.errors import Conflict, Gone, message
from chalicelib.exports import announcements, audit, record, running_exports
from chalicelib.exports.attempts import in_progress
from chalicelib.exports.audit import Action, Event
from chalicelib.exports.failures import FailureCode
from chalicelib.exports.model import Export, ExportedFile, Status, Step
from chalicelib.exports.progress import progress_of
from chalicelib.exports.running_exports import Reservation, ReservationConflict
from chalicelib.exports.table import ExportRow, due_shard
from chalicelib.mail.delivery import Undelivered
from chalicelib.outbox import Announcement

SYSTEM = "system"
REMINDED_BEFORE = timedelta(days=1)  # the end of an export that nobody has downloaded
_TRIES = 20  # exports of one user that begin at the same moment reserve their slots one after the other


def create(row: ExportRow, event: Event) -> bool:
    """Put a new record, with its first line in the audit trail; False when there is one of this id. TooMany when the
    user has as many running exports as are allowed."""
    row.due_shard, row.due_at = due_shard(row.id), row.created_at

    def write(slot: Reservation) -> None:
        def fill(transaction: TransactWrite) -> None:
            transaction.save(row, condition=ExportRow.id.does_not_exist())
            slot.take(transaction)
            transaction.save(audit.row_of(event))

        tables.transact_write(fill, taken=[_NotMet(), ReservationConflict()])

    is_created = _with_slot(row.user_id, row.id, write)
    if is_created:
        metrics.emit("Exports", 1, type=row.type, event=Action.CREATED)
    return is_created


class _NotMet(Conflict):
    """The condition of a transition does not hold."""

    def __init__(self) -> None:
        super().__init__(message("This export has changed in the meantime."), slug="changed-meanwhile")


def _with_slot(user_id: str, export_id: str, write: Callable[[Reservation], None]) -> bool:
    """Begin an export in a slot among its user's running ones; False when the export has changed meanwhile."""
    try:
        tables.retry_on(
            ReservationConflict,
            lambda: write(running_exports.reserve(user_id, export_id)),
            tries=_TRIES,
            pause=0.1,
        )
    except _NotMet:
        return False
    return True


def _transition(
    export: Export,
    condition: Condition,
    actions: Sequence[UpdateAction],
    action: Action,
    at: str,
    *,
    actor: str = SYSTEM,
    source_ip: str | None = None,
    details: dict[str, Any] | None = None,
    slot: Reservation | None = None,
    announcement: Announcement | None = None,
) -> bool:
    """Update the record, write the audit event, and announce the change. False when the condition does not hold;
    ReservationConflict when the reserved slot was taken."""
    event = Event(export.id, export.user_id, export.namespace_id, at, action, actor, source_ip, details or {})

    def fill(transaction: TransactWrite) -> None:
        if slot is not None:
            slot.take(transaction)
        transaction.save(audit.row_of(event))
        if announcement is not None:
            transaction.save(outbox.row_of(announcement))
        transaction.update(ExportRow(export.id), actions=list(actions), condition=condition)

    saves = [*([ReservationConflict()] if slot else []), None, *([None] if announcement else [])]
    try:
        tables.transact_write(fill, taken=[*saves, _NotMet()])
    except _NotMet:
        return False
    metrics.emit("Exports", 1, type=export.type, event=action)
    return True


def mark_ready(
    export: Export,
    file: ExportedFile,
    *,
    at: str,
    expires_at: str,
    warnings: int,
    details: dict[str, Any],
    cost: float | None = None,
) -> bool:
    """processing → ready; False when the attempt was over before. `cost`, in dollars, is for operators."""
    actions = [
        ExportRow.status.set(Status.READY),
        ExportRow.step.set(Step.DONE),
        ExportRow.ready_at.set(at),
        ExportRow.expires_at.set(expires_at),
        ExportRow.touched_at.set(at),
        ExportRow.warnings.set(warnings),
        ExportRow.file_key.set(file.key),
        ExportRow.file_size.set(file.size),
        ExportRow.file_crc32.set(file.crc32),
        ExportRow.file_files.set(file.files),
        ExportRow.due_shard.set(due_shard(export.id)),
        ExportRow.due_at.set(reminder_at(at, expires_at)),
        *([] if cost is None else [ExportRow.estimated_cost.set(round(cost, 7))]),
    ]
    announcement = announcements.ready(export, file, at=at, expires_at=expires_at, skipped=warnings)
    is_ready = _transition(
        export, in_progress(export.attempt), actions, Action.READY, at, details=details, announcement=announcement
    )
    if is_ready:
        metrics.emit("ExportedBytes", file.size, "Bytes", type=export.type)
        metrics.emit("BytesThroughFunctions", details.get("bytes_read", 0) + details.get("bytes_written", 0), "Bytes")
        if cost is not None:
            metrics.emit("EstimatedCost", cost, "None")
    return is_ready


def mark_failed(export: Export, attempt: int, code: FailureCode, *, at: str, kept_until: str, cause: str = "") -> bool:
    """processing → failed; False when the attempt was over before. `cause` is kept for operators, in the trail;
    a failed export that is neither retried nor removed is cleaned up at `kept_until`.
    """
    actions = [
        ExportRow.status.set(Status.FAILED),
        ExportRow.failure_code.set(code.value),
        ExportRow.touched_at.set(at),
        ExportRow.due_shard.set(due_shard(export.id)),
        ExportRow.due_at.set(kept_until),
    ]
    details = {"code": code.value, "attempt": attempt} | ({"cause": cause[:1000]} if cause else {})
    announcement = announcements.failed(export, code.value, at=at)
    return _transition(
        export, in_progress(attempt), actions, Action.FAILED, at, details=details, announcement=announcement
    )


def has_bare_failure(export: Export) -> bool:
    """Was it marked as failed by the state machine's last resort, which sets only status and code?"""
    is_failed = export.status is Status.FAILED and export.removed_at is None
    return is_failed and export.due_at is not None and export.due_at <= export.touched_at


def keep_failed(export: Export, *, at: str, kept_until: str) -> bool:
    """Complete the record of a bare failure; False if another run did, or the export changed."""
    condition: Condition = (ExportRow.status == Status.FAILED) & (ExportRow.attempt == export.attempt)
    condition &= (ExportRow.due_at == export.due_at) & ExportRow.removed_at.does_not_exist()
    code = export.failure_code or FailureCode.INTERNAL.value
    details = {"code": code, "attempt": export.attempt, "cause": "written by the state machine's last resort"}
    actions = [ExportRow.due_at.set(kept_until)]
    announcement = announcements.failed(export, code, at=at)
    return _transition(export, condition, actions, Action.FAILED, at, details=details, announcement=announcement)


def reminder_at(at: str, expires_at: str) -> str:
    """When a ready export is due for a reminder: a day before it expires, or at once if that is over."""
    return max(at, timestamps.format(timestamps.parse(expires_at) - REMINDED_BEFORE))


def is_reminder_due(export: Export, at: str) -> bool:
    """Is a ready export due for a reminder that it expires, and not yet for its end?"""
    is_kept = export.status is Status.READY and export.removed_at is None and export.expires_at is not None
    return is_kept and export.due_at is not None and export.due_at <= at < (export.expires_at or "")


def remind(export: Export, *, at: str) -> bool:
    """Record that an export's reminder is done, which is announced unless it was downloaded; False if another run did,
    or it was extended or removed meanwhile."""
    if export.expires_at is None:
        return False
    condition: Condition = (ExportRow.status == Status.READY) & (ExportRow.expires_at == export.expires_at)
    condition &= (ExportRow.due_at == export.due_at) & ExportRow.removed_at.does_not_exist()
    actions = [ExportRow.due_at.set(export.expires_at)]
    if export.downloaded_at is not None:
        return ExportRow(export.id).update_if(condition, actions)
    announcement = announcements.expiring(export, at=at)
    details = {"expires_at": export.expires_at}
    return _transition(export, condition, actions, Action.EXPIRING, at, details=details, announcement=announcement)


def restart(export: Export, *, at: str) -> bool:
    """Begin the next attempt of an export whose execution ended without a result; False if it has one now."""
    condition = in_progress(export.attempt) & (ExportRow.restarts == export.restarts)
    actions = [
        *_begin_again(export, at),
        ExportRow.percent_floor.set(progress_of(export).percent),
        ExportRow.restarts.set(export.restarts + 1),
    ]
    return _transition(export, condition, actions, Action.RESTARTED, at, details={"attempt": export.attempt + 1})


def retry(export: Export, *, at: str, actor: str, source_ip: str | None) -> None:
    """failed → processing, as the next attempt. Conflict unless it has failed, TooMany as for a new export."""
    condition: Condition = (ExportRow.status == Status.FAILED) & (ExportRow.attempt == export.attempt)
    actions = [
        *_begin_again(export, at),
        ExportRow.status.set(Status.PROCESSING),
        ExportRow.restarts.set(0),
        ExportRow.percent_floor.set(0),
        ExportRow.due_shard.set(due_shard(export.id)),
        ExportRow.due_at.set(at),
    ]

    def write(slot: Reservation) -> None:
        done = _transition(
            export,
            condition & ExportRow.removed_at.does_not_exist(),
            actions,
            Action.RETRIED,
            at,
            actor=actor,
            source_ip=source_ip,
            details={"attempt": export.attempt + 1},
            slot=slot,
        )
        if not done:
            raise _NotMet

    if export.status is not Status.FAILED or not _with_slot(export.user_id, export.id, write):
        raise Conflict("Only a failed export can be retried.", slug="not-failed")


def _begin_again(export: Export, at: str) -> list[UpdateAction]:
    removed = (
        "queue_position", "upload_plan", "upload_token", "upload_key", "upload_id", "table_token", "failure_code",
        "failure_message", "mail_failure",
    )  # fmt: skip
    return [
        ExportRow.attempt.set(export.attempt + 1),
        ExportRow.step.set(Step.QUEUED),
        ExportRow.bytes_done.set(0),
        ExportRow.touched_at.set(at),
        *(getattr(ExportRow, name).remove() for name in removed),
    ]


def extend(export: Export, *, at: str, expires_at: str, actor: str, source_ip: str | None) -> None:
    """Let a ready export be downloaded until `expires_at`, once. Conflict when it isn't ready or was extended."""
    condition: Condition = (ExportRow.status == Status.READY) & (ExportRow.expires_at == export.expires_at)
    actions = [
        ExportRow.expires_at.set(expires_at),
        ExportRow.extended_at.set(at),
        ExportRow.due_at.set(reminder_at(at, expires_at)),
    ]
    if export.status is not Status.READY:
        raise Conflict("This export is not ready.", slug="not-ready")
    done = export.extended_at is None and _transition(
        export,
        condition & ExportRow.removed_at.does_not_exist() & ExportRow.extended_at.does_not_exist(),
        actions,
        Action.EXTENDED,
        at,
        actor=actor,
        source_ip=source_ip,
        details={"expires_at": expires_at},
    )
    if not done:
        present = record.find(export.id)
        if present is None or present.removed_at is not None:
            raise Gone("This export was removed.")
        raise Conflict("This export was already extended; it can be extended only once.", slug="already-extended")


def record_download(export: Export, *, at: str, actor: str, source_ip: str | None) -> None:
    """Record that a link to an export's data was given to somebody."""
    actions = [ExportRow.downloaded_at.set(at)]
    _transition(export, ExportRow.id.exists(), actions, Action.DOWNLOADED, at, actor=actor, source_ip=source_ip)


def record_undelivered_mail(export: Export, mail: str, failure: Undelivered, *, at: str) -> bool:
    """Record that this mail did not reach the owner; False when that is known, or the mail is not the present one."""
    condition = (ExportRow.mailed == mail) & ExportRow.mail_failure.does_not_exist()
    actions = [ExportRow.mail_failure.set(failure)]
    return _transition(export, condition, actions, Action.MAIL_FAILED, at, details={"reason": failure.value})


def remove(export: Export, *, at: str, actor: str, source_ip: str | None = None, expired: bool = False) -> bool:
    """Make an export invisible at once and due for the clean-up; False when it was removed before."""
    actions = [
        ExportRow.removed_at.set(at),
        ExportRow.due_shard.set(due_shard(export.id)),
        ExportRow.due_at.set(at),
    ]
    condition = ExportRow.id.exists() & ExportRow.removed_at.does_not_exist()
    if expired and export.expires_at is not None:
        condition &= ExportRow.expires_at == export.expires_at  # it may have been extended since it was read
    action = Action.EXPIRED if expired else Action.REMOVED
    return _transition(export, condition, actions, action, at, actor=actor, source_ip=source_ip)


def delete_record(export_id: str) -> None:
    """Delete the record of a removed export, after its objects."""
    ExportRow(export_id).delete(condition=ExportRow.removed_at.exists() | ExportRow.id.does_not_exist())
