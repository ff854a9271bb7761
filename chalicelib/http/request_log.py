"""One line of the log for each request, and its id on all lines meanwhile. Paths, queries and bodies are not logged:
they hold names and search terms."""

import time
from collections.abc import Callable
from typing import Any

from chalice.app import Request, Response

from chalicelib.log import logger


def log_request(event: Any, get_response: Callable[[Any], Response]) -> Response:
    """Middleware: the request's id, its route, and the ids of its export or import on every line; at the end the
    response's status."""
    request: Request = event
    segments: Any = request.uri_params or {}
    ids = {name: segments[name] for name in ("export_id", "import_id") if name in segments}
    context: Any = request.context or {}
    keys = {"request_id": context.get("requestId"), "route": request.path, **ids}
    started = time.monotonic()
    with logger().append_context_keys(method=request.method, **keys):
        response = get_response(event)
        logger().info("request", status=response.status_code, seconds=round(time.monotonic() - started, 3))
    return response
