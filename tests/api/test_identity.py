import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from chalice.test import Client
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from infra.local.issuer import Issuer
from tests.harness import Person

OPEN = {("GET", "/api/v1/health"), ("GET", "/api/v1/sign-in"), ("GET", "/api/v1/openapi.json")}


def claims(signer: Issuer, **changes: Any) -> dict[str, Any]:
    now = int(time.time())
    good = {"iss": signer.url, "aud": "seqport", "sub": "s", "email": "x@example.org", "iat": now, "exp": now + 60}
    return {key: value for key, value in {**good, **changes}.items() if value is not None}


def signed(signer: Issuer, **changes: Any) -> str:
    return jwt.encode(claims(signer, **changes), signer.key, algorithm="RS256", headers={"kid": signer.key_id})


def with_public_key_as_secret(signer: Issuer) -> str:
    pem = signer.key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    head = jwt.utils.base64url_encode(json.dumps({"alg": "HS256", "typ": "JWT", "kid": signer.key_id}).encode())
    body = jwt.utils.base64url_encode(json.dumps(claims(signer)).encode())
    algorithm = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    signature = algorithm.sign(head + b"." + body, pem)
    return b".".join((head, body, jwt.utils.base64url_encode(signature))).decode()


def forged(signer: Issuer) -> str:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return jwt.encode(claims(signer), other, algorithm="RS256", headers={"kid": signer.key_id})


BAD: dict[str, Callable[[Issuer], str | None]] = {
    "missing": lambda _: None,
    "no token at all": lambda _: "x",
    "forged": forged,
    "expired": lambda signer: signed(signer, exp=int(time.time()) - 3600),
    "not yet valid": lambda signer: signed(signer, nbf=int(time.time()) + 3600),
    "never expiring": lambda signer: signed(signer, exp=None),
    "alg none": lambda signer: jwt.encode(claims(signer), "", algorithm="none", headers={"kid": signer.key_id}),
    "HS256 with the public key": with_public_key_as_secret,
    "wrong audience": lambda signer: signed(signer, aud="somebody-else"),
    "wrong issuer": lambda signer: signed(signer, iss="https://elsewhere.example.org"),
    "an unknown personal access token": lambda _: f"seqport_pat_{'x' * 43}",
    "unknown key": lambda signer: jwt.encode(claims(signer), signer.key, algorithm="RS256", headers={"kid": "other"}),
}


@pytest.mark.parametrize("kind", BAD)
def test_every_route_but_the_public_ones_refuses_a_token_that_is(kind: str, client: Client, signer: Issuer) -> None:
    from app import app

    person = Person(client, BAD[kind](signer))
    checked = 0
    for path, methods in app.routes.items():
        for method in methods:
            if (method, path) in OPEN or not path.startswith("/api/v1/"):  # the pages are open: they hold nothing
                continue
            filled = path.replace("{", "").replace("}", "").removeprefix("/api/v1")
            assert person.call(method, filled).status == 401, (method, path)
            checked += 1
    assert checked > 20


def test_views_require_an_identity_even_behind_the_gateway(client: Client) -> None:
    from app import app

    event = {
        "requestContext": {"resourcePath": "/api/v1/me", "httpMethod": "GET", "identity": {}},
        "pathParameters": None,
        "multiValueQueryStringParameters": None,
        "headers": {"Authorization": "Bearer x"},
        "body": None,
        "stageVariables": None,
        "isBase64Encoded": False,
    }
    answer = app(event, None)
    assert answer["statusCode"] == 401
    assert json.loads(answer["body"])["type"].endswith("/unauthorized")


def test_me_is_the_user_of_the_token_and_keeps_the_language(sign_in: Callable[..., Person]) -> None:
    ana = sign_in("ana.lopez@example.org", "fr")
    me = ana.get("/me").body
    assert {**me, "id": ""} == {
        "id": "", "email": "ana.lopez@example.org", "first_name": "Ana", "last_name": "Lopez", "locale": "fr",
        "email_failure": None,
        "joined": [],
    }  # fmt: skip
    assert ana.call("PATCH", "/me", {"locale": "en"}).body["locale"] == "en"
    assert ana.get("/me").body == {**me, "locale": "en"}
    assert ana.call("PATCH", "/me", {"locale": "de"}).status == 422


def test_health_and_sign_in_settings_are_public(client: Client, signer: Issuer) -> None:
    nobody = Person(client, None)
    assert nobody.get("/health").body["status"] == "ok"
    result = nobody.get("/sign-in").body
    assert result == {
        "issuer": signer.url,
        "client_id": "seqport",
        "scope": "openid email profile",
        "authorization_endpoint": None,
        "token_endpoint": None,
        "end_session_endpoint": None,
    }


CLAIMS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {}),
    ({"email": None}, {}),
    ({"email": None, "given_name": None, "family_name": None, "locale": None}, {}),
    ({"given_name": "", "family_name": ""}, {}),
    ({"email": "New@example.org"}, {"email": "new@example.org"}),
    ({"email": "new@example.org", "email_verified": True}, {"email": "new@example.org"}),
    ({"email": "new@example.org", "email_verified": "true"}, {"email": "new@example.org"}),
    ({"email": "new@example.org", "email_verified": False}, {}),
    ({"email": "new@example.org", "email_verified": "false"}, {}),
    ({"given_name": "Anna"}, {"first_name": "Anna"}),
    ({"locale": "en"}, {}),  # the language that is known stays
]


@pytest.mark.parametrize(("later", "changes"), CLAIMS)
def test_a_later_token_updates_its_claims_and_erases_nothing(
    client: Client, signer: Issuer, later: dict[str, Any], changes: dict[str, Any]
) -> None:
    full = {"sub": "one", "email": "ana@example.org", "given_name": "Ana", "family_name": "Lopez", "locale": "fr-CA"}
    first = Person(client, signed(signer, **full)).get("/me").body
    assert {**first, "id": ""} == {
        "id": "", "email": "ana@example.org", "first_name": "Ana", "last_name": "Lopez", "locale": "fr",
        "email_failure": None,
        "joined": [],
    }  # fmt: skip
    token = signed(signer, **{**full, **later})
    for _ in range(2):
        assert Person(client, token).get("/me").body == {**first, **changes}


def test_unverified_address_is_not_found(client: Client, signer: Issuer) -> None:
    thief = Person(client, signed(signer, sub="thief", email="victim@example.org", email_verified=False))
    assert thief.get("/me").body["email"] == ""
    made = thief.post("/groups", {"name": "G", "path": "g"})
    assert made.status == 201
    assert thief.get("/users?email=victim@example.org").body["items"] == []


LOCALES = [
    (None, None),
    ("", None),
    ("fr", "fr"),
    ("fr_CA", "fr"),
    ("FR-ca", "fr"),
    ("en-GB", "en"),
    ("de", None),
    ("french", None),
]


@pytest.mark.parametrize(("claim", "locale"), LOCALES)
def test_a_language_is_known_once_the_issuer_or_the_user_sets_it(
    client: Client, signer: Issuer, claim: str | None, locale: str | None
) -> None:
    person = Person(client, signed(signer, locale=claim))
    assert person.get("/me").body["locale"] == locale
    assert person.call("PATCH", "/me", {"locale": "fr"}).body["locale"] == "fr"
    assert person.get("/me").body["locale"] == "fr"
