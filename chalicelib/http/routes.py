"""All routes: those of the API, under `/api/v1`, and those of the pages."""

from typing import Any

from chalice.app import Chalice

from chalicelib.http import (
    account,
    exports,
    files,
    imports,
    metadata,
    namespaces,
    pages,
    problems,
    samples,
    service,
    workflow_executions,
)
from chalicelib.http.urls import PREFIX


def register(app: Chalice, authorize: Any) -> None:
    """Add every resource's blueprint to the app, and the middleware that makes problems of refusals."""
    app.register_middleware(problems.as_problem, "http")
    for resource in (account, namespaces, samples, metadata, files, imports, workflow_executions, exports):
        app.register_blueprint(resource.blueprint(authorize), url_prefix=PREFIX)
    app.register_blueprint(service.blueprint(), url_prefix=PREFIX)
    app.register_blueprint(pages.blueprint())
