"""Runs an export as Step Functions does: steps that raise are retried as often as the definition says, then failed."""

import json
from collections.abc import Callable
from typing import Any

from chalicelib import invocations
from infra.package import ROOT
from tests.chaos.faults import Injector
from tests.iam import as_function
from tests.workflow.state_machine import POLICIES

Function = Callable[[Any], dict[str, Any]]
_STATES = json.loads((ROOT / "infra" / "state_machine.json").read_text(encoding="utf-8"))["States"]
_BY_STEP: dict[str, Function] = {name: function for function, name in POLICIES.items()}
_NAMES = {
    "plan": "Plan", "assemble": "Assemble", "finish": "Finish", "render_linelist": "RenderLinelist", "notify": "Notify",
    "fail": "Fail",
}  # fmt: skip


class StepFailed(Exception):
    """A step raised in all its tries."""


def _tries(step: str) -> int:
    state = _STATES[_NAMES[step]]
    if state["Type"] == "Map":
        (state,) = state["ItemProcessor"]["States"].values()
    return 1 + int(state["Retry"][-1]["MaxAttempts"])


def run_step(injector: Injector, step: str, event: dict[str, Any]) -> dict[str, Any]:
    """The outcome of a step, with its retries. Raises StepFailed."""
    error: Exception | None = None
    for _ in range(_tries(step)):
        injector.step = step
        try:
            with as_function(step):
                return invocations.run(step, _BY_STEP[step], event, None)
        except Exception as raised:  # noqa: BLE001 - as Lambda reports any
            error = raised
        finally:
            injector.step = None
    raise StepFailed(step) from error


def run_export(injector: Injector, export_id: str, attempt: int) -> None:
    """One execution of the state machine."""
    state: dict[str, Any] = {"export_id": export_id, "attempt": attempt, "plan": 1}
    try:
        state = _to_the_end(injector, state)
    except StepFailed as failure:
        state = {**state, "outcome": "raised", "error": {"Error": "Exception", "Cause": str(failure.__cause__)}}
    if state["outcome"] == "ready":
        try:
            run_step(injector, "notify", state)
        except StepFailed:
            return  # caught: what is ready stays ready
    elif state["outcome"] not in {"removed", "queued"}:
        _fail(injector, state)


def _to_the_end(injector: Injector, state: dict[str, Any]) -> dict[str, Any]:
    while True:
        state = run_step(injector, "plan", state)
        if state["outcome"] == "linelist_planned":
            return run_step(injector, "render_linelist", {**_ids(state), "round": state["round"]})
        while state["outcome"] in {"planned", "incomplete"}:
            for batch in (*state["copies"], *state["batches"]):
                run_step(injector, "assemble", {**_ids(state), "batch": batch})
            state = run_step(injector, "finish", {**_ids(state), "round": state["round"]})
        if state["outcome"] != "sources_changed":
            return state


def _ids(state: dict[str, Any]) -> dict[str, Any]:
    return {name: state[name] for name in ("export_id", "attempt", "plan")}


def _fail(injector: Injector, state: dict[str, Any]) -> None:
    """Fail, else the direct update of the record, which may fail, too: the clean-up finds what is left."""
    try:
        run_step(injector, "fail", state)
    except StepFailed:
        return
