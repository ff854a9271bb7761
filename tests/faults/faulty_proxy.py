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
class Do:
    """What happens: an answer instead of the server's (S3's error of this code), a stall before it, the connection cut
    before or after it, or an answer that comes `late`. `when_done` is called once the server has answered."""

    status: int | None = None
    code: str = "SlowDown"
    message: str = "As the test wants it."
    stall: float = 0
    late: float = 0
    when_done: Callable[[], None] = lambda: None
    cut: str = ""  # "before": the server never hears of it; "after": its answer is lost


PASS = Do()
Rule = Callable[[Request], Do]


def operation_of(method: str, path: str, headers: "Message[str, str]") -> str:
    if method == "PUT" and "partNumber=" in path:
        return "UploadPartCopy" if "x-amz-copy-source" in headers else "UploadPart"
    if method == "POST" and "uploadId=" in path:
        return "CompleteMultipartUpload"
    return {"GET": "GetObject", "HEAD": "HeadObject"}.get(method, method)


@contextmanager
def faulty_proxy(endpoint: str, rule: Rule) -> Iterator[str]:
    """Its endpoint. `rule` is asked for each request, from many threads."""
    server_host = endpoint.removeprefix("http://")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            if len(body) < length:  # the client was killed while it sent: the server never hears of it
                self.close_connection = True
                return
            operation = operation_of(self.command, self.path, self.headers)
            do = rule(Request(self.path, operation, self.headers.get("x-amz-copy-source", "")))
            time.sleep(do.stall)
            if do.cut == "before":
                self.close_connection = True
                return
            if do.status is not None:
                self.reply(
                    do.status, [], f"<Error><Code>{do.code}</Code><Message>{do.message}</Message></Error>".encode()
                )
                return
            sent = {name: value for name, value in self.headers.items() if name.lower() != "expect"}
            with closing(http.client.HTTPConnection(server_host, timeout=120)) as behind:
                behind.request(self.command, self.path, body or None, sent)
                got = behind.getresponse()
                data = got.read()
            do.when_done()
            time.sleep(do.late)
            if do.cut == "after":
                self.close_connection = True
                return
            kept = [
                header for header in got.getheaders() if header[0].lower() not in {"transfer-encoding", "connection"}
            ]
            self.reply(got.status, kept, data)

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = answer  # noqa: N815

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
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 256

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that was killed is no error of the proxy."""

    server = Server((HOST, 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
