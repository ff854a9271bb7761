"""The gateway's own responses, as problem details: part of the REST API's definition, so that a deployment keeps them.

Source: "x-amazon-apigateway-gateway-responses object" and "Gateway response types for API Gateway", API Gateway
Developer Guide. Separate AWS::ApiGateway::GatewayResponse resources are lost whenever the definition is imported again.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from chalicelib.http.problem_types import CONTENT_TYPE, PROBLEM_TYPES, TYPE_ROOT

EXTENSION = "x-amazon-apigateway-gateway-responses"
_CHALLENGE = {"WWW-Authenticate": "Bearer"}


@dataclass(frozen=True, slots=True)
class GatewayResponse:
    """The problem that the gateway responds with: its slug, detail and headers."""

    slug: str
    detail: str
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def status(self) -> int:
        """The HTTP status."""
        return PROBLEM_TYPES[self.slug].status

    @property
    def body(self) -> str:
        """The problem document. It has no character that API Gateway's template language interprets."""
        kind = PROBLEM_TYPES[self.slug]
        document = {"type": TYPE_ROOT + self.slug, "title": kind.title, "status": kind.status, "detail": self.detail}
        return json.dumps(document)


# By the gateway's response types. Chalice's authorizer denies by a policy where it does not raise "Unauthorized".
GATEWAY_RESPONSES = {
    "UNAUTHORIZED": GatewayResponse("unauthorized", "This needs a valid access token.", _CHALLENGE),
    "ACCESS_DENIED": GatewayResponse("unauthorized", "This needs a valid access token.", _CHALLENGE),
    "MISSING_AUTHENTICATION_TOKEN": GatewayResponse("not-found", "There is no such route."),
    "REQUEST_TOO_LARGE": GatewayResponse("too-large", "The request is larger than the service takes."),
    "THROTTLED": GatewayResponse(
        "too-many-requests", "Too many requests at once; try again in two seconds.", {"Retry-After": "2"}
    ),
    "INTEGRATION_TIMEOUT": GatewayResponse(
        "unavailable", "The service did not respond in time; try again.", {"Retry-After": "5"}
    ),
    "DEFAULT_5XX": GatewayResponse("internal", "Something went wrong on our side."),
}


def extension() -> dict[str, Any]:
    """The value of the definition's extension."""
    return {
        kind: {
            "statusCode": response.status,
            "responseParameters": {
                f"gatewayresponse.header.{name}": f"'{value}'" for name, value in response.headers.items()
            },
            "responseTemplates": {CONTENT_TYPE: response.body},
        }
        for kind, response in GATEWAY_RESPONSES.items()
    }
