"""The return values of views: a document, or a reply with a status and headers of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from chalice.app import Request, Response

from chalicelib.http.urls import location

T = TypeVar("T")
NOT_STORED = {"Cache-Control": "no-store"}
POLL_AFTER = "2"  # seconds


@dataclass(frozen=True)
class Reply(Generic[T]):
    """A JSON document with headers, and the status of its class. A `Location` that begins with a slash is a path of the
    API."""

    body: T
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200


@dataclass(frozen=True)
class Created(Reply[T]):
    """The document of a new resource."""

    status: int = 201


@dataclass(frozen=True)
class Accepted(Reply[T]):
    """The document of a resource that is still processed."""

    status: int = 202


@dataclass(frozen=True)
class SeeOther(Reply[None]):
    """A redirect, by its `Location` header."""

    status: int = 303


@dataclass(frozen=True)
class EncodedJson(Generic[T]):
    """A document that is stored as JSON, in UTF-8, and is not parsed to be sent."""

    text: bytes
    status: int = 200


def created(document: T, path: str, headers: Mapping[str, str] | None = None) -> Created[T]:
    """The reply for a new resource that is at this path of the API."""
    return Created(document, {"Location": path, **(headers or {})})


def polling_headers(*, is_waiting: bool) -> dict[str, str]:
    """The headers of a resource that clients poll; while it is processed, with the time to wait before the next
    request."""
    return {**NOT_STORED, **({"Retry-After": POLL_AFTER} if is_waiting else {})}


def to_response(result: object, request: Request) -> Response:
    """The response for what a view returned: 204 for None, 200 for a bare document."""
    if result is None:
        return Response("", status_code=204)
    if isinstance(result, EncodedJson):
        return Response(result.text.decode(), chalice_headers({"Content-Type": "application/json"}), result.status)
    if isinstance(result, Reply):
        body = "" if result.body is None else result.body
        headers = dict(result.headers)
        if headers.get("Location", "").startswith("/"):
            headers["Location"] = location(headers["Location"], request)
        return Response(body, chalice_headers(headers), result.status)
    return Response(result)


def chalice_headers(headers: Mapping[str, str]) -> dict[str, Any]:
    """Headers as chalice types them."""
    return dict(headers)
