"""Fail: set the status `failed`, abort the upload, notify the owner."""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from chalicelib import timestamps
from chalicelib.assembly.state import State
from chalicelib.exports import lifecycle, record
from chalicelib.exports.cleanup import FAILED_KEPT
from chalicelib.exports.failures import FailureCode
from chalicelib.exports.model import Status
from chalicelib.exports.notification import notify_owner
from chalicelib.exports.storage import abort_attempt
from chalicelib.log import logger
from chalicelib.mail.send import MailRefused


def fail_export(event: Mapping[str, Any]) -> dict[str, Any]:
    """Outcomes: `failed`, or `removed` when the export has another final status or is gone.

    `code` is the domain's reason; without one the cause is the error that a step raised, and the code `internal`.
    """
    state = State.of(event)
    export = record.find(state.export_id)
    if export is None or export.removed_at is not None or export.attempt != state.attempt:
        return state.outcome("removed")
    if export.status is Status.PROCESSING:
        code = str(event.get("code") or "")
        known = FailureCode(code) if code in set(FailureCode) else FailureCode.INTERNAL
        moment = timestamps.now()
        lifecycle.mark_failed(
            export,
            state.attempt,
            known,
            at=timestamps.format(moment),
            kept_until=timestamps.format(moment + FAILED_KEPT),
            cause=_cause_of(event),
        )
        export = record.find(state.export_id)
    if export is None or export.status is not Status.FAILED:
        return state.outcome("removed")
    logger().error("export failed", export_id=export.id, code=export.failure_code, cause=_cause_of(event))
    abort_attempt(export.id, state.attempt)
    try:
        notify_owner(export)
    except MailRefused as error:
        logger().warning("mail was refused", export_id=export.id, error=str(error))
    return state.outcome("failed", code=export.failure_code)


def _cause_of(event: Mapping[str, Any]) -> str:
    error = event.get("error")
    if not isinstance(error, Mapping):
        return ""
    cause = str(error.get("Cause") or "")
    with suppress(ValueError, AttributeError):
        # Lambda's cause is a JSON document with message and stack trace: the message suffices.
        cause = str(json.loads(cause).get("errorMessage") or cause)
    return f"{error.get('Error') or 'error'}: {cause}"
