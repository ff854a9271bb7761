"""Writes that conflict with a transaction are retried: clients never see DynamoDB's conflicts."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from tests.harness import Person, expect_status
from tests.lab import new_lab

SignIn = Callable[..., Person]


def conflict(operation: str, items: int) -> ClientError:
    """DynamoDB's refusal. Source: TransactWriteItems and UpdateItem, "Errors"."""
    if operation != "TransactWriteItems":
        return ClientError({"Error": {"Code": "TransactionConflictException", "Message": "busy"}}, operation)
    reasons = [{"Code": "TransactionConflict", "Message": "busy"}] + [{"Code": "None"}] * (items - 1)
    error = {"Code": "TransactionCanceledException", "Message": "Transaction cancelled [TransactionConflict]"}
    response: Any = {"Error": error, "CancellationReasons": reasons}
    return ClientError(response, operation)


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Every write of an item is refused twice. Counts the refusals by operation."""
    refusals: Counter[str] = Counter()
    in_a_row: Counter[str] = Counter()
    call = BaseClient._make_api_call  # type: ignore[attr-defined]

    def refuse_twice(self: BaseClient, operation: str, arguments: dict[str, Any]) -> Any:
        if operation in {"TransactWriteItems", "PutItem", "UpdateItem", "DeleteItem"}:
            if in_a_row[operation] < 2:
                in_a_row[operation] += 1
                refusals[operation] += 1
                raise conflict(operation, len(arguments.get("TransactItems", [])))
            in_a_row[operation] = 0
        return call(self, operation, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", refuse_twice)
    return refusals


def test_every_write_retries_conflicts(sign_in: SignIn, request: pytest.FixtureRequest) -> None:
    ana = sign_in("ana@example.org")
    refusals = request.getfixturevalue("busy")
    project = new_lab(ana).project
    sample = expect_status(ana.post(f"/projects/{project['id']}/samples", {"name": "A", "metadata": {"host": "x"}}))
    assert ana.call("PATCH", f"/samples/{sample['id']}", {"name": "B"}).status == 200
    assert ana.call("PATCH", "/me", {"locale": "fr"}).status == 200
    token = expect_status(ana.post("/me/tokens", {"name": "t", "scopes": ["read"]}))
    assert ana.call("DELETE", f"/me/tokens/{token['id']}").status == 204
    assert ana.call("DELETE", f"/samples/{sample['id']}").status == 204
    assert refusals["TransactWriteItems"] > 0
    assert refusals["UpdateItem"] + refusals["PutItem"] + refusals["DeleteItem"] > 0
