"""The OpenAPI document: `python -m chalicelib.http.openapi.document` writes it to standard output.

`docs/openapi.json` is its output; `make check` compares them.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from inspect import getdoc
from typing import Any

from chalicelib.http.openapi.examples import example_of
from chalicelib.http.openapi.json_schemas import json_schemas, response_types, schema_key
from chalicelib.http.openapi.parameters import parameters
from chalicelib.http.openapi.problem_responses import problem_example, problem_responses
from chalicelib.http.problem_types import PROBLEM_TYPES
from chalicelib.http.router import Route
from chalicelib.http.routes import ROUTES
from chalicelib.http.urls import PREFIX

API_VERSION = "1.0.0"
Json = dict[str, Any]
_JSON = "application/json"
_DESCRIPTION = """Exports of sequencing data: files of samples, tables of their metadata, results of workflow runs.

* Times are RFC 3339 in UTC; sizes are bytes; ids are opaque strings. In a path or field, the PUID of a group, project,
  sample or file is accepted in place of its id.
* Errors are problem details (RFC 9457), in English or French by `Accept-Language`. Switch on the last segment of
  `type`.
* Lists take `limit`, `cursor` and `sort`, and answer `items`, `next_cursor` and `total`.
* A POST that creates something accepts an `Idempotency-Key`: the same key and body within 24 hours give the first
  response again.
* Long work answers 202 with a `Location` to poll; `Retry-After` says when."""


def document(routes: Iterable[Route] = ROUTES) -> Json:
    """The OpenAPI document of these routes."""
    routes = list(routes)
    schemas, definitions = json_schemas(routes)
    paths: dict[str, Json] = defaultdict(dict)
    for route in routes:
        paths[route.path][route.method.lower()] = _operation(route, schemas, definitions)
    tags = [{"name": name} for name in dict.fromkeys(route.tag for route in routes)]
    return {
        "openapi": "3.1.0",
        "info": {"title": "Seqport", "version": API_VERSION, "description": _DESCRIPTION},
        "servers": [{"url": PREFIX}],
        "security": [{"token": []}],
        "tags": tags,
        "paths": dict(paths),
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An access token of the OpenID Connect issuer, or a personal access token.",
                }
            },
            "schemas": definitions,
            "examples": {slug: problem_example(slug) for slug in PROBLEM_TYPES},
        },
    }


@cache
def encoded_document() -> bytes:
    """The document as JSON."""
    return json.dumps(document(), ensure_ascii=False, indent=1).encode() + b"\n"


def _operation(route: Route, schemas: Mapping[str, Json], definitions: Mapping[str, Json]) -> Json:
    summary, _, description = (getdoc(route.view) or "").partition("\n\n")
    scope = "" if route.public else _scope_sentence(route)
    limit = f"At most {route.calls_per_minute} calls of one user in a minute." if route.calls_per_minute else ""
    operation: Json = {
        "operationId": route.view.__name__,
        "tags": [route.tag],
        "summary": summary.strip(),
        "description": "\n\n".join(filter(None, (" ".join(description.split()), scope, limit))),
        "parameters": [parameter for pair in route.arguments.items() for parameter in parameters(*pair)],
    }
    if route.public:
        operation["security"] = []
    body = schemas.get(schema_key(route, "body"))
    if body is not None:
        operation["requestBody"] = {"required": True, "content": {_JSON: _content(body, definitions)}}
    operation["responses"] = {
        **{
            str(status): _success(route, status, schemas.get(schema_key(route, status)), definitions)
            for status in response_types(route)
        },
        **problem_responses(route),
    }
    return {name: value for name, value in operation.items() if value or name == "security"}


def _scope_sentence(route: Route) -> str:
    if route.scope is None:
        return "Personal access tokens are not accepted: sign in."
    return f"Needs the token scope `{route.scope.value}`."


def _content(schema: Json, definitions: Mapping[str, Json]) -> Json:
    if "discriminator" not in schema:
        return {"schema": schema, "example": example_of(schema, definitions)}
    variants = {name: {"$ref": ref} for name, ref in schema["discriminator"]["mapping"].items()}
    examples = {name: {"value": example_of(variant, definitions)} for name, variant in variants.items()}
    return {"schema": schema, "examples": examples}


def _success(route: Route, status: int, schema: Json | None, definitions: Mapping[str, Json]) -> Json:
    words = {200: "OK", 201: "Created", 202: "Accepted", 204: "Done", 303: "A redirect to a presigned URL"}
    response: Json = {"description": words[status]}
    headers = _response_headers(route, status)
    if headers:
        response["headers"] = headers
    if schema is not None:
        response["content"] = {_JSON: _content(schema, definitions)}
    return response


def _response_headers(route: Route, status: int) -> Json:
    location = {"description": "Where the resource is.", "schema": {"type": "string"}}
    wait = {"description": "Seconds to wait before the next poll.", "schema": {"type": "string"}}
    if status == 202:
        return {"Location": location, "Retry-After": wait}
    has_location = status == 303 or (status == 201 and not route.path.endswith("/batch"))
    return {"Location": location} if has_location else {}


if __name__ == "__main__":
    sys.stdout.buffer.write(encoded_document())
