"""Notify: send the mail of an outcome, if its owner wants one."""

from collections.abc import Mapping
from typing import Any

from chalicelib.assembly.state import State
from chalicelib.exports import record
from chalicelib.exports.notification import Sent, notify_owner


def notify(event: Mapping[str, Any]) -> dict[str, Any]:
    """Outcomes: `sent`, `not-wanted`, `already`, `unsure`. Raises when SES definitely refused it, to be retried."""
    state = State.of(event)
    export = record.find(state.export_id)
    if export is None or export.removed_at is not None:
        return state.outcome(Sent.NOT_WANTED.value)
    return state.outcome(notify_owner(export).value)
