"""An object store with one object, on a loopback port: range requests, and the failures that networks have."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zlib import crc32

HOST = "127.0.0.1"
_RANGE = re.compile(r"bytes=(\d+)-(\d+)")


@dataclass
class ObjectServer:
    """Serves `content`. The next `cuts` responses break after `cut_after` bytes; links work from `valid_from`."""

    content: bytes
    filename: str = "export.zip"
    cuts: int = 0
    cut_after: int = 1 << 20
    valid_from: int = 1
    etag: str = '"1"'
    on_request: Callable[[int], object] = lambda _number: None
    sent: int = 0
    requests: int = 0
    links: int = 0
    _lock: Any = field(default_factory=threading.Lock)
    url: str = ""

    def link(self) -> dict[str, Any]:
        """What the API's create_download_link returns."""
        with self._lock:
            self.links += 1
            return {
                "url": f"{self.url}/object?link={self.links}",
                "filename": self.filename,
                "size": len(self.content),
                "crc32": f"{crc32(self.content):08x}",
                "expires_at": "2026-11-30T12:00:00Z",
            }

    def _takes_cut(self) -> bool:
        with self._lock:
            self.requests += 1
            number = self.requests
        self.on_request(number)
        with self._lock:
            self.cuts -= self.cuts > 0
            return self.cuts > 0


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "_Server"

    def do_GET(self) -> None:
        store = self.server.store
        number = int(parse_qs(urlsplit(self.path).query)["link"][0])
        if number < store.valid_from:
            self.send_response(403)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        found = _RANGE.fullmatch(self.headers["Range"])
        assert found is not None
        start, end = int(found[1]), min(int(found[2]) + 1, len(store.content))
        is_cut = store._takes_cut()
        self.send_response(206)
        self.send_header("Content-Length", str(end - start))
        self.send_header("Content-Range", f"bytes {start}-{end - 1}/{len(store.content)}")
        self.send_header("ETag", store.etag)
        self.end_headers()
        body = store.content[start : min(end, start + store.cut_after) if is_cut else end]
        self.wfile.write(body)
        with store._lock:
            store.sent += len(body)
        if is_cut:
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, store: ObjectServer) -> None:
        super().__init__((HOST, 0), _Handler)
        self.store = store

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: clients that hang up are what is tested."""


@contextmanager
def serving(store: ObjectServer) -> Iterator[ObjectServer]:
    """Serve it until the block ends."""
    with _Server(store) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        store.url = f"http://{HOST}:{server.server_port}"
        try:
            yield store
        finally:
            server.shutdown()
            thread.join()
