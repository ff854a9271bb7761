"""Signing in at the server's issuer: authorization code with PKCE on a loopback port (RFC 6749, 7636, 8252), or device
code (RFC 8628). The access token is exchanged for a personal access token, which outlives it and can be revoked."""

from __future__ import annotations

import base64
import hashlib
import http.server
import json
import secrets
import socket
import threading
import time
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import urllib3

from seqport import errors
from seqport.messages import language
from seqport.messages import translate as _
from seqport.operations import Operations
from seqport.transport import Transport, connection_pool

if TYPE_CHECKING:
    from seqport.models import SignIn, TokenWithSecret

# The redirect URI that is registered with issuers; docs/issuers.md.
LOOPBACK_PORT = 47811
REDIRECT_URI = f"http://localhost:{LOOPBACK_PORT}/signed-in"
TOKEN_DAYS = 90
_DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_WAIT_SECONDS = 300


@dataclass(frozen=True)
class DeviceCode:
    """What the user enters, and where."""

    url: str
    user_code: str


def personal_access_token(url: str, access_token: str, now: datetime | None = None) -> TokenWithSecret:
    """A new personal access token for this computer, valid for 90 days, with all scopes."""
    expires = (now or datetime.now(timezone.utc)) + timedelta(days=TOKEN_DAYS)
    return Operations(Transport(url, access_token)).create_token(
        {
            "name": f"seqport, {socket.gethostname()}"[:100],
            "scopes": ["read", "export", "catalog"],
            "expires_at": expires.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
    )


def by_browser(settings: SignIn, open_browser: Callable[[str], object], stop: threading.Event) -> str:
    """The access token after the user signed in in a browser on this computer. Raises LocalFiles if the port is in use,
    SeqportError if the issuer refuses."""
    authorize, token = settings["authorization_endpoint"], settings["token_endpoint"]
    if authorize is None or token is None:
        raise errors.SeqportError(
            _("This server has no page to sign in."), hint=_("Use a personal access token: seqport login URL --token")
        )
    verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    query = {
        "response_type": "code",
        "client_id": settings["client_id"],
        "redirect_uri": REDIRECT_URI,
        "scope": settings["scope"],
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        "ui_locales": language(),
    }
    with _Redirect() as redirect:
        open_browser(f"{authorize}?{urllib.parse.urlencode(query)}")
        answer = redirect.wait(stop)
    if answer.get("state") != state:
        raise errors.SeqportError(_("The answer of the issuer belongs to another sign-in."), hint=_("Sign in again."))
    if "code" not in answer:
        raise errors.SeqportError(
            _("The issuer refuses to sign you in: {reason}.").format(
                reason=answer.get("error_description") or answer.get("error", "")
            )
        )
    form = {
        "grant_type": "authorization_code",
        "client_id": settings["client_id"],
        "code": answer["code"],
        "redirect_uri": REDIRECT_URI,
        "code_verifier": verifier,
    }
    return _access_token(_post_form(token, form))


def by_device(settings: SignIn, show: Callable[[DeviceCode], None], stop: threading.Event) -> str:
    """The access token after the user entered a code on another device. Raises SeqportError if the issuer does not
    offer this or refuses."""
    discovery = _discovery(settings["issuer"])
    endpoint, token = discovery.get("device_authorization_endpoint"), discovery.get("token_endpoint")
    if not endpoint or not token:
        raise errors.SeqportError(
            _("This server's issuer offers no sign-in by code."),
            hint=_("Sign in in a browser, or use a personal access token: seqport login URL --token"),
        )
    status, started = _post_form(endpoint, {"client_id": settings["client_id"], "scope": settings["scope"]})
    if status != 200:
        raise _refused(started)
    show(DeviceCode(started.get("verification_uri_complete") or started["verification_uri"], started["user_code"]))
    pause, until = float(started.get("interval", 5)), time.monotonic() + float(started["expires_in"])
    form = {"grant_type": _DEVICE_GRANT, "client_id": settings["client_id"], "device_code": started["device_code"]}
    while time.monotonic() < until:
        if stop.wait(pause):
            raise errors.Interrupted(_("Interrupted."))
        status, answer = _post_form(token, form)
        if answer.get("error") == "slow_down":
            pause += 5
        elif answer.get("error") != "authorization_pending":
            return _access_token((status, answer))
    raise errors.SeqportError(_("The code has expired."), hint=_("Sign in again."))


def _discovery(issuer: str) -> Mapping[str, Any]:
    url = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    try:
        response = connection_pool(url).request("GET", url)
        found = json.loads(response.data) if response.status == 200 else {}
    except (urllib3.exceptions.HTTPError, ValueError) as error:
        raise errors.Unreachable(_("{url} does not respond.").format(url=url)) from error
    return found if isinstance(found, dict) else {}


def _post_form(url: str, form: Mapping[str, str]) -> tuple[int, Mapping[str, Any]]:
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    try:
        response = connection_pool(url).request("POST", url, body=urllib.parse.urlencode(form), headers=headers)
        answer = json.loads(response.data)
    except (urllib3.exceptions.HTTPError, ValueError) as error:
        raise errors.Unreachable(_("{url} does not respond.").format(url=url)) from error
    return response.status, answer if isinstance(answer, dict) else {}


def _access_token(answer: tuple[int, Mapping[str, Any]]) -> str:
    status, document = answer
    if status != 200 or "access_token" not in document:
        raise _refused(document)
    return str(document["access_token"])


def _refused(document: Mapping[str, Any]) -> errors.SeqportError:
    reason = document.get("error_description") or document.get("error") or document.get("detail") or ""
    return errors.SeqportError(_("The issuer refuses to sign you in: {reason}.").format(reason=str(reason).rstrip(".")))


class _Redirect:
    """Waits on the loopback port for the browser to come back."""

    def __init__(self) -> None:
        self._answers: list[Mapping[str, str]] = []
        self._arrived = threading.Event()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                target = urllib.parse.urlsplit(self.path)
                if target.path != "/signed-in":
                    self.send_error(404)
                    return
                body = _("You are signed in. You can close this page.").encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                outer._answers.append(dict(urllib.parse.parse_qsl(target.query)))
                outer._arrived.set()

            def log_message(self, format: str, *args: Any) -> None:
                """Nothing: the code is in the URL."""

        try:
            self._server = http.server.HTTPServer(("127.0.0.1", LOOPBACK_PORT), Handler)
        except OSError as error:
            raise errors.LocalFiles(
                _("Port {port} of this computer is in use.").format(port=LOOPBACK_PORT),
                hint=_("Stop the program that uses it, or use --device or --token."),
            ) from error
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> _Redirect:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def wait(self, stop: threading.Event) -> Mapping[str, str]:
        """The parameters of the redirect."""
        until = time.monotonic() + _WAIT_SECONDS
        while not self._arrived.wait(0.1):
            if stop.is_set():
                raise errors.Interrupted(_("Interrupted."))
            if time.monotonic() > until:
                raise errors.SeqportError(_("Nobody signed in within five minutes."), hint=_("Sign in again."))
        return self._answers[0]
