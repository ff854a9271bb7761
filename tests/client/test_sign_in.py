"""Signing in at issuers that behave as the RFCs say."""

import base64
import hashlib
import json
import threading
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any, cast
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest
from seqport import errors, sign_in
from seqport.cli.sign_in import server_of

from tests.client.json_server import Answer, JsonServer, Seen, answering

STOP = threading.Event()


def settings(url: str, **changes: Any) -> Any:
    return {
        "issuer": url,
        "client_id": "pages",
        "scope": "openid",
        "authorization_endpoint": f"{url}/authorize",
        "token_endpoint": f"{url}/token",
        "end_session_endpoint": None,
        **changes,
    }


class Browser:
    """Follows the address at once, as somebody who is signed in at the issuer: with a code, or `changes`."""

    def __init__(self, **changes: str) -> None:
        self.changes, self.opened = changes, dict[str, str]()

    def __call__(self, url: str) -> None:
        self.opened = dict(parse_qsl(urlsplit(url).query))
        back = {"code": "c1", "state": self.opened["state"], **self.changes}
        query = urlencode({name: value for name, value in back.items() if value})
        # The port is bound, so that the request waits until it is served.
        threading.Thread(target=urllib.request.urlopen, args=(f"{self.opened['redirect_uri']}?{query}",)).start()


def token_server(seen: Seen) -> Answer:
    form = {name: values[0] for name, values in parse_qs(seen.body.decode()).items()}
    assert (form["grant_type"], form["code"], form["client_id"]) == ("authorization_code", "c1", "pages")
    assert form["redirect_uri"] == sign_in.REDIRECT_URI
    return Answer({"access_token": form["code_verifier"], "id_token": "not this one"})


def test_browser_sign_in_uses_pkce() -> None:
    browser = Browser()
    with answering(token_server) as issuer:
        verifier = sign_in.by_browser(settings(issuer.url), browser, STOP)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    assert (browser.opened["code_challenge"], browser.opened["code_challenge_method"]) == (challenge, "S256")


def test_answer_of_another_sign_in_is_refused() -> None:
    with answering(token_server) as issuer, pytest.raises(errors.SeqportError, match="another sign-in"):
        sign_in.by_browser(settings(issuer.url), Browser(state="other"), STOP)
    assert issuer.seen == [], "no code was exchanged"


def test_refusal_of_the_issuer_is_shown() -> None:
    browser = Browser(code="", error="access_denied", error_description="You may not.")
    with answering(token_server) as issuer, pytest.raises(errors.SeqportError, match=r"You may not\."):
        sign_in.by_browser(settings(issuer.url), browser, STOP)


def test_server_without_sign_in_page_says_what_to_do() -> None:
    with pytest.raises(errors.SeqportError, match="--token"):
        sign_in.by_browser(settings("http://127.0.0.1:1", authorization_endpoint=None), Browser(), STOP)


def device_issuer(*answers: Answer) -> Callable[[Seen], Answer]:
    waiting = iter(answers)

    def answer(seen: Seen) -> Answer:
        base = f"http://{seen.headers['host']}"
        if seen.path == "/.well-known/openid-configuration":
            return Answer({"device_authorization_endpoint": f"{base}/device", "token_endpoint": f"{base}/token"})
        if seen.path == "/device":
            return Answer({
                "device_code": "d1", "user_code": "WDJB-MJHT", "verification_uri": f"{base}/activate",
                "expires_in": 60, "interval": 0,
            })  # fmt: skip
        form = parse_qs(seen.body.decode())
        assert form["device_code"] == ["d1"]
        return next(waiting)

    return answer


PENDING = Answer({"error": "authorization_pending"}, 400)


def test_device_sign_in_waits_for_the_user() -> None:
    shown: list[sign_in.DeviceCode] = []
    answer = device_issuer(PENDING, PENDING, Answer({"access_token": "a1"}))
    with answering(answer) as issuer:
        assert sign_in.by_device(settings(issuer.url), shown.append, STOP) == "a1"
    assert shown == [sign_in.DeviceCode(f"{issuer.url}/activate", "WDJB-MJHT")]


def test_denied_device_sign_in_is_shown() -> None:
    answer = device_issuer(PENDING, Answer({"error": "access_denied"}, 400))
    with answering(answer) as issuer, pytest.raises(errors.SeqportError, match="access_denied"):
        sign_in.by_device(settings(issuer.url), lambda _code: None, STOP)


def test_issuer_without_device_codes_says_what_to_do() -> None:
    with answering(lambda _: Answer({})) as issuer, pytest.raises(errors.SeqportError, match="no sign-in by code"):
        sign_in.by_device(settings(issuer.url), lambda _code: None, STOP)


@pytest.fixture
def api() -> Iterator[JsonServer]:
    with answering(lambda seen: Answer({"id": "t1", "token": "pat", **json.loads(seen.body)}, 201)) as server:
        yield server


def test_access_token_is_exchanged_for_a_personal_one(api: JsonServer) -> None:
    made = cast("dict[str, Any]", sign_in.personal_access_token(api.url, "a1"))
    assert made["token"] == "pat"
    assert made["scopes"] == ["read", "export", "catalog"]
    assert api.seen[0].headers["authorization"] == "Bearer a1"


@pytest.mark.parametrize("stage", ["", "/live"])
@pytest.mark.parametrize("page", ["", "/", "/projects", "/projects/P/samples"])
def test_server_is_found_from_any_of_its_pages(stage: str, page: str) -> None:
    def answer(seen: Seen) -> Answer:
        is_api = seen.path == f"{stage}/api/v1/health"
        return Answer({"status": "ok", "version": "1"}) if is_api else Answer({"message": "Forbidden"}, 403)

    with answering(answer) as server:
        assert server_of(f"{server.url}{stage}{page}") == f"{server.url}{stage}"


@pytest.mark.parametrize("url", ["ftp://seqport.example.org", "https://", "http://seqport.example.org"])
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(errors.UsageError):
        server_of(url)
