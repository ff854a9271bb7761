"""An HTTP proxy in front of an S3 server that injects the faults of networks and busy servers."""

import http.client
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Request:
    """A request as a rule sees it; `operation` is S3's name of it where tests need it, `copied` the copy source."""

    path: str
    operation: str
    copied: str


@dataclass(frozen=True)
class Fault:
    """The fault: an error response (S3's error of this code) instead of the server's, a stall before it, a cut
    connection before or after it, or a `late` response. `when_done` is called once the server has responded."""

    status: int | None = None
    code: str = "SlowDown"
    message: str = "Injected by the test."
    stall: float = 0
    late: float = 0
    when_done: Callable[[], None] = lambda: None
    cut: str = ""  # "before": the server never receives it; "after": its response is lost


PASS = Fault()
Rule = Callable[[Request], Fault]


def operation_of(method: str, path: str, headers: "Message[str, str]") -> str:
    if method == "PUT" and "partNumber=" in path:
        return "UploadPartCopy" if "x-amz-copy-source" in headers else "UploadPart"
    if method == "POST" and "uploadId=" in path:
        return "CompleteMultipartUpload"
    return {"GET": "GetObject", "HEAD": "HeadObject"}.get(method, method)


class _Handler(BaseHTTPRequestHandler):
    """Forwards requests, or does to them what the server's rule says."""

    protocol_version = "HTTP/1.1"
    server: "_Server"

    def answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if len(body) < length:  # the client was killed while it sent: the server never receives it
            self.close_connection = True
            return
        operation = operation_of(self.command, self.path, self.headers)
        fault = self.server.rule(Request(self.path, operation, self.headers.get("x-amz-copy-source", "")))
        time.sleep(fault.stall)
        if fault.cut == "before":
            self.close_connection = True
        elif fault.status is not None:
            error = f"<Error><Code>{fault.code}</Code><Message>{fault.message}</Message></Error>"
            self.reply(fault.status, [], error.encode())
        else:
            self.forward(body, fault)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = answer  # noqa: N815

    def forward(self, body: bytes, fault: Fault) -> None:
        sent = {name: value for name, value in self.headers.items() if name.lower() != "expect"}
        with closing(http.client.HTTPConnection(self.server.target, timeout=120)) as connection:
            connection.request(self.command, self.path, body or None, sent)
            response = connection.getresponse()
            data = response.read()
        fault.when_done()
        time.sleep(fault.late)
        if fault.cut == "after":
            self.close_connection = True
            return
        hop_by_hop = {"transfer-encoding", "connection"}
        headers = [header for header in response.getheaders() if header[0].lower() not in hop_by_hop]
        self.reply(response.status, headers, data)

    def reply(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        if not any(name.lower() == "content-length" for name, _ in headers):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """No log."""


class _Server(ThreadingHTTPServer):
    request_queue_size = 256

    def __init__(self, target: str, rule: Rule) -> None:
        self.target, self.rule = target, rule
        super().__init__((HOST, 0), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed is no error of the proxy."""


@contextmanager
def faulty_proxy(endpoint: str, rule: Rule) -> Iterator[str]:
    """Its endpoint. `rule` is called for each request, from many threads."""
    server = _Server(endpoint.removeprefix("http://"), rule)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
