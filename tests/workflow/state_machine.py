"""Runs the state machine's definition in process, with every step run as often as wanted."""

from typing import Any

from chalicelib import invocations
from chalicelib.assembly.assemble import assemble_batch
from chalicelib.assembly.fail import fail_export
from chalicelib.assembly.finish import finish_export
from chalicelib.assembly.notify import notify
from chalicelib.assembly.plan import plan_export
from chalicelib.assembly.render_linelist import render
from tests.iam import as_function

POLICIES = {
    plan_export: "plan", assemble_batch: "assemble", finish_export: "finish", render: "render_linelist",
    notify: "notify", fail_export: "fail",
}  # fmt: skip


def run(export: dict[str, Any], *, attempt: int = 1, times: int = 1, between: Any = None) -> list[str]:
    """Run an export's steps to the end, each `times` times; returns the outcomes. `between(step, state)` is called
    before each Assemble, Finish, slice and RenderLinelist."""
    outcomes: list[str] = []

    def step(function: Any, event: dict[str, Any]) -> dict[str, Any]:
        for _ in range(times):
            with as_function(POLICIES[function]):
                answer = invocations.run(POLICIES[function], function, event, None)
        outcomes.append(answer["outcome"])
        return answer

    state: dict[str, Any] = {"export_id": export["id"], "attempt": attempt, "plan": 1}
    while True:
        state = step(plan_export, state)
        if state["outcome"] in {"linelist_planned", "slices_planned"}:
            state = _rendered(state, step, between)
            break
        if state["outcome"] != "planned":
            break
        while state["outcome"] in {"planned", "incomplete"}:
            if between:
                between("assemble", state)
            for batch in (*state["copies"], *state["batches"]):
                item = {key: state[key] for key in ("export_id", "attempt", "plan")}
                step(assemble_batch, {**item, "batch": batch})
            if between:
                between("finish", state)
            state = step(finish_export, {key: state[key] for key in ("export_id", "attempt", "plan", "round")})
        if state["outcome"] != "sources_changed":
            break
    if state["outcome"] == "ready":
        step(notify, state)
    elif state["outcome"] == "failed":
        step(fail_export, state)
    return outcomes


def _rendered(state: dict[str, Any], step: Any, between: Any) -> dict[str, Any]:
    """The last outcome of a linelist's functions."""
    while state["outcome"] in {"linelist_planned", "slices_planned", "slices_incomplete"}:
        ids = {key: state[key] for key in ("export_id", "attempt", "plan")}
        for number in state.get("slices", ()):
            if between:
                between("slice", {**ids, "slice": number})
            step(render, {**ids, "slice": number})
        if between:
            between("render", state)
        state = step(render, {**ids, "round": state["round"]})
    return state
