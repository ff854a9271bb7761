"""A TCP proxy that limits the bytes per second in each direction, as a function's network does, and counts them.

`capped_link TARGET_PORT BYTES_PER_SECOND` prints its port; it ends with its standard input.
"""

import socket
import sys
import threading
import time
from contextlib import suppress

HOST = "127.0.0.1"


class Bucket:
    """One direction's tokens; 50 ms may be saved up."""

    def __init__(self, rate: float) -> None:
        self._rate, self._free_at = rate, time.monotonic()
        self._lock = threading.Lock()

    def take(self, count: int) -> None:
        with self._lock:
            now = time.monotonic()
            self._free_at = max(self._free_at, now - 0.05) + count / self._rate
            wait = self._free_at - now
        if wait > 0:
            time.sleep(wait)


def pump(source: socket.socket, sink: socket.socket, bucket: Bucket) -> None:
    with suppress(OSError):
        while data := source.recv(1 << 17):
            bucket.take(len(data))
            sink.sendall(data)
    for end in (source, sink):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def main() -> None:
    port, rate = int(sys.argv[1]), float(sys.argv[2])
    up, down = Bucket(rate), Bucket(rate)
    listener = socket.create_server((HOST, 0), backlog=256)
    print(listener.getsockname()[1], flush=True)

    def accept() -> None:
        while True:
            client, _ = listener.accept()
            server = socket.create_connection((HOST, port))
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=pump, args=(client, server, up), daemon=True).start()
            threading.Thread(target=pump, args=(server, client, down), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    main()
