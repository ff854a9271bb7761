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

    It only moves forward, as the states stand above: who reports it may skip some (polling misses the short ones). Any
    that is not final may end in any of the three; one that is being cancelled may have been too far already, and
    complete. Nothing follows a final state. The same again is no move, and allowed.
    """
    return present is wanted or (present not in FINAL and _RANKS[wanted] > _RANKS[present])
