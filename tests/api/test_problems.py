"""Problems as users meet them: in their language, with every violation and its place; never a 500."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from tests.harness import Person, expect_status

SignIn = Callable[..., Person]


@pytest.fixture
def ana(sign_in: SignIn) -> Person:
    return sign_in("ana@example.org")


@pytest.fixture
def project(ana: Person) -> str:
    group = expect_status(ana.post("/groups", {"name": "G", "path": "g"}))
    identity: str = expect_status(ana.post("/projects", {"name": "P", "path": "p", "group_id": group["id"]}))["id"]
    return identity


def test_problems_are_in_the_requested_language_or_the_users(ana: Person, sign_in: SignIn) -> None:
    body = {"name": "", "path": "a b", "colour": 1}
    english = ana.call("POST", "/groups", body)
    assert english.status == 422
    assert english.headers["Content-Type"] == "application/problem+json"
    assert english.headers["Content-Language"] == "en"
    french = ana.call("POST", "/groups", body, **{"Accept-Language": "fr-CA, en;q=0.5"})
    assert french.headers["Content-Language"] == "fr"
    assert french.body["type"] == english.body["type"]
    assert french.body["title"] == "Requête non valide"
    assert french.body["detail"] == "La requête contient 3 erreurs."
    assert {error["pointer"]: error["detail"] for error in french.body["errors"]} == {
        "/name": "Doit comporter au moins 1 caractères.",
        "/path": "Contient des caractères non autorisés ici.",
        "/colour": "Champ inconnu.",
    }
    fleur = sign_in("fleur@example.org", "fr")
    assert fleur.get("/namespaces/x").body["title"] == "Introuvable"
    assert fleur.call("GET", "/namespaces/x", **{"Accept-Language": "en"}).body["title"] == "Not found"
    assert fleur.call("GET", "/namespaces/x", **{"Accept-Language": "de"}).body["title"] == "Introuvable"


def test_errors_of_chalice_are_problems_too(ana: Person) -> None:
    method = ana.call("PUT", "/groups", {})
    assert (method.status, method.body["type"].rsplit("/", 1)[1]) == (405, "method-not-allowed")
    assert "GET" in method.headers["Allow"]
    content = ana.call("POST", "/groups", b"<a/>", **{"Content-Type": "text/xml"})
    assert (content.status, content.body["type"].rsplit("/", 1)[1]) == (400, "content-type")


def test_no_body_causes_an_internal_error(ana: Person) -> None:
    bodies = [
        b"", b"{", b"\xff", b'{"name": NaN}', b"[" * 100_000, b'{"a":' * 50_000, b"null", b"[]", b'"x"', b"1e999",
        b'{"name": "\\ud800", "path": "p"}', b'{"name": "a", "name": 1, "path": "p"}',
    ]  # fmt: skip
    assert {raw[:40]: ana.call("POST", "/groups", raw).status for raw in bodies}.items() <= {
        (raw[:40], status) for raw in bodies for status in (400, 422)
    }


def test_invalid_metadata_is_reported_with_its_pointer(ana: Person, project: str) -> None:
    cases: list[tuple[Any, str]] = [
        ({"a": True}, "/metadata/a"),
        ({"a": [1]}, "/metadata/a"),
        ({"a": {"b": {}}}, "/metadata/a"),
        ({"a": 10**15}, "/metadata/a"),
        ({"a": "x" * 32_768}, "/metadata/a"),
        ({"a": "\ud800"}, "/metadata/a"),
        ({"": 1}, "/metadata/"),
        ({"x" * 256: 1}, f"/metadata/{'x' * 256}"),
        ({"a/b~": True}, "/metadata/a~1b~0"),
        ({"A": "x", "a": "y"}, "/metadata/a"),
        ({"a": 1, " A\u00a0": None}, "/metadata/ A\u00a0"),
        ({"date de re\u0301ception": 1, "date de réception": 2}, "/metadata/date de réception"),
        ({"\u200b": 1}, "/metadata/\u200b"),
        ({"Sample Name": 1}, "/metadata/Sample Name"),
        ({"a": "Montr\ufffdal"}, "/metadata/a"),
        ({f"f{i}": "x" * 32_000 for i in range(10)}, "/metadata"),
    ]
    for metadata, pointer in cases:
        answer = ana.post(f"/projects/{project}/samples", {"name": "S", "metadata": metadata})
        assert (answer.status, [violation["pointer"] for violation in answer.body["errors"]]) == (422, [pointer])


def test_metadata_comes_back_as_it_was_given(ana: Person, project: str) -> None:
    for value in ("x" * 32_767, -(10**15) + 1, 1e300, 0.1, "é\u202e😀", "=1+1", ""):
        sample = expect_status(ana.post(f"/projects/{project}/samples", {"name": "S", "metadata": {"A b": value}}))
        assert expect_status(ana.get(f"/samples/{sample['id']}"), 200)["metadata"] == {"a b": value}


def test_malformed_id_is_not_found(ana: Person) -> None:
    for identity in ("x" * 256, "x" * 5000, "%2F", "..", "%00", "%F0%9F%98%80" * 20, "INXT_SAM_"):
        for route in ("/namespaces/{}", "/samples/{}", "/files/{}/upload", "/exports/{}", "/exports/{}/events"):
            assert ana.get(route.format(identity)).status == 404, (route, identity[:20])


def test_invalid_parameter_is_reported(ana: Person, project: str) -> None:
    for parameters in ("limit=1&q=" + "x" * 1001, "cursor=" + "A" * 5000, "cursor=%F0%9F%98%80", "cursor=",
                       "cursor=AAAAAAAAAAAAAAAA", "sort=-", "limit=%D9%A1", "limit=1e2", "limit="):  # fmt: skip
        answer = ana.get(f"/namespaces/{project}/samples?{parameters}")
        assert (answer.status, answer.headers["Content-Type"]) == (400, "application/problem+json"), parameters[:30]


def test_every_search_gets_a_response(ana: Person, project: str) -> None:
    name = "Straße İstanbul 😀 %"
    puid = expect_status(ana.post(f"/projects/{project}/samples", {"name": name}))["puid"]
    searches = {
        "\x00": 0, "x" * 1000: 0, "%": 0, "*": 0, "😀": 0, "ß": 0, "STRASSE": 1, "straß": 1, "İS": 1, "istanbul": 1,
        "INXT_": 1, "inxt_sam_": 1, puid.lower()[:14]: 1, "inxt_prj_": 0, "\U0010ffff": 0, "": 1, "Straße İ": 1,
    }  # fmt: skip
    found = {q: ana.get(f"/namespaces/{project}/samples?q={quote(q)}").body["total"] for q in searches}
    assert found == searches
