"""IAM for DynamoDB's tables: moto allows every call, AWS only what a function's policy allows.

While a function is at work (`as_function`), a call to a table that its policy in `.chalice/` does not allow is refused,
and named in the error. In tests tables have the logical ids of the template as names.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from botocore.client import BaseClient

POLICIES = Path(__file__).parents[1] / ".chalice"
_WRITES = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}
_at_work: Counter[str] = Counter()


class Denied(Exception):
    """A policy does not allow a call."""


@contextmanager
def as_function(*names: str) -> Iterator[None]:
    """Calls made meanwhile, in any thread, count as calls by these functions."""
    _at_work.update(names)
    try:
        yield
    finally:
        _at_work.subtract(names)


@contextmanager
def enforced(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Refuse what no running function may do; any refusal, even a caught one, fails the test."""
    refused: set[str] = set()
    call = BaseClient._make_api_call  # type: ignore[attr-defined]

    def checked(self: BaseClient, operation: str, export_request: dict[str, Any]) -> Any:
        if self.meta.service_model.service_name == "dynamodb":
            working = [name for name, count in _at_work.items() if count > 0]
            for action, place in _calls(operation, export_request) if working else ():
                if not any((action, place) in _allowed(name) for name in working):
                    refused.add(f"{' or '.join(working)} may not {action} on {place}")
                    raise Denied(f"{action} on {place}")
        return call(self, operation, export_request)

    monkeypatch.setattr(BaseClient, "_make_api_call", checked)
    yield
    assert refused == set()


def _calls(operation: str, parameters: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The actions of a call, each with its table or `<table>/index/*`."""
    if operation == "TransactWriteItems":
        for item in parameters["TransactItems"]:
            yield from ((f"dynamodb:{_WRITES[kind]}", write["TableName"]) for kind, write in item.items())
    elif "RequestItems" in parameters:
        yield from ((f"dynamodb:{operation}", table) for table in parameters["RequestItems"])
    elif operation != "DescribeTable":
        yield f"dynamodb:{operation}", parameters["TableName"] + ("/index/*" if "IndexName" in parameters else "")


@cache
def _allowed(function: str) -> frozenset[tuple[str, str]]:
    policy = json.loads((POLICIES / f"policy-{function}.json").read_text(encoding="utf-8"))
    return frozenset(
        (action, _place(resource))
        for statement in policy["Statement"]
        for resource in _listed(statement["Resource"])
        for action in _listed(statement["Action"])
    )


def _place(resource: Any) -> str:
    if isinstance(resource, dict) and "Fn::GetAtt" in resource:
        return str(resource["Fn::GetAtt"][0])
    text = resource.get("Fn::Sub", "") if isinstance(resource, dict) else resource
    return re.sub(r"^\$\{(\w+)\.Arn\}", r"\1", text)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
