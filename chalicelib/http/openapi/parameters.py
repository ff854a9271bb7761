"""The parameters of operations: path segments, query parameters and headers."""

from typing import Any

from chalicelib.http.arguments import Argument, FromCall, PagingArgument, PathSegment, Query
from chalicelib.http.idempotent import MAX_KEY, Idempotent
from chalicelib.http.paging import DEFAULT_LIMIT, MAX_CURSOR, MAX_LIMIT, Cursor
from chalicelib.ids import MAX_ID

Json = dict[str, Any]
_SEGMENTS = {
    "namespace_id": ("Id or PUID of a group or project.", "INXT_PRJ_AZKFAVKQ3L"),
    "project_id": ("Id or PUID of a project.", "INXT_PRJ_AZKFAVKQ3L"),
    "group_id": ("Id or PUID of the group to share with.", "INXT_GRP_AZKFAVKQ3L"),
    "sample_id": ("Id or PUID of a sample.", "INXT_SAM_AZKFAVKQ3L"),
    "file_id": ("Id or PUID of a file.", "INXT_ATT_AZKFAVKQ3L"),
    "execution_id": ("Id of a workflow execution.", "6a5f9a0e-2f0b-4c8e-9d3a-0b1c2d3e4f50"),
    "export_id": ("Id of an export.", "6a5f9a0e-2f0b-4c8e-9d3a-0b1c2d3e4f50"),
    "import_id": ("Id of an import.", "6a5f9a0e-2f0b-4c8e-9d3a-0b1c2d3e4f50"),
    "invitation_id": ("Id of an invitation.", "6a5f9a0e-2f0b-4c8e-9d3a-0b1c2d3e4f50"),
    "template_id": ("Id of a metadata template.", "6a5f9a0e-2f0b-4c8e-9d3a-0b1c2d3e4f50"),
    "token_id": ("Id of a personal access token.", "6a5f9a0e-2f0b-4c8e-9d3a-0b1c2d3e4f50"),
    "webhook_id": ("Id of a webhook.", "6a5f9a0e-2f0b-4c8e-9d3a-0b1c2d3e4f50"),
    "delivery_id": ("Id of a delivery.", "msg_0b1f4a526d0c4f5e8a5b3f0f6c1e2d7a"),
    "user_id": ("Id of a user.", "6a5f9a0e-2f0b-4c8e-9d3a-0b1c2d3e4f50"),
}


def parameters(name: str, argument: Argument) -> list[Json]:
    """The parameters for an argument of a view; none for a body or the caller."""
    match argument:
        case PathSegment():
            description, example = _SEGMENTS[name]
            schema = {"type": "string", "minLength": 1, "maxLength": MAX_ID}
            return [_parameter(name, "path", description, schema, required=True, example=example)]
        case Query():
            schema = {"type": "string", "maxLength": argument.max_bytes}
            if argument.choices:
                schema = {"type": "string", "enum": list(argument.choices)}
            return [_parameter(name, "query", argument.description, schema, required=argument.required)]
        case PagingArgument(sort):
            orders = [] if sort is None else [_sort_parameter(sort.keys, sort.default)]
            return [_LIMIT, _CURSOR, *orders]
        case FromCall(type) if type is Cursor:
            return [_CURSOR]
        case FromCall(type) if type is Idempotent:
            return [_IDEMPOTENCY_KEY]
    return []


def _parameter(name: str, place: str, description: str, schema: Json, *, required: bool = False, **more: Any) -> Json:
    return {"name": name, "in": place, "description": description, "required": required, "schema": schema, **more}


def _sort_parameter(keys: tuple[str, ...], default: str) -> Json:
    values = [order for key in keys for order in (key, f"-{key}")]
    schema = {"type": "string", "enum": values, "default": default}
    return _parameter("sort", "query", "The key to sort by; `-` before it: descending.", schema)


_LIMIT = _parameter(
    "limit",
    "query",
    "How many items a page has.",
    {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
)
_CURSOR = _parameter(
    "cursor", "query", "`next_cursor` of the page before.", {"type": "string", "maxLength": MAX_CURSOR}
)
_IDEMPOTENCY_KEY = _parameter(
    "Idempotency-Key",
    "header",
    "Makes repeating the request harmless for 24 hours.",
    {"type": "string", "minLength": 1, "maxLength": MAX_KEY, "pattern": "^[ -~]*$"},
    example="2f1c6f0e-8f6f-4f0c-9b64-0a6d5a1b2c3d",
)
