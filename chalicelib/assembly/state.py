"""The state that steps pass on: ids and small numbers; and how a step begins."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.exports import record
from chalicelib.exports.model import Export, Status

MAX_PLANS = 10  # of an attempt, whatever each of them found
MAX_CHANGING = 3  # plans that lost sources which a plan before could still read, or their upload
MAX_ROUNDS = 5  # of a plan, each over the batches that were not complete


@dataclass(frozen=True, slots=True)
class State:
    """The state machine's state, parsed once. `plan` counts the plans of an attempt from 1, `round` how often batches
    of this plan were returned to be completed."""

    export_id: str
    attempt: int
    plan: int
    round: int = 0

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> "State":
        """The state in an event; KeyError or ValueError for anything else."""
        return cls(
            str(event["export_id"]), int(event["attempt"]), int(event.get("plan") or 1), int(event.get("round") or 0)
        )

    def outcome(self, outcome: str, **more: Any) -> dict[str, Any]:
        """A step's result: its outcome, and the state for the step after it."""
        ids = {"export_id": self.export_id, "attempt": self.attempt, "plan": self.plan, "round": self.round}
        return {"outcome": outcome, **ids, **more}


def active_export(state: State) -> Export | None:
    """The export, if this attempt is still the active one; None when it was removed, is done or was superseded."""
    export = record.find(state.export_id)
    return export if export is not None and export.is_running and export.attempt == state.attempt else None


def outcome_of(state: State) -> str:
    """The outcome of a last step whose attempt is over: `ready` if the export still exists as such, else `removed`."""
    export = record.find(state.export_id)
    is_ready = export is not None and export.status is Status.READY and export.attempt == state.attempt
    return "ready" if is_ready and export is not None and export.removed_at is None else "removed"
