"""The service's own address."""

from typing import Any

from chalice.app import Request

from chalicelib.settings import settings

PREFIX = "/api/v1"


def base_url(request: Request) -> str:
    """The URL below which pages and API are, without a slash at its end: PUBLIC_URL, or else the address at which the
    gateway received the request. Gateways only take requests for domains of their own, so clients can't choose it."""
    configured = settings().pages_url
    if configured:
        return configured
    context: dict[str, Any] = request.context
    host = context["domainName"]
    # API Gateway's own address has the stage as its first segment; a custom domain is mapped to the stage.
    return f"https://{host}/{context['stage']}" if ".execute-api." in host else f"https://{host}"


def location(path: str, request: Request) -> str:
    """The URL of a path of the API."""
    return f"{base_url(request)}{PREFIX}{path}"
