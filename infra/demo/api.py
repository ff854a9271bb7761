"""A small client of the API, for the demo: JSON in, JSON out."""

import http.client
import json
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit


class ApiError(Exception):
    """The API responded with a problem."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(f"{status} {problem.get('title')}: {problem.get('detail')} {problem.get('errors', '')}")
        self.status = status
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers (lower-cased) and JSON body of a response."""

    status: int
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True, slots=True)
class Api:
    """The API as one person sees it."""

    url: str
    token: str = field(repr=False)

    @classmethod
    def signed_in(cls, url: str, email: str) -> "Api":
        """Sign in at the local stack's issuer."""
        body = json.dumps({"email": email}).encode()
        request = urllib.request.Request(f"{url}/local/token", body)  # noqa: S310 - a loopback address
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return cls(url, json.load(answer)["access_token"])

    def call(self, method: str, path: str, body: Any = None, **more: str) -> Answer:
        """One request below `/api/v1`. Raises ApiError for a problem."""
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(parts.netloc, timeout=150)
        headers = {"Authorization": f"Bearer {self.token}", **more}
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        try:
            connection.request(method, f"/api/v1{path}", data, headers)
            answer = connection.getresponse()
            raw = answer.read()
        finally:
            connection.close()
        document = json.loads(raw) if raw else None
        if answer.status >= 400:
            raise ApiError(answer.status, document or {})
        return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, document)

    def get(self, path: str) -> Any:
        """The body of a GET."""
        return self.call("GET", path).body

    def post(self, path: str, body: Any) -> Any:
        """The body of a POST's answer."""
        return self.call("POST", path, body).body

    def all(self, path: str, q: str | None = None) -> list[Any]:
        """All items of a list, page by page."""
        items: list[Any] = []
        cursor = ""
        while True:
            more = f"&q={quote(q)}" if q else ""
            page = self.get(f"{path}?limit=1000{more}{cursor}")
            items += page["items"]
            if page["next_cursor"] is None:
                return items
            cursor = f"&cursor={quote(page['next_cursor'])}"


def put(url: str, headers: Mapping[str, str], body: bytes) -> str:
    """PUT to a presigned URL; returns the ETag. Retried twice when the connection breaks."""
    parts = urlsplit(url)
    for attempt in range(3):
        connection = http.client.HTTPConnection(parts.netloc, timeout=120)
        try:
            connection.request("PUT", f"{parts.path}?{parts.query}", body, dict(headers))
            answer = connection.getresponse()
            text = answer.read()
            if answer.status == 200:
                return answer.getheader("ETag") or ""
            raise ApiError(answer.status, {"title": "the object store refused", "detail": text.decode()[:300]})
        except OSError:
            if attempt == 2:
                raise
            time.sleep(0.5 * (attempt + 1))
        finally:
            connection.close()
    raise AssertionError("unreachable")
