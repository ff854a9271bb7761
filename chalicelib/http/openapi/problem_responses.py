"""The problems that operations can respond with."""

from collections import defaultdict
from typing import Any

from chalicelib.http.arguments import ByType, FromCall, JsonBody, PagingArgument, PathSegment, Query
from chalicelib.http.paging import Cursor
from chalicelib.http.problem_types import CONTENT_TYPE, PROBLEM_TYPES, TYPE_ROOT
from chalicelib.http.router import Route
from chalicelib.http.schemas.base import Problem

Json = dict[str, Any]
# The problems that any operation can respond with, and those that depend on its arguments.
_ALWAYS = ("too-large", "too-many-requests", "internal", "unavailable")
_OF_CALLERS = ("unauthorized", "token-scope")
_OF_SEGMENTS = ("not-found",)
_OF_BODIES = ("malformed-json", "bad-request", "content-type", "not-found", "invalid")
_OF_KEYS = ("bad-idempotency-key", "idempotency-key-reused")
_OF_CURSORS = ("bad-parameter", "bad-cursor")
_OF_PAGES = (*_OF_CURSORS, "bad-limit")


def problems_of(route: Route) -> list[str]:
    """The slugs of all problems that an operation can respond with."""
    slugs = [*_ALWAYS, *route.problems]
    if not route.public:
        slugs += _OF_CALLERS
    for argument in route.arguments.values():
        match argument:
            case PathSegment():
                slugs += _OF_SEGMENTS
            case JsonBody() | ByType():
                slugs += _OF_BODIES
            case Query():
                slugs.append("bad-parameter")
            case PagingArgument(sort):
                slugs += _OF_PAGES if sort is None else (*_OF_PAGES, "bad-sort")
            case FromCall(type) if type is Cursor:
                slugs += _OF_CURSORS
    if route.idempotency is not None:
        slugs += _OF_KEYS if route.idempotency.secret is None else (*_OF_KEYS, "secret-shown")
    return list(dict.fromkeys(slugs))


def problem_responses(route: Route) -> Json:
    """The responses for these problems, by status."""
    by_status: dict[int, list[str]] = defaultdict(list)
    for slug in problems_of(route):
        by_status[PROBLEM_TYPES[slug].status].append(slug)
    return {str(status): _problem_response(status, slugs) for status, slugs in sorted(by_status.items())}


def _problem_response(status: int, slugs: list[str]) -> Json:
    response: Json = {
        "description": "; ".join(f"{PROBLEM_TYPES[slug].title} (`{slug}`)" for slug in slugs),
        "content": {
            CONTENT_TYPE: {
                "schema": {"$ref": f"#/components/schemas/{Problem.__name__}"},
                "examples": {slug: {"$ref": f"#/components/examples/{slug}"} for slug in slugs},
            }
        },
    }
    if status in {429, 503}:
        response["headers"] = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "string"}}}
    if status == 401:
        response["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
    return response


def problem_example(slug: str) -> Json:
    """An example of a problem, as components have it."""
    kind = PROBLEM_TYPES[slug]
    value = {"type": f"{TYPE_ROOT}{slug}", "title": kind.title, "status": kind.status, "detail": f"{kind.title}."}
    return {"summary": kind.title, "value": value}
