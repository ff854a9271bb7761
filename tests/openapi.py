"""Checks responses against the API's description: status, content type, body and problem, each as documented."""

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import jsonschema_rs

from chalicelib.http.openapi.document import document

_PROBLEM = "application/problem+json"


class Undocumented(AssertionError):
    """A response that docs/openapi.json does not describe."""


@cache
def _document() -> dict[str, Any]:
    """The document, read as strictly as its schemas allow: objects have no members beyond their properties."""
    read: dict[str, Any] = json.loads(json.dumps(document()))
    _close(read["components"]["schemas"])
    return read


def _close(node: Any) -> None:
    if isinstance(node, list):
        for item in node:
            _close(item)
    elif isinstance(node, dict):
        if "properties" in node:
            node.setdefault("additionalProperties", False)
        for item in node.values():
            _close(item)


@cache
def _paths() -> list[tuple[re.Pattern[str], str]]:
    """The paths as patterns; those with fewer variables first, as API Gateway matches."""
    paths = sorted(_document()["paths"], key=lambda path: path.count("{"))
    return [(re.compile(re.sub(r"{\w+}", "[^/]+", path)), path) for path in paths]


def operation_of(method: str, path: str) -> dict[str, Any] | None:
    """The operation at a path below `/api/v1`, or None."""
    bare = path.partition("?")[0]
    found = next((template for pattern, template in _paths() if pattern.fullmatch(bare)), None)
    operation: dict[str, Any] | None = _document()["paths"].get(found, {}).get(method.lower())
    return operation


@cache
def _validator(schema: str) -> jsonschema_rs.Draft202012Validator:
    components = {"components": {"schemas": _document()["components"]["schemas"]}}
    return jsonschema_rs.Draft202012Validator({**json.loads(schema), **components})


def check_response(method: str, path: str, status: int, headers: Mapping[str, str], body: Any) -> None:
    """Raise Undocumented unless the operation describes this response."""
    operation = operation_of(method, path)
    if operation is None:
        return
    response = operation["responses"].get(str(status))
    place = f"{method} {path} → {status}"
    if response is None:
        raise Undocumented(f"{place}: {body}")
    content = response.get("content", {})
    if not content:
        if body is not None:
            raise Undocumented(f"{place} has a body: {body}")
        return
    content_type = {name.lower(): value for name, value in headers.items()}.get("content-type", "application/json")
    if content_type not in content:
        raise Undocumented(f"{place}: {content_type}")
    errors = [error.message for error in _validator(json.dumps(content[content_type]["schema"])).iter_errors(body)]
    if errors:
        raise Undocumented(f"{place}: {errors[:3]} in {json.dumps(body)[:2000]}")
    if content_type == _PROBLEM and body["type"].rsplit("/", 1)[1] not in content[content_type]["examples"]:
        raise Undocumented(f"{place}: {body['type']}")
