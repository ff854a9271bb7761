"""Without a configured address the service is at the one where the gateway received the request."""

from collections.abc import Callable
from typing import Any

import pytest
from chalice.test import Client

from chalicelib.access.authenticate import authenticate
from chalicelib.exports import announcements, record
from chalicelib.settings import settings
from tests.harness import Person, expect_status, upload
from tests.lab import new_lab, new_sample

ADDRESSES = [
    ("abc123.execute-api.ca-central-1.amazonaws.com", "https://abc123.execute-api.ca-central-1.amazonaws.com/live"),
    ("abc123.execute-api.cn-north-1.amazonaws.com.cn", "https://abc123.execute-api.cn-north-1.amazonaws.com.cn/live"),
    ("seqport.example.org", "https://seqport.example.org"),
]


def answer(host: str, method: str, path: str, person: Person | None = None, body: str = "") -> dict[str, Any]:
    """The function's response to an event of the gateway at this host."""
    from app import app

    authorizer = authenticate(f"Bearer {person.token}").as_context() if person else {}
    event = {
        "requestContext": {
            "resourcePath": path,
            "httpMethod": method,
            "domainName": host,
            "stage": "live",
            "identity": {},
            "authorizer": authorizer,
        },
        "pathParameters": None,
        "multiValueQueryStringParameters": None,
        "headers": {"Content-Type": "application/json"},
        "body": body,
        "stageVariables": None,
        "isBase64Encoded": False,
    }
    found: dict[str, Any] = app(event, None)
    return found


@pytest.fixture
def ana(sign_in: Callable[..., Person]) -> Person:
    return sign_in("ana@example.org")


@pytest.fixture
def no_address(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PUBLIC_URL", "")
    settings.cache_clear()


@pytest.mark.parametrize(("host", "url"), ADDRESSES)
@pytest.mark.usefixtures("no_address")
def test_pages_and_locations_are_at_the_address_of_the_request(
    client: Client, ana: Person, host: str, url: str
) -> None:
    page = answer(host, "GET", "/")["body"]
    assert f'data-base="{url.removeprefix(f"https://{host}")}"' in page
    made = answer(host, "POST", "/api/v1/groups", ana, '{"name": "G", "path": "g"}')
    assert made["statusCode"] == 201
    assert made["headers"]["Location"].startswith(f"{url}/api/v1/namespaces/")


@pytest.mark.parametrize(("host", "url"), ADDRESSES)
def test_mails_link_to_the_address_at_which_the_export_was_requested(
    ana: Person, host: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = new_lab(ana)
    upload(ana, new_sample(ana, lab.project, "A")["id"], "a.txt", b"text")
    monkeypatch.setenv("PUBLIC_URL", "")
    settings.cache_clear()
    body = (
        f'{{"type": "sample", "namespace_id": "{lab.project["id"]}", "selection": {{"all": true}},'
        ' "file_formats": ["text"]}'
    )
    assert answer(host, "POST", "/api/v1/exports", ana, body)["statusCode"] == 202
    (listed,) = expect_status(ana.get("/exports"), 200)["items"]
    export = record.find(listed["id"])
    assert export is not None
    assert announcements.page_of(export) == f"{url}/exports/{export.id}"
    monkeypatch.setenv("PUBLIC_URL", "https://moved.example.org/")
    settings.cache_clear()
    assert announcements.page_of(export) == f"https://moved.example.org/exports/{export.id}"
