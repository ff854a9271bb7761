"""The front of the local stack: `/` is the deployed API's stage, `/local/…` exists only here."""

import gzip
import http.client
import json
import sys
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from chalicelib.http.problem_types import CONTENT_TYPE
from infra.demo.catalog import PEOPLE
from infra.gateway_responses import GATEWAY_RESPONSES, GatewayResponse
from infra.local import mailbox, sign_in
from infra.local.issuer import LASTS, SignInRefused
from infra.local.servers import HOST
from infra.local.wiring import Wiring

MAX_BODY = 10 * 1024 * 1024  # API Gateway's
# Longer than API Gateway's 29 s, because many functions that start at once are slow on a small machine.
_PATIENCE = 120
# The gateway compresses responses above the template's minimum; the emulator does not.
_COMPRESSED_FROM = 1400
# The emulator does not apply gateway responses: its own error types, and the response types that AWS would choose.
_REFUSALS = {
    "UnauthorizedException": "UNAUTHORIZED",
    "AccessDeniedException": "ACCESS_DENIED",
    "MissingAuthenticationTokenException": "MISSING_AUTHENTICATION_TOKEN",
    "RequestTooLargeException": "REQUEST_TOO_LARGE",
    "TooManyRequestsException": "THROTTLED",
}
_HOP_BY_HOP = {"connection", "keep-alive", "te", "trailers", "transfer-encoding", "upgrade", "proxy-authorization"}


