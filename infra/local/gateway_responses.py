"""The template's gateway responses, which the emulator stores but does not apply."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# The emulator's own error messages, and the template's gateway response that AWS would return instead.
REFUSALS = {
    "UnauthorizedException": "UNAUTHORIZED",
    "AccessDeniedException": "ACCESS_DENIED",
    "MissingAuthenticationTokenException": "MISSING_AUTHENTICATION_TOKEN",
    "RequestTooLargeException": "REQUEST_TOO_LARGE",
    "TooManyRequestsException": "THROTTLED",
}


@dataclass(frozen=True, slots=True)
class GatewayResponse:
    """A gateway response of the deployed template, which the emulator stores but does not apply."""

    status: int | None
    content_type: str
    body: str
    headers: Mapping[str, str]


def gateway_responses(responses: list[dict[str, Any]]) -> dict[str, GatewayResponse]:
    """The template's own gateway responses among those of API Gateway."""
    found = {}
    for row in responses:
        if row.get("defaultResponse") or not row.get("responseTemplates"):
            continue
        content_type, body = next(iter(row["responseTemplates"].items()))
        headers = {
            name.removeprefix("gatewayresponse.header."): value.strip("'")
            for name, value in (row.get("responseParameters") or {}).items()
        }
        status = int(row["statusCode"]) if row.get("statusCode") else None
        found[row["responseType"]] = GatewayResponse(status, content_type, body, headers)
    return found
