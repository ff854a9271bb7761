"""The state machine's definition: no state is unreachable, everything is retried, every end sets a final status."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from infra.package import ROOT, resources

DEFINITION: dict[str, Any] = json.loads((ROOT / "infra" / "state_machine.json").read_text())
STATES: dict[str, Any] = DEFINITION["States"]
# Where a path may end, and the states before it. `Fail directly` fails only after its retries; an export left
# processing then is found by the clean-up.
FINAL_STATUSES = {
    "Ready": {"Notify"},  # Finish or RenderLinelist set the status ready
    "Removed": {"Planned?", "Finished?"},  # the record says that it is removed, or another attempt is at work
    "Failed": {"Fail", "Fail directly"},
}


def targets(state: dict[str, Any]) -> Iterator[str]:
    yield from (state[key] for key in ("Next", "Default") if key in state)
    yield from (choice["Next"] for choice in state.get("Choices", []))
    yield from (catch["Next"] for catch in state.get("Catch", []))


def working_states() -> list[tuple[str, dict[str, Any]]]:
    inner = [state for name in ("Copy", "Assemble") for state in STATES[name]["ItemProcessor"]["States"].items()]
    return [(name, state) for name, state in [*STATES.items(), *inner] if state["Type"] in ("Task", "Map")]


def test_every_state_can_be_reached_and_every_target_exists() -> None:
    reached: set[str] = set()
    waiting = {DEFINITION["StartAt"]}
    while waiting:
        name = waiting.pop()
        reached.add(name)
        waiting |= set(targets(STATES[name])) - reached
    assert reached == set(STATES)


BUSY = {
    "Lambda.TooManyRequestsException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
}


@pytest.mark.parametrize("name", [name for name, _ in working_states()])
def test_every_task_is_retried(name: str) -> None:
    state = dict(working_states())[name]
    *_, retry = state["Retry"]
    assert retry["ErrorEquals"] == ["States.ALL"]
    assert retry["MaxAttempts"] >= 1
    assert retry["BackoffRate"] > 1


@pytest.mark.parametrize("name", [name for name, state in working_states() if "lambda" in state.get("Resource", "")])
def test_throttling_slows_a_step_down_and_never_fails_it(name: str) -> None:
    state = dict(working_states())[name]
    retry = state["Retry"][0]
    assert set(retry["ErrorEquals"]) == BUSY
    assert (retry["MaxAttempts"], retry["MaxDelaySeconds"], retry["JitterStrategy"]) == (500, 60, "FULL")
    # Half of each delay on the average: hours of throttling.
    delays = [min(60.0, retry["IntervalSeconds"] * retry["BackoffRate"] ** k) for k in range(retry["MaxAttempts"])]
    assert sum(delays) / 2 > 3 * 3600


def test_incomplete_batches_run_again() -> None:
    choices = {json.dumps(choice): choice["Next"] for choice in STATES["Finished?"]["Choices"]}
    repeated = [target for choice, target in choices.items() if "incomplete" in choice]
    assert repeated == ["Copy", "Assemble", "RenderSlices"]
    assert STATES["Finish"]["Parameters"]["Payload"]["round.$"] == "$.round"
    assert STATES["RenderLinelist"]["Parameters"]["Payload"]["round.$"] == "$.round"
    assert [STATES[name]["ItemsPath"] for name in repeated] == ["$.copies", "$.batches", "$.slices"]


@pytest.mark.parametrize("name", [name for name, state in STATES.items() if state["Type"] in ("Task", "Map")])
def test_final_failures_are_caught_without_losing_the_ids(name: str) -> None:
    (catch,) = STATES[name]["Catch"]
    assert catch["ErrorEquals"] == ["States.ALL"]
    assert catch["ResultPath"].startswith("$.")


def test_no_choice_can_fall_through() -> None:
    assert all("Default" in state for state in STATES.values() if state["Type"] == "Choice")


def test_no_execution_ends_without_a_final_status() -> None:
    ends = {name for name, state in STATES.items() if state["Type"] in ("Succeed", "Fail") or state.get("End")}
    assert ends == set(FINAL_STATUSES)
    for end, before in FINAL_STATUSES.items():
        assert {name for name, state in STATES.items() if end in targets(state)} == before


def test_a_step_that_raises_ends_in_fail_unless_the_status_is_final() -> None:
    caught = {name: STATES[name]["Catch"][0]["Next"] for name in STATES if "Catch" in STATES[name]}
    assert caught == {
        "Plan": "Fail",
        "Copy": "Fail",
        "Assemble": "Fail",
        "Finish": "Fail",
        "RenderSlices": "Fail",
        "RenderLinelist": "Fail",
        "Notify": "Ready",
        "Fail": "Fail directly",
        "Fail directly": "Failed",
    }


def test_tasks_may_take_as_long_as_their_functions() -> None:
    for name, state in working_states():
        if state["Type"] == "Task" and "lambda" in state["Resource"]:
            assert state["TimeoutSeconds"] in (910, 70), name


def test_the_state_machine_s_role_may_call_what_the_definition_calls_and_no_more() -> None:
    """The emulator evaluates the policies of functions, not this one."""
    tasks = [state for _, state in working_states() if state["Type"] == "Task"]
    called = {
        (state["Resource"].removeprefix("arn:aws:states:::"), parameters.get("FunctionName") or parameters["TableName"])
        for state in tasks
        for parameters in [state["Parameters"]]
    }
    functions = {name for integration, name in called if integration == "lambda:invoke"}
    assert called - {("lambda:invoke", name) for name in functions} == {("dynamodb:updateItem", "${ExportsTable}")}
    role = resources()["Resources"]["ExportStateMachineRole"]["Properties"]
    statements = {
        str(row["Action"]): row["Resource"]
        for policy in role["Policies"]
        for row in policy["PolicyDocument"]["Statement"]
    }
    versions = {row["Fn::Sub"] for row in statements["lambda:InvokeFunction"]}
    assert versions == {f"{name[:-1]}.Arn}}:*" for name in functions}
    assert statements["dynamodb:UpdateItem"] == {"Fn::GetAtt": ["ExportsTable", "Arn"]}
