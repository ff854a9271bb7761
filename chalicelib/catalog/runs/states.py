"""The states of a workflow execution, and which may follow which."""

from enum import StrEnum


class RunState(StrEnum):
    """How far a run is. The last three are final."""

    INITIAL = "initial"
    PREPARED = "prepared"
    SUBMITTED = "submitted"
    RUNNING = "running"
    COMPLETING = "completing"
    CANCELING = "canceling"
    COMPLETED = "completed"
    ERROR = "error"
    CANCELED = "canceled"


RUN_STATES = tuple(state.value for state in RunState)
FINAL = frozenset({RunState.COMPLETED, RunState.ERROR, RunState.CANCELED})
_RANKS = {state: rank for rank, state in enumerate(RunState)}


def may_become(present: RunState, wanted: RunState) -> bool:
    """May a run in one state be set to another?

    States only move forward, in the order above; some may be skipped (polling misses the short ones). A run that is not
    final may end in any of the three final states; one that is being canceled may still complete. Nothing follows a
    final state. Setting the present state again is allowed.
    """
    return present is wanted or (present not in FINAL and _RANKS[wanted] > _RANKS[present])
