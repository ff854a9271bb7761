"""The address of a client, directly at the gateway or through the stack's CloudFront distribution."""

from typing import Any

import pytest
from chalice.app import Request

from chalicelib.http.authentication import source_ip
from chalicelib.settings import PARAMETERS, Source, settings, settings_from

TOKEN, CLIENT, EDGE = "0f3a", "192.0.2.7", "198.51.100.1"


def request(sent_by: str, headers: dict[str, str]) -> Request:
    event: dict[str, Any] = {
        "requestContext": {"identity": {"sourceIp": sent_by}, "httpMethod": "GET", "resourcePath": "/"},
        "headers": headers,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "body": None,
        "isBase64Encoded": False,
        "stageVariables": None,
    }
    return Request(event)


@pytest.mark.parametrize(
    ("sent_by", "token", "forwarded", "expected"),
    [
        (EDGE, TOKEN, f"{CLIENT}, {EDGE}", CLIENT),
        (EDGE, TOKEN, f"203.0.113.9, {CLIENT}, {EDGE}", CLIENT),  # the first one is the client's own claim
        (EDGE, TOKEN, "", EDGE),
        (CLIENT, "guess", f"203.0.113.9, {CLIENT}", CLIENT),
        (CLIENT, "", f"203.0.113.9, {CLIENT}", CLIENT),
        ("", "", "", None),
    ],
)
def test_only_the_distribution_can_report_another_address(
    monkeypatch: pytest.MonkeyPatch, sent_by: str, token: str, forwarded: str, expected: str | None
) -> None:
    for setting in settings_from(Source.RESOURCE, *PARAMETERS):
        if setting.type is str and setting.name not in {"puid_prefix", "time_zone"}:
            monkeypatch.setenv(setting.name.upper(), setting.name)
    for configured, address in ((TOKEN, expected), ("", sent_by or None)):
        monkeypatch.setenv("ORIGIN_TOKEN", configured)
        settings.cache_clear()
        found = source_ip(request(sent_by, {"X-Origin-Token": token, "X-Forwarded-For": forwarded}))
        assert found == address
    settings.cache_clear()
