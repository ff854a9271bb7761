"""Reads ranges of an object in S3 through presigned URLs, across cut connections and expired links."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator

import urllib3

from seqport import errors
from seqport.messages import translate as _
from seqport.transfer.links import Links
from seqport.transfer.progress import Progress
from seqport.transfer.retries import TRANSIENT, Retries, require_running
from seqport.transport import USER_AGENT, connection_pool

CHUNK = 1 << 20
# S3 responds 403 to an expired signature, 400 to an expired session of the role that signed, 404 to a removed object.
_REJECTED = frozenset({400, 401, 403, 404})
_CONTENT_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


class ObjectReader:
    """The object that `links` lead to. Threads may share it; `stop` ends all reads with Interrupted."""

    def __init__(self, links: Links, progress: Progress, stop: threading.Event, etag: str | None = None) -> None:
        self.size: int = links.download["size"]
        self._links, self._progress, self._stop = links, progress, stop
        self._pool = connection_pool(links.download["url"])
        self._etag = etag  # that the object must have; by default that of the first response
        self._lock = threading.Lock()
        self.received = 0  # bytes of content, by all threads

    def read(self, start: int, end: int) -> Iterator[bytes]:
        """The bytes of [start, end), as they arrive. Raises Unreachable when the connection fails again and again,
        Corrupt for another object than before, and what renewing a link raises."""
        position, rejected = start, False
        retries = Retries(self._progress, self._stop)
        while position < end:
            link = self._links.current()
            problem: Exception | str
            try:
                response = self._pool.request(
                    "GET",
                    link.url,
                    headers={
                        "Range": f"bytes={position}-{end - 1}",
                        "Accept-Encoding": "identity",
                        "User-Agent": USER_AGENT,
                    },
                    preload_content=False,
                )
                try:
                    if response.status in _REJECTED:
                        if rejected and response.status == 404:
                            raise errors.Corrupt(_("The object store does not have this object any more."))
                        if rejected:
                            raise errors.Unreachable(
                                _("The object store refuses a link that was just made (status {status}).").format(
                                    status=response.status
                                ),
                                hint=_("Check the clock of the server, or ask its operator."),
                            )
                        rejected = True
                        self._links.replace(link)
                        continue
                    if response.status not in TRANSIENT:
                        self._check(response, position)
                        rejected = False
                        for chunk in response.stream(CHUNK, decode_content=False):
                            require_running(self._stop)
                            piece = chunk[: end - position]
                            position += len(piece)
                            retries.reset()
                            with self._lock:
                                self.received += len(chunk)
                            yield piece
                    problem = str(response.status)
                finally:
                    # What is not read to its end can't be used for another request.
                    response.close() if position < end else response.release_conn()
            except (urllib3.exceptions.HTTPError, OSError) as error:
                problem = error
            if position < end:
                retries.wait_after(problem)

    def _check(self, response: urllib3.BaseHTTPResponse, position: int) -> None:
        """Raises Corrupt unless the response is this range of the same object as before."""
        found = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
        is_whole = response.status == 200 and position == 0 and response.headers.get("Content-Length") == str(self.size)
        is_range = (
            response.status == 206
            and found is not None
            and int(found[1]) == position
            and int(found[2]) < self.size
            and int(found[3]) == self.size
        )
        etag = response.headers.get("ETag")
        self._etag = self._etag or etag
        if etag != self._etag:
            raise errors.Corrupt(_("The object was replaced by another one."))
        if not (is_range or is_whole):
            raise errors.Corrupt(
                _("The object store does not return the requested range (status {status}).").format(
                    status=response.status
                ),
                hint=_("If a proxy is in between, it must let range requests pass."),
            )