class Handler(BaseHTTPRequestHandler):
    """One connection to the front."""

    protocol_version = "HTTP/1.1"
    server: "Front"
    wiring: ClassVar[Wiring]
    timeout = 75

    def _handle(self) -> None:
        host = (self.headers.get("Host") or "").rsplit(":", 1)[0]
        if host not in {HOST, "localhost"}:
            self._problem(421, "misdirected", "This server answers for 127.0.0.1 and localhost only.")
            return
        length = self.headers.get("Content-Length") or "0"
        if self.headers.get("Transfer-Encoding") or not length.isdigit():
            self.close_connection = True
            self._problem(411, "length-required", "Send the body with its Content-Length.")
            return
        if int(length) > MAX_BODY:
            self.close_connection = True
            self._problem(413, "too-large", f"A request may have {MAX_BODY} bytes.")
            return
        body = self.rfile.read(int(length))
        target = urlsplit(self.path)
        if host == "localhost" and self.command in {"GET", "HEAD"} and not target.path.startswith(("/api/", "/local/")):
            # The pages' sign-in goes to 127.0.0.1, which is another origin to a browser.
            self._send(307, {"Location": f"http://{HOST}:{self.server.server_port}{self.path}"}, b"")
        elif target.path.startswith("/local/"):
            self._local(target.path, parse_qs(target.query), body)
        else:
            self._forward(body)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _handle  # noqa: N815

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Errors of HTTP itself; for an unknown method, a problem."""
        if code == http.HTTPStatus.NOT_IMPLEMENTED:
            self.close_connection = True  # its body, if there is one, is not read
            self._problem(405, "method-not-allowed", "This method is not allowed here.")
        else:
            super().send_error(code, message, explain)

    def _local(self, path: str, query: Mapping[str, list[str]], body: bytes) -> None:
        wiring = self.wiring
        routes: dict[tuple[str, str], Callable[[], None]] = {
            ("GET", "/local/authorize"): lambda: self._authorize({name: values[-1] for name, values in query.items()}),
            ("POST", "/local/token"): lambda: self._token(body),
            ("GET", "/local/jwks.json"): lambda: self._json(200, wiring.issuer.jwks()),
            ("GET", "/local/.well-known/openid-configuration"): lambda: self._json(
                200, wiring.issuer.configuration(f"http://{self.headers['Host']}/local")
            ),
            ("GET", "/local/mail"): lambda: self._mail(query.get("to", [None])[0]),
            ("GET", "/local/info"): self._info,
        }
        route = routes.get((self.command, path))
        if route is None:
            known = any(path == other for _, other in routes)
            self._problem(405 if known else 404, "not-found", "There is no such route.")
        else:
            route()

    def _authorize(self, query: Mapping[str, str]) -> None:
        refusal = None
        if "email" in query:
            try:
                back = self.wiring.sign_in.authorize(query, f"http://{self.headers['Host']}")
            except SignInRefused as refused:
                refusal = str(refused)
            else:
                self._send(302, {"Location": back, "Cache-Control": "no-store"}, b"")
                return
        self._send(422 if refusal else 200, sign_in.PAGE_HEADERS, sign_in.page(query, PEOPLE.values(), refusal))

    def _token(self, body: bytes) -> None:
        """A token for an address (JSON), or for the code that the sign-in page gave (a form)."""
        form = (self.headers.get("Content-Type") or "").startswith("application/x-www-form-urlencoded")
        coded = {name: values[-1] for name, values in parse_qs(body.decode(errors="replace")).items()} if form else {}
        by_code = coded.get("grant_type") == "authorization_code"
        try:
            profile = {} if by_code else json.loads(body)
        except ValueError:
            self._problem(400, "malformed-json", "The body is not well-formed JSON.")
            return
        try:
            if by_code:
                token = self.wiring.sign_in.token(coded)
            else:
                token = self.wiring.issuer.token(profile if isinstance(profile, dict) else {})
        except SignInRefused as refusal:
            errors = [{"pointer": refusal.pointer, "detail": str(refusal)}]
            self._problem(422, "invalid", str(refusal), errors=errors)
        else:
            tokens = {"access_token": token, "id_token": self.wiring.issuer.id_token(token)}
            self._json(200, {**tokens, "token_type": "Bearer", "expires_in": LASTS})

    def _mail(self, to: str | None) -> None:
        mails = mailbox.read_mails(f"http://{HOST}:{self.wiring.emulator_port}", to)
        if "text/html" in (self.headers.get("Accept") or ""):
            self._send(200, {"Content-Type": "text/html; charset=utf-8"}, mailbox.as_page(mails))
        else:
            self._send(200, {"Content-Type": "application/json"}, mailbox.as_json(mails))

    def _info(self) -> None:
        if self.wiring.info is None:
            self._problem(503, "starting", f"Still waiting for {self.wiring.awaited}.")
        else:
            self._json(200, self.wiring.info)

    def _forward(self, body: bytes) -> None:
        if self.wiring.stage_path is None:
            self._problem(503, "starting", f"Still waiting for {self.wiring.awaited}.")
            return
        if self._is_rejected():
            return
        kept = self.wiring.kept.get(self.path) if self.command == "GET" else None
        if kept is not None:
            self._send(200, *kept)
            return
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP}
        headers["Connection"] = "close"
        connection = http.client.HTTPConnection(HOST, self.wiring.emulator_port, timeout=_PATIENCE)
        try:
            connection.request(self.command, self.wiring.stage_path + self.path, body, headers)
            answer = connection.getresponse()
            data = answer.read()
        except (OSError, http.client.HTTPException):
            self._problem(502, "bad-gateway", "The emulator behind this front does not answer.")
            return
        finally:
            connection.close()
        self._pass_on(answer, data)

    def _is_rejected(self) -> bool:
        """Answer a request whose token is none of our issuer's, as the gateway would after asking the authorizer: each
        rejection there ends one of the emulator's workers, and the next request would wait for another to start."""
        scheme, _, token = (self.headers.get("Authorization") or "").partition(" ")
        if scheme.lower() != "bearer" or token.count(".") != 2 or self.wiring.issuer.knows(token):
            return False
        self._gateway_response(GATEWAY_RESPONSES["UNAUTHORIZED"])
        return True

    def _gateway_response(self, response: GatewayResponse) -> None:
        headers = {"Content-Type": CONTENT_TYPE, **response.headers}
        self._send(response.status, headers, response.body.encode())

    def _pass_on(self, answer: http.client.HTTPResponse, data: bytes) -> None:
        kind = _REFUSALS.get(answer.getheader("x-amzn-ErrorType") or "")
        if kind is None and answer.status >= 500 and answer.getheader("Content-Type") != "application/problem+json":
            kind = "DEFAULT_5XX"
        if kind is not None:
            self._gateway_response(GATEWAY_RESPONSES[kind])
            return
        kept = {
            name: value
            for name, value in answer.getheaders()
            if name.lower() not in {*_HOP_BY_HOP, "content-length", "date"}
        }
        if self.command == "GET" and answer.status == 200 and "immutable" in (answer.getheader("Cache-Control") or ""):
            self.wiring.kept[self.path] = (kept, data)
        self._send(answer.status, kept, data)

    def _json(self, status: int, document: Mapping[str, Any]) -> None:
        self._send(status, {"Content-Type": "application/json"}, json.dumps(document).encode())

    def _problem(self, status: int, slug: str, detail: str, **more: Any) -> None:
        title = http.client.responses.get(status, "Error")
        kind = f"https://seqport.example.org/problems/{slug}"
        document = {"type": kind, "title": title, "status": status, "detail": detail, **more}
        headers = {"Content-Type": "application/problem+json"} | ({"Retry-After": "1"} if status == 503 else {})
        self._send(status, headers, json.dumps(document).encode())

    def _send(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        empty = status in (204, 304)
        if len(body) >= _COMPRESSED_FROM and "gzip" in (self.headers.get("Accept-Encoding") or ""):
            body = gzip.compress(body, 6, mtime=0)
            headers = {**headers, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if not empty:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD" and not empty:
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """No log: requests carry tokens, and the functions write their own logs."""


class Front(ThreadingHTTPServer):
    """The server on the public port. Raises OSError when the port is taken."""

    daemon_threads = True
    request_queue_size = 128
    allow_reuse_address = True

    def __init__(self, port: int, wiring: Wiring) -> None:
        super().__init__((HOST, port), type("WiredHandler", (Handler,), {"wiring": wiring}))
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore disconnects; report everything else."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)

    def start(self) -> None:
        """Serve in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """End the server and its thread."""
        if self._thread.is_alive():
            self.shutdown()
            self._thread.join(5)
        self.server_close()
