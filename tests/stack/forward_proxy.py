"""A forward proxy (HTTP_PROXY) that treats the traffic of a client as bad networks do."""

import http.client
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

HOST = "127.0.0.1"
_BLOCK = 1 << 16
_HOP_BY_HOP = {"connection", "proxy-connection", "keep-alive", "transfer-encoding"}


@dataclass
class Network:
    """What happens to responses from `store` (host:port); all else passes. The next `cuts` responses break after
    `cut_after` bytes; a link stops working after `link_bytes`; `pause` seconds pass between blocks of 64 KiB."""

    store: str
    cuts: int = 0
    cut_after: int = 4 << 20
    link_bytes: int | None = None
    pause: float = 0
    on_bytes: Callable[[int], object] = lambda _total: None
    sent: int = 0
    by_link: dict[str, int] = field(default_factory=dict)
    lock: Any = field(default_factory=threading.Lock)

    def takes_cut(self) -> bool:
        """Is the next response cut?"""
        with self.lock:
            is_cut = self.cuts > 0
            self.cuts -= is_cut
            return is_cut

    def has_expired(self, link: str) -> bool:
        """Was as much sent through a link as it allows?"""
        return self.link_bytes is not None and self.by_link.get(link, 0) >= self.link_bytes

    def count(self, link: str, amount: int) -> None:
        """So many more bytes of content were sent."""
        with self.lock:
            self.sent += amount
            self.by_link[link] = self.by_link.get(link, 0) + amount
            total = self.sent
        self.on_bytes(total)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "_Server"

    def _forward(self) -> None:
        network, parts = self.server.network, urlsplit(self.path)
        is_download = parts.netloc == network.store and self.command == "GET"
        if is_download and network.has_expired(self.path):
            self.send_response(403)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP}
        with closing(http.client.HTTPConnection(parts.netloc, timeout=120)) as connection:
            connection.request(self.command, f"{parts.path}?{parts.query}".rstrip("?"), body or None, headers)
            response = connection.getresponse()
            self.send_response_only(response.status)
            for name, value in response.getheaders():
                if name.lower() not in _HOP_BY_HOP:
                    self.send_header(name, value)
            self.end_headers()
            if not is_download:
                self.wfile.write(response.read())
                return
            remaining = network.cut_after if network.takes_cut() else None
            while block := response.read(_BLOCK if remaining is None else min(_BLOCK, remaining)):
                self.wfile.write(block)
                network.count(self.path, len(block))
                time.sleep(network.pause)
                if remaining is not None:
                    remaining -= len(block)
            if remaining is not None:
                self.close_connection = True

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _forward  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, network: Network) -> None:
        super().__init__((HOST, 0), _Handler)
        self.network = network

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed is no error of the proxy."""


@contextmanager
def forwarding(network: Network) -> Iterator[str]:
    """The proxy's address."""
    with _Server(network) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield f"http://{HOST}:{server.server_port}"
        finally:
            server.shutdown()
            thread.join(5)
