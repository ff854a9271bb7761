"""HTTP requests to the API: JSON in, JSON out, with retries; problem details become exceptions."""

from __future__ import annotations

import json
import random
import ssl
import time
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import truststore
import urllib3

from seqport import errors
from seqport.messages import language
from seqport.messages import translate as _
from seqport.version import VERSION

USER_AGENT = f"seqport/{VERSION}"
CONNECTIONS = 32
_TIMEOUT = urllib3.Timeout(connect=10, read=60)
_ATTEMPTS = 5
_MAX_WAIT = 30.0
_TRANSIENT = frozenset({429, 500, 502, 503, 504})
_BY_STATUS: dict[int, type[errors.ApiError]] = {
    400: errors.Refused,
    401: errors.NotSignedIn,
    403: errors.NotAllowed,
    404: errors.NotFound,
    409: errors.NotReady,
    410: errors.Gone,
    413: errors.Refused,
    422: errors.Refused,
}


@dataclass(frozen=True)
class Response:
    """Status, headers (lower-case names) and JSON body."""

    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def retry_after(self) -> float | None:
        """The seconds of the header Retry-After."""
        value = self.headers.get("retry-after", "")
        return float(value) if value.isdecimal() else None


def connection_pool(url: str) -> urllib3.PoolManager:
    """Connections to a host, through the proxy that the environment names for it (HTTPS_PROXY, NO_PROXY …), trusting
    the system's certificates. Requests to a host share its connections."""
    parts = urllib.parse.urlsplit(url)
    proxy = urllib.request.getproxies().get(parts.scheme)
    return _pool(parts.scheme, None if urllib.request.proxy_bypass(parts.netloc) else proxy)


@cache
def _pool(scheme: str, proxy: str | None) -> urllib3.PoolManager:
    # With block=False, more connections than `maxsize` are opened if needed, and not kept.
    options: dict[str, Any] = {"timeout": _TIMEOUT, "retries": False, "maxsize": CONNECTIONS, "blocksize": 1 << 20}
    if scheme == "https":
        options["ssl_context"] = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return urllib3.ProxyManager(proxy, **options) if proxy else urllib3.PoolManager(**options)


@dataclass
class Transport:
    """Requests to the API of one server as one user. Threads may share it."""

    url: str  # of the server, without /api/v1
    token: str | None = field(default=None, repr=False)
    sleep: Callable[[float], None] = time.sleep
    _pool: urllib3.PoolManager = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.url = self.url.rstrip("/")
        self._pool = connection_pool(self.url)

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        body: Any = None,
        repeatable: bool = True,
        idempotency_key: str | None = None,
    ) -> Response:
        """One operation; `path` is below /api/v1, without a query. Transient failures are retried if the operation is
        `repeatable` or has an idempotency key. Raises ApiError and Unreachable."""
        headers = {"Accept": "application/json", "Accept-Language": language(), "User-Agent": USER_AGENT}
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        if idempotency_key is not None:
            headers["Idempotency-Key"] = idempotency_key
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        given = {name: value for name, value in (query or {}).items() if value is not None}
        url = f"{self.url}/api/v1{path}{'?' + urllib.parse.urlencode(given) if given else ''}"
        for attempt in range(1, _ATTEMPTS + 1):
            last = attempt == _ATTEMPTS or not (repeatable or idempotency_key)
            try:
                raw = self._pool.request(method, url, body=data, headers=headers, redirect=False)
            except (urllib3.exceptions.HTTPError, OSError) as error:
                if last:
                    raise errors.Unreachable(
                        _("{url} does not respond: {reason}.").format(url=self.url, reason=_reason(error)),
                        hint=_("Check the address and your network, then run the same command again."),
                    ) from error
                self.sleep(_pause(attempt, None))
                continue
            response = _parsed(raw)
            if response.status < 400:
                return response
            if response.status in _TRANSIENT and not last:
                self.sleep(_pause(attempt, response.retry_after))
                continue
            raise _error(response, self.url)
        raise AssertionError("unreachable")


def new_idempotency_key() -> str:
    """A key for one call, so that repeating it creates nothing twice."""
    return str(uuid.uuid4())


def _pause(attempt: int, retry_after: float | None) -> float:
    """Seconds to wait: what the server says, else exponentially more with full jitter."""
    if retry_after is not None:
        return min(retry_after, _MAX_WAIT)
    return random.uniform(0, min(_MAX_WAIT, 0.5 * 2**attempt))  # noqa: S311 - not a secret


def _parsed(raw: urllib3.BaseHTTPResponse) -> Response:
    headers = {name.lower(): value for name, value in raw.headers.items()}
    try:
        body = json.loads(raw.data) if raw.data else None
    except ValueError:
        body = None
    return Response(raw.status, headers, body)


def _reason(error: Exception) -> str:
    cause: BaseException = error
    while isinstance(cause, urllib3.exceptions.HTTPError) and getattr(cause, "reason", None) is not None:
        cause = cause.reason  # type: ignore[attr-defined]
    return str(cause).split(": ", 1)[-1].rstrip(".") or type(cause).__name__


def _error(response: Response, url: str) -> errors.SeqportError:
    problem = response.body if isinstance(response.body, dict) else {}
    detail = str(problem.get("detail") or problem.get("title") or "")
    if response.status in _TRANSIENT:
        return errors.Unreachable(
            _("{url} responds with an error ({status}). {detail}").format(
                url=url, status=response.status, detail=detail
            ),
            hint=_("Run the same command again later."),
        )
    if not problem:
        return errors.Unreachable(
            _("{url} is not a Seqport server: it responds with status {status}.").format(
                url=url, status=response.status
            )
        )
    violations = [(str(row.get("pointer", "")), str(row.get("detail", ""))) for row in problem.get("errors", [])]
    hint = _("Sign in with: seqport login {url}").format(url=url) if response.status == 401 else None
    slug = str(problem.get("type", "")).rstrip("/").rsplit("/", 1)[-1]
    kind = _BY_STATUS.get(response.status, errors.ApiError)
    return kind(detail, status=response.status, slug=slug, violations=violations, hint=hint)
