"""What the workers of an attempt write to the export's record: the step, claims and counts.

Each is one conditional write that returns whether it took place: a step that runs twice changes nothing the second
time.
"""

from collections.abc import Sequence
from enum import StrEnum

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action as UpdateAction

from chalicelib.exports.model import Export, Status, Step, Upload
from chalicelib.exports.progress import progress_of
from chalicelib.exports.table import ExportRow


def in_progress(attempt: int) -> Condition:
    """The condition that this attempt is in progress."""
    condition: Condition = (ExportRow.status == Status.PROCESSING) & (ExportRow.attempt == attempt)
    in_progress: Condition = condition & ExportRow.removed_at.does_not_exist()
    return in_progress


def _update(export_id: str, condition: Condition, actions: Sequence[UpdateAction]) -> bool:
    return ExportRow(export_id).update_if(condition, actions)


def enter_step(export: Export, step: Step, at: str) -> bool:
    """Record that this attempt has reached `step`; False when the attempt is over.

    The displayed percentage becomes the floor, so re-planning never moves progress backwards.
    """
    actions = [
        ExportRow.step.set(step),
        ExportRow.queue_position.remove(),
        ExportRow.percent_floor.set(progress_of(export).percent),
        ExportRow.touched_at.set(at),
    ]
    return _update(export.id, in_progress(export.attempt), actions)


def wait_in_queue(export_id: str, attempt: int, position: int, at: str) -> bool:
    """Record the position in the service's queue; False when this attempt is over."""
    actions = [ExportRow.queue_position.set(position), ExportRow.touched_at.set(at)]
    return _update(export_id, in_progress(attempt), actions)


def heartbeat(export_id: str, attempt: int, at: str) -> bool:
    """Record a heartbeat of this attempt; False when it is over."""
    return _update(export_id, in_progress(attempt), [ExportRow.touched_at.set(at)])


def claim_upload(
    export_id: str, attempt: int, upload: Upload, at: str, *, bytes_total: int, files_total: int, sample_count: int
) -> bool:
    """Claim the plan for `upload`; False when another run of the same plan was first or the attempt is over."""
    unclaimed = ExportRow.upload_plan.does_not_exist() | (ExportRow.upload_plan < upload.plan)
    return _update(
        export_id,
        in_progress(attempt) & unclaimed,
        [
            ExportRow.upload_plan.set(upload.plan),
            ExportRow.upload_token.set(upload.token),
            ExportRow.upload_key.set(upload.key),
            ExportRow.upload_id.set(upload.upload_id),
            ExportRow.bytes_total.set(bytes_total),
            ExportRow.bytes_done.set(0),
            ExportRow.files_total.set(files_total),
            ExportRow.sample_count.set(sample_count),
            ExportRow.step.set(Step.ASSEMBLING),
            ExportRow.touched_at.set(at),
        ],
    )


def add_bytes(export_id: str, attempt: int, plan: int, count: int, at: str) -> bool:
    """Count bytes that a worker wrote; False when the attempt is over or the plan was replaced."""
    return _update(
        export_id,
        in_progress(attempt) & (ExportRow.upload_plan == plan),
        [ExportRow.bytes_done.add(count), ExportRow.touched_at.set(at)],
    )


def claim_table(export_id: str, attempt: int, token: str, at: str, *, rows_total: int) -> bool:
    """Claim the attempt for this plan of a linelist; False when another was first or the attempt is over."""
    return _update(
        export_id,
        in_progress(attempt) & ExportRow.table_token.does_not_exist(),
        [
            ExportRow.table_token.set(token),
            ExportRow.rows_total.set(rows_total),
            ExportRow.rows_done.set(0),
            ExportRow.sample_count.set(rows_total),
            ExportRow.step.set(Step.ASSEMBLING),
            ExportRow.touched_at.set(at),
        ],
    )


def set_rows_done(export_id: str, attempt: int, done: int, at: str) -> bool:
    """Record how many rows are written; False when the attempt is over, or another render is as far."""
    return _update(
        export_id,
        in_progress(attempt) & (ExportRow.rows_done < done),
        [ExportRow.rows_done.set(done), ExportRow.touched_at.set(at)],
    )


class Mail(StrEnum):
    """The mails about an export: of an attempt's outcome, and that it expires soon."""

    OUTCOME = "outcome"
    REMINDER = "reminder"


def mail_id(export: Export, mail: Mail) -> str:
    """The identifier of a mail: the same for all that are about the same, of which only one may be sent."""
    if mail is Mail.OUTCOME:
        return f"{export.attempt}-{export.status.value}"
    return f"{export.attempt}-expiring{'' if export.extended_at is None else '-extended'}"


def claim_mail(export: Export, mail: Mail) -> bool:
    """Claim a mail; False when it was claimed before, or the export has changed."""
    claimed, claim = _CLAIMS[mail], mail_id(export, mail)
    condition = (ExportRow.status == export.status) & (claimed.does_not_exist() | (claimed != claim))
    return _update(export.id, condition & ExportRow.removed_at.does_not_exist(), [claimed.set(claim)])


def release_mail_claim(export: Export, mail: Mail) -> None:
    """Undo a claim after SES definitely refused the mail, so that a retry can send it."""
    claimed = _CLAIMS[mail]
    _update(export.id, claimed == mail_id(export, mail), [claimed.remove()])


_CLAIMS = {Mail.OUTCOME: ExportRow.mailed, Mail.REMINDER: ExportRow.reminded}
