"""Access tokens as issuers make them, and what their UserInfo endpoints add."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
import pytest
from chalice.test import Client

from chalicelib.settings import settings
from infra.local.issuer import Issuer
from tests.harness import Person

API, PAGES = "https://seqport.example.org/api", "pages-client"
# Claims beside iss, iat and exp, by the issuers' documentation of access tokens; whether the token is accepted.
TOKENS: dict[str, tuple[dict[str, Any], bool]] = {
    "Cognito": (
        {"sub": "aaaa", "client_id": PAGES, "token_use": "access", "scope": "openid email", "username": "aaaa"}, True,
    ),
    "Cognito, client of the API's resource server": (
        {"sub": "aaaa", "client_id": "another", "token_use": "access", "scope": f"openid {API}/use"}, True,
    ),
    "Cognito, client of another resource server": (
        {"sub": "aaaa", "client_id": "another", "token_use": "access", "scope": f"openid {API}/v2/use {API} https://x/use"},
        False,
    ),
    "Cognito, neither client nor scope": ({"sub": "aaaa", "token_use": "access"}, False),
    "Entra, scope of the API in a token for another": ({"sub": "xV", "aud": "https://x", "scope": f"{API}/use"}, False),
    "Cognito, ID token": ({"sub": "aaaa", "aud": PAGES, "token_use": "id", "email": "a@example.org"}, False),
    "Entra": ({"sub": "xV", "aud": API, "azp": PAGES, "oid": "1", "scp": "access", "tid": "t", "ver": "2.0"}, True),
    "Entra, for Microsoft Graph": ({"sub": "xV", "aud": "00000003-0000-0000-c000-000000000000"}, False),
    "Okta": ({"sub": "ana@example.org", "aud": API, "cid": PAGES, "uid": "00u", "scp": ["openid"]}, True),
    "Auth0": ({"sub": "auth0|1", "aud": [API, "https://x.auth0.com/userinfo"], "azp": PAGES, "scope": "openid"}, True),
    "Auth0, ID token": ({"sub": "auth0|1", "aud": "other-client", "nonce": "n"}, False),
    "Keycloak": ({"sub": "k", "aud": [API, "account"], "azp": PAGES, "typ": "Bearer", "email": "a@example.org"}, True),
    "Keycloak, ID token": ({"sub": "k", "aud": API, "azp": PAGES, "typ": "ID", "email": "a@example.org"}, False),
}  # fmt: skip


def token(signer: Issuer, **claims: Any) -> str:
    now = int(time.time())
    document = {"iss": signer.url, "iat": now, "exp": now + 60, **claims}
    return jwt.encode(document, signer.key, algorithm="RS256", headers={"kid": signer.jwks()["keys"][0]["kid"]})


@contextmanager
def userinfo(responses: dict[str, tuple[int, Any]]) -> Iterator[tuple[str, list[str]]]:
    """A UserInfo endpoint that responds by bearer token; its URL, and the tokens that it was called with."""
    calls: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            calls.append(self.headers["Authorization"].removeprefix("Bearer "))
            status, document = responses[calls[-1]]
            body = document if isinstance(document, bytes) else json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/userinfo", calls
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def configure(monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()


@pytest.mark.parametrize("kind", TOKENS)
def test_access_tokens_for_this_api_are_accepted_and_no_others(
    kind: str, client: Client, signer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(monkeypatch, OIDC_AUDIENCE=f"{API} {PAGES}", OIDC_CLIENT_ID=PAGES, OIDC_SCOPE=f"openid {API}/use")
    claims, accepted = TOKENS[kind]
    assert Person(client, token(signer, **claims)).get("/me").status == (200 if accepted else 401)
    way = Person(client, None).get("/sign-in").body
    assert (way["client_id"], way["scope"]) == (PAGES, f"openid {API}/use")


def test_address_and_names_come_from_userinfo_where_the_token_has_none(
    client: Client, signer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = token(signer, sub="ana", aud="seqport")
    claims = {"sub": "ana", "email": "Ana@example.org", "given_name": "Ana", "family_name": "Lopez", "locale": "fr"}
    with userinfo({ana: (200, claims)}) as (url, calls):
        configure(monkeypatch, OIDC_USERINFO_ENDPOINT=url)
        for _ in range(2):
            me = Person(client, ana).get("/me").body
            assert (me["email"], me["first_name"], me["last_name"], me["locale"]) == (
                "ana@example.org", "Ana", "Lopez", "fr",
            )  # fmt: skip
    assert calls == [ana]


REFUSED: list[tuple[int, Any]] = [
    (200, {"sub": "another", "email": "a@example.org"}),
    (200, {"email": "a@example.org"}),
    (200, {"sub": "bob", "email": "a@example.org", "email_verified": False}),
    (200, [1]),
    (200, b"no json"),
    (200, b" " * 100_000 + b"{}"),
    (401, {"error": "invalid_token"}),
    (302, b""),
    (500, b""),
]


@pytest.mark.parametrize(("status", "document"), REFUSED)
def test_a_userinfo_response_that_can_t_be_used_changes_nothing_and_is_not_requested_again(
    client: Client, signer: Issuer, monkeypatch: pytest.MonkeyPatch, status: int, document: Any
) -> None:
    bob = token(signer, sub="bob", aud="seqport")
    with userinfo({bob: (status, document)}) as (url, calls):
        configure(monkeypatch, OIDC_USERINFO_ENDPOINT=url)
        for _ in range(2):
            me = Person(client, bob).get("/me")
            assert (me.status, me.body["email"]) == (200, "")
    assert calls == [bob]


def test_an_unreachable_userinfo_endpoint_refuses_nobody(
    client: Client, signer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(monkeypatch, OIDC_USERINFO_ENDPOINT="http://127.0.0.1:9/userinfo")
    assert Person(client, token(signer, sub="eve", aud="seqport")).get("/me").status == 200
