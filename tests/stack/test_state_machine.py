"""The deployed state machine with failing steps: the record always gets a final status."""

import json
import time
from typing import Any
from uuid import uuid4

import pytest

from tests.stack import exports
from tests.stack.local_stack import Running


def broken_record(stack: Running, change: dict[str, Any]) -> str:
    """A processing export whose request is not in S3, so that Plan raises; its record changed by these actions."""
    # A separate user, because a broken record breaks its owner's lists.
    ana = stack.person(f"broken-{uuid4().hex[:8]}@example.org")
    project = exports.project(ana)
    sample, _ = exports.sample_with(ana, project["id"], "S", {"a.txt": 10})
    made = exports.create(ana, project["id"], [sample], ["text"])
    exports.wait(ana, made["id"])
    table = stack.info["tables"]["exports"]
    item = stack.client("dynamodb").get_item(TableName=table, Key={"id": {"S": made["id"]}})["Item"]
    for name in [name for name in item if name.startswith(("upload_", "file_", "ready_", "expires_"))]:
        del item[name]
    export_id = str(uuid4())
    changed = {"id": {"S": export_id}, "status": {"S": "processing"}, "step": {"S": "queued"}, **change}
    stack.client("dynamodb").put_item(TableName=table, Item={**item, **changed})
    stack.client("stepfunctions").start_execution(
        stateMachineArn=stack.info["state_machine_arn"],
        name=f"{export_id}-1",
        input=json.dumps({"export_id": export_id, "attempt": 1, "plan": 1}),
    )
    return export_id


def final_record(stack: Running, export_id: str) -> dict[str, Any]:
    deadline = time.monotonic() + 120
    while True:
        item: dict[str, Any] = stack.client("dynamodb").get_item(
            TableName=stack.info["tables"]["exports"], Key={"id": {"S": export_id}}, ConsistentRead=True
        )["Item"]
        if item["status"]["S"] != "processing":
            return item
        assert time.monotonic() < deadline, item
        time.sleep(0.3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({}, None),  # Plan raises, Fail sets the status
        ({"email_notification": {"S": "no flag"}}, "The Fail function itself failed"),  # Fail raises too
    ],
    ids=["by Fail", "by the last resort"],
)
def test_a_step_that_keeps_raising_ends_with_a_final_status(
    stack: Running, change: dict[str, Any], message: str | None
) -> None:
    export_id = broken_record(stack, change)
    item = final_record(stack, export_id)
    stack.client("dynamodb").delete_item(TableName=stack.info["tables"]["exports"], Key={"id": {"S": export_id}})
    assert (item["status"]["S"], item["failure_code"]["S"]) == ("failed", "internal")
    assert ("failure_message" in item) == (message is not None)
    if message:
        assert message in item["failure_message"]["S"]
