from collections.abc import Callable
from dataclasses import replace
from typing import Any

import boto3
import pytest

from chalicelib.settings import settings
from tests.harness import Person, expect_status

SignIn = Callable[..., Person]


@pytest.fixture
def ana(sign_in: SignIn) -> Person:
    return sign_in("ana@example.org")


def token(person: Person, *scopes: str, **more: Any) -> dict[str, Any]:
    answer: dict[str, Any] = expect_status(
        person.post("/me/tokens", {"name": "script", "scopes": list(scopes), **more})
    )
    return answer


def bearing(person: Person, issued: dict[str, Any]) -> Person:
    return replace(person, token=issued["token"])


def test_a_token_acts_for_its_creator_within_its_scopes(ana: Person) -> None:
    group = expect_status(ana.post("/groups", {"name": "G", "path": "g"}))
    reader = bearing(ana, token(ana, "read"))
    assert expect_status(reader.get("/me"), 200) == expect_status(ana.get("/me"), 200)
    assert expect_status(reader.get("/groups"), 200)["total"] == 1
    refused = reader.post("/projects", {"name": "P", "path": "p", "group_id": group["id"]})
    assert (refused.status, refused.body["type"].rsplit("/", 1)[1]) == (403, "token-scope")
    assert "catalog" in refused.body["detail"]
    assert reader.call("DELETE", "/exports/x").status == 403
    assert reader.post("/exports/estimate", {}).status == 422  # only looks
    writer = bearing(ana, token(ana, "catalog"))
    expect_status(writer.post("/projects", {"name": "P", "path": "p", "group_id": group["id"]}))
    assert writer.get("/projects").status == 403
    exporter = bearing(ana, token(ana, "export", "read"))
    assert exporter.call("DELETE", "/exports/x").status == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/me/tokens"), ("POST", "/me/tokens"), ("DELETE", "/me/tokens/x"), ("PATCH", "/me")],
)
def test_personal_access_token_can_not_manage_tokens_or_the_account(ana: Person, method: str, path: str) -> None:
    everything = bearing(ana, token(ana, "read", "export", "catalog"))
    body = {"name": "n", "scopes": ["read"]} if path == "/me/tokens" else {"locale": "fr"}
    assert everything.call(method, path, None if method in ("GET", "DELETE") else body).status == 403


def test_the_secret_is_shown_once_and_never_stored(ana: Person) -> None:
    first = token(ana, "read", expires_at="2099-01-01T00:00:00Z")
    listed = expect_status(ana.get("/me/tokens"), 200)["items"]
    assert listed == [{key: value for key, value in first.items() if key != "token"}]
    for table in (settings().users_table, settings().secrets_table, settings().idempotency_table):
        assert first["token"] not in str(boto3.client("dynamodb").scan(TableName=table)["Items"])
    key = {"Idempotency-Key": "k"}
    body = {"name": "n", "scopes": ["read"]}
    assert ana.call("POST", "/me/tokens", body, **key).status == 201
    again = ana.call("POST", "/me/tokens", body, **key)
    assert (again.status, again.body["type"].rsplit("/", 1)[1]) == (409, "secret-shown")
    assert expect_status(ana.get("/me/tokens"), 200)["total"] == 2


def test_a_removed_or_expired_token_is_refused(ana: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    first, other = token(ana, "read"), token(ana, "read", expires_at="2099-01-01T00:00:00Z")
    assert ana.call("DELETE", f"/me/tokens/{first['id']}").status == 204
    assert bearing(ana, first).get("/me").status == 401
    assert ana.call("DELETE", f"/me/tokens/{first['id']}").status == 404
    assert bearing(ana, other).get("/me").status == 200
    monkeypatch.setattr(
        "chalicelib.access.personal_access_tokens.timestamps.format", lambda _: "2099-01-01T00:00:00.000Z"
    )
    assert bearing(ana, other).get("/me").status == 401


def test_tokens_of_other_users_can_not_be_removed(ana: Person, sign_in: SignIn) -> None:
    first = token(ana, "read")
    assert sign_in("bob@example.org").call("DELETE", f"/me/tokens/{first['id']}").status == 404
    assert bearing(ana, first).get("/me").status == 200


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"scopes": ["read"]}, "/name"),
        ({"name": "n", "scopes": []}, "/scopes"),
        ({"name": "n", "scopes": ["all"]}, "/scopes/0"),
        ({"name": "n", "scopes": ["read", "read"]}, "/scopes"),
        ({"name": "n", "scopes": ["read"], "expires_at": "2020-01-01T00:00:00Z"}, "/expires_at"),
        ({"name": "n", "scopes": ["read"], "user_id": "x"}, "/user_id"),
    ],
)
def test_invalid_token_request_is_reported_with_its_pointer(ana: Person, body: Any, pointer: str) -> None:
    answer = ana.post("/me/tokens", body)
    assert (answer.status, [violation["pointer"] for violation in answer.body["errors"]]) == (422, [pointer])


def test_every_token_expires(ana: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.access.personal_access_tokens.MAX_TOKENS", 2)
    token(ana, "read")
    token(ana, "read")
    assert ana.post("/me/tokens", {"name": "n", "scopes": ["read"]}).status == 409
