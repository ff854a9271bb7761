"""Errors as answers: RFC 9457 problem details, from one table."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

from chalice.app import Response

from chalicelib.errors import (
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    SeqportError,
    TooLarge,
    TooMany,
    Unauthenticated,
)
from chalicelib.http.bodies import BadRequest
from chalicelib.telemetry import logger

P = ParamSpec("P")
TYPE_ROOT = "https://seqport.example.org/problems/"
CONTENT_TYPE = "application/problem+json"
MAX_ROWS = 100
RETRY_AFTER = "30"  # seconds until an export of one's own may have ended

_ANSWERS: tuple[tuple[type[SeqportError], int, str], ...] = (
    (BadRequest, 400, "The request can't be read"),
    (Unauthenticated, 401, "Sign in first"),
    (Forbidden, 403, "Not allowed"),
    (NotFound, 404, "Not found"),
    (Conflict, 409, "Not possible now"),
    (Gone, 410, "Gone"),
    (TooLarge, 413, "Too large"),
    (TooMany, 429, "Too many at once"),
    (Invalid, 422, "The request breaks a rule"),
)
_CHALICE = {405: ("method-not-allowed", "Method not allowed", 405), 415: ("content-type", "Wrong content type", 400)}


def problem(status: int, slug: str, title: str, detail: str, **more: Any) -> Response:
    """A problem document. `slug` ends its type URI; clients switch on it."""
    body = {"type": f"{TYPE_ROOT}{slug}", "title": title, "status": status, "detail": detail, **more}
    headers: dict[str, Any] = {"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if status == 429:
        headers["Retry-After"] = RETRY_AFTER
    return Response(json.dumps(body, ensure_ascii=False), status_code=status, headers=headers)


def problem_of(error: SeqportError) -> Response:
    """The answer to an error of the domain."""
    for kind, status, title in _ANSWERS:
        if isinstance(error, kind):
            more: dict[str, Any] = {}
            if isinstance(error, Invalid) and error.flaws:
                rows = [{"pointer": flaw.pointer, "detail": flaw.detail} for flaw in error.flaws[:MAX_ROWS]]
                more["errors"] = rows
            return problem(status, error.slug, title, error.detail, **more)
    return problem(500, "internal", "Something went wrong", "Something went wrong on our side.")


def answering(view: Callable[P, Response]) -> Callable[P, Response]:
    """A view whose errors become problems; what nobody expected is logged, and answered without its inside."""

    @wraps(view)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> Response:
        try:
            return view(*args, **kwargs)
        except SeqportError as error:
            return problem_of(error)
        except Exception:  # noqa: BLE001 - the rim of the service: nothing may pass it unlogged
            logger().exception("a view failed", view=view.__name__)
            return problem(500, "internal", "Something went wrong", "Something went wrong on our side.")

    return wrapped


def as_problem(event: Any, get_response: Callable[[Any], Response]) -> Response:
    """Middleware: chalice's own refusals (a method, a content type) become problems too."""
    response = get_response(event)
    if response.status_code < 400 or response.headers.get("Content-Type") == CONTENT_TYPE:
        return response
    slug, title, status = _CHALICE.get(response.status_code, ("internal", "Something went wrong", 500))
    detail = response.body.get("Message", title) if isinstance(response.body, dict) else title
    answer = problem(status, slug, title, detail if status < 500 else "Something went wrong on our side.")
    if "Allow" in response.headers:
        answer.headers["Allow"] = response.headers["Allow"]
    return answer
