"""The logs of whole exports: one query follows each, metrics are valid, and nothing secret or personal is in them."""

import json
import os
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest

from chalicelib import invocations
from chalicelib.log import logger
from chalicelib.metrics import NAMESPACE
from tests.harness import Person, expect_status, upload
from tests.lab import new_lab, new_run, new_sample, register_output
from tests.workflow.state_machine import run

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Lines]:
    """What was logged so far; each line must be a JSON object."""
    # A name for each test: Python keeps the handlers of a logger, with the standard output that they were made with.
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", f"stack-{uuid4()}")
    logger.cache_clear()
    logged: list[str] = []

    def read() -> list[dict[str, Any]]:
        logged.extend(capsys.readouterr().out.splitlines())
        return [json.loads(line) for line in logged]

    yield read
    logger.cache_clear()


def metrics_of(lines: list[dict[str, Any]]) -> list[tuple[str, dict[str, str], float]]:
    """Name, dimensions and value of each metric, as CloudWatch reads them ("Embedded metric format specification")."""
    found = []
    for line in lines:
        for directive in line.get("_aws", {}).get("CloudWatchMetrics", []):
            assert directive["Namespace"] == NAMESPACE
            (names,) = directive["Dimensions"]
            for metric in directive["Metrics"]:
                (value,) = line[metric["Name"]]
                found.append((metric["Name"], {name: line[name] for name in names}, value))
    return found


def test_one_query_follows_an_export_and_nothing_secret_is_logged(ana: Person, lines: Lines) -> None:
    lab = new_lab(ana)
    sample = new_sample(ana, lab.project, "Sensitive name")
    upload(ana, sample["id"], "a.txt", b"text")
    execution = new_run(ana, lab.project)["id"]
    register_output(ana, execution, "out.txt", b"output")
    secret = expect_status(ana.post("/me/tokens", {"name": "t", "scopes": ["read"], "expires_at": None}))["token"]
    bodies = [
        {"type": "sample", "namespace_id": lab.project["id"], "selection": {"all": True}, "file_formats": ["text"]},
        {"type": "linelist", "namespace_id": lab.project["id"], "selection": {"all": True}, "metadata_fields": ["x"],
         "linelist_format": "csv"},
        {"type": "analysis", "analysis_type": "user", "workflow_execution_ids": [execution]},
    ]  # fmt: skip
    for body in bodies:
        export = expect_status(ana.post("/exports", {**body, "email_notification": True}), 202)
        assert "ready" in run(export)
        link = expect_status(ana.post(f"/exports/{export['id']}/download"), 200)["url"]
        steps = [line for line in lines() if line.get("message") == "the step ended"]
        own = [line["step"] for line in steps if line.get("export_id") == export["id"]]
        assert own[0] == "plan"
        assert own[-1] == "notify"
        routes = {line.get("route") for line in lines() if line.get("export_id") == export["id"]}
        assert "/api/v1/exports/{export_id}/download" in routes
        assert "/api/v1/exports" in routes  # the request that created it
        text = json.dumps(lines(), ensure_ascii=False)
        for hidden in (str(ana.token), secret, link, "X-Amz-Signature", "ana@example.org", "Sensitive name", "Bearer"):
            assert hidden not in text, hidden
    assert {line["service"] for line in lines()} == {os.environ["POWERTOOLS_SERVICE_NAME"]}


def test_metrics_count_outcomes_bytes_times_and_mails(ana: Person, lines: Lines) -> None:
    lab = new_lab(ana)
    upload(ana, new_sample(ana, lab.project, "A")["id"], "a.txt", b"text")
    body = {"type": "sample", "namespace_id": lab.project["id"], "selection": {"all": True}, "file_formats": ["text"]}
    export = expect_status(ana.post("/exports", {**body, "email_notification": True}), 202)
    run(export)
    size = expect_status(ana.get(f"/exports/{export['id']}"), 200)["file"]["size"]
    assert ana.call("DELETE", f"/exports/{export['id']}").status == 204
    found = metrics_of(lines())
    service = {"service": os.environ["POWERTOOLS_SERVICE_NAME"]}
    events = [dimensions["event"] for name, dimensions, _ in found if name == "Exports"]
    assert events == ["created", "ready", "removed"]
    assert ("ExportedBytes", {**service, "type": "sample"}, size) in found
    assert ("Mails", {**service, "outcome": "sent"}, 1) in found
    steps = [dimensions["step"] for name, dimensions, _ in found if name == "StepTime"]
    assert steps == ["plan", "finish", "notify"]  # a small archive has no batches
    (queued,) = [value for name, _, value in found if name == "QueueTime"]
    assert 0 <= queued < 60
    (through,) = [value for name, _, value in found if name == "BytesThroughFunctions"]
    assert through > 0


def test_a_step_that_raises_is_logged_with_its_ids(lines: Lines) -> None:
    def broken(_: Any) -> dict[str, Any]:
        raise ValueError("a bug")

    with pytest.raises(ValueError, match="a bug"):
        invocations.run("plan", broken, {"export_id": "e", "attempt": 2, "other": "x"}, None)
    raised, ended, _ = lines()
    assert (raised["level"], raised["export_id"], raised["attempt"]) == ("ERROR", "e", 2)
    assert "a bug" in raised["exception"]
    assert (ended["outcome"], "other" in ended) == ("raised", False)
    logger().info("later")
    assert "export_id" not in lines()[-1]
