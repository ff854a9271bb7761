"""The API's description: valid, complete, and with examples that match their schemas."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from openapi_spec_validator import validate

from chalicelib.http.openapi.document import document, encoded_document
from chalicelib.http.problem_types import PROBLEM_TYPES
from chalicelib.http.routes import ROUTES
from chalicelib.http.urls import PREFIX
from tests.openapi import Undocumented, check_response

ROOT = Path(__file__).resolve().parents[3]
DOCUMENT = json.loads(json.dumps(document()))


OPERATIONS: dict[str, dict[str, Any]] = {
    f"{method.upper()} {path}": operation
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
}


def contents(operation: dict[str, Any]) -> Iterator[tuple[dict[str, Any], Any]]:
    """Schemas and examples of bodies and responses."""
    for part in (operation.get("requestBody", {}), *operation["responses"].values()):
        for content in part.get("content", {}).values():
            values = [example["value"] for example in content.get("examples", {}).values() if "value" in example]
            for value in [content["example"]] if "example" in content else values:
                yield content["schema"], value


def test_document_is_valid_openapi() -> None:
    validate(DOCUMENT)


def test_stored_document_matches_the_routes() -> None:
    assert (ROOT / "docs" / "openapi.json").read_bytes() == encoded_document()


def test_every_route_of_the_app_is_in_it() -> None:
    from app import app

    served = {
        f"{method} {path.removeprefix(PREFIX)}"
        for path, methods in app.routes.items()
        for method in methods
        if path.startswith(f"{PREFIX}/")
    }
    assert served == OPERATIONS.keys()


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_has_a_summary_a_success_errors_and_examples(name: str) -> None:
    operation = OPERATIONS[name]
    assert operation["summary"]
    assert not operation["summary"].endswith(".")
    statuses = {int(status) for status in operation["responses"]}
    assert min(statuses) < 400
    assert {500, 503} <= statuses
    is_public = operation.get("security") == []
    assert is_public or {401, 403} <= statuses
    for schema, value in contents(operation):
        whole = {**schema, "components": DOCUMENT["components"]}
        assert [error.message for error in jsonschema_rs.Draft202012Validator(whole).iter_errors(value)] == []


@pytest.mark.parametrize("name", OPERATIONS)
def test_examples_of_bodies_have_every_property(name: str) -> None:
    operation = OPERATIONS[name]
    if "requestBody" not in operation:
        return
    examples = [value for schema, value in contents({**operation, "responses": {}})]
    assert examples
    assert "…" not in json.dumps(examples, ensure_ascii=False)


def test_operation_ids_are_unique_and_problems_are_known() -> None:
    ids = [operation["operationId"] for operation in OPERATIONS.values()]
    assert len(set(ids)) == len(ids)
    assert {slug for route in ROUTES for slug in route.problems} <= PROBLEM_TYPES.keys()


@pytest.mark.parametrize(
    ("status", "content_type", "body"),
    [
        (200, "application/json", {"id": "x"}),
        (200, "application/json", {"status": "ok", "version": "1", "more": 1}),
        (200, "text/html", {"status": "ok", "version": "1"}),
        (404, "application/problem+json", {"type": "x/not-found", "title": "t", "status": 404, "detail": "d"}),
    ],
)
def test_undescribed_response_is_detected(status: int, content_type: str, body: Any) -> None:
    check_response("GET", "/health", 200, {}, {"status": "ok", "version": "1"})
    with pytest.raises(Undocumented):
        check_response("GET", "/health", status, {"Content-Type": content_type}, body)
