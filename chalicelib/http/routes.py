"""All routes: those of the API, under `/api/v1`, and those of the pages."""

from typing import Any

from chalice.app import Chalice

from chalicelib.http import problems
from chalicelib.http.request_log import log_request
from chalicelib.http.router import Route, bind
from chalicelib.http.views import (
    account,
    export_contents,
    export_events,
    exports,
    files,
    imports,
    members,
    metadata,
    namespaces,
    pages,
    samples,
    service,
    webhooks,
    workflow_executions,
)

_RESOURCES = (
    account, namespaces, members, samples, metadata, files, imports, workflow_executions, exports, export_contents,
    export_events, webhooks, service,
)  # fmt: skip
ROUTES: tuple[Route, ...] = tuple(route for resource in _RESOURCES for route in resource.router.routes)


def register(app: Chalice, authorize: Any) -> None:
    """Add every route to the app, and the middleware that logs requests and turns errors into problems."""
    app.register_middleware(log_request, "http")
    app.register_middleware(problems.as_problem, "http")
    bind(app, ROUTES, authorize)
    pages.register(app)
