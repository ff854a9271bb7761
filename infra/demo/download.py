"""Download a presigned URL, resuming after a broken connection."""

import http.client
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

_CHUNK = 1 << 20
_TRIES = 5


class DownloadFailed(Exception):
    """The file can't be downloaded; the message says why."""


def download(url: str, path: Path, size: int, on_bytes: Callable[[int], None] = lambda _: None) -> None:
    """Fetch `url` to `path`. Ranges are bound to the ETag (RFC 9110 §13.1.5), so that two versions never mix."""
    partial = path.with_name(path.name + ".part")
    partial.unlink(missing_ok=True)
    etag = ""
    for attempt in range(_TRIES):
        done = partial.stat().st_size if partial.exists() else 0
        if done == size and size:
            break
        try:
            etag = _fetch(url, partial, done, etag, on_bytes)
        except (OSError, http.client.HTTPException):
            if attempt == _TRIES - 1:
                raise
            time.sleep(0.5 * 2**attempt)
    if partial.stat().st_size != size:
        raise DownloadFailed(f"{partial.stat().st_size} of {size} bytes arrived")
    partial.replace(path)


def _fetch(url: str, partial: Path, done: int, etag: str, on_bytes: Callable[[int], None]) -> str:
    parts = urlsplit(url)
    maker = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = maker(parts.netloc, timeout=60)
    headers = {"Range": f"bytes={done}-", "If-Range": etag} if done and etag else {}
    try:
        connection.request("GET", f"{parts.path}?{parts.query}", headers=headers)
        answer = connection.getresponse()
        if answer.status not in (200, 206):
            raise DownloadFailed(f"the object store answered {answer.status}: {answer.read(300).decode()}")
        with partial.open("ab" if answer.status == 206 else "wb") as opened:
            while chunk := answer.read(_CHUNK):
                opened.write(chunk)
                on_bytes(len(chunk))
        return answer.getheader("ETag") or ""
    finally:
        connection.close()
