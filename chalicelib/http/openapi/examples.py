"""Examples for the API's description, composed of the examples of single fields."""

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]
_DEPTH = 8
_BY_TYPE: Mapping[str, object] = {"string": "…", "integer": 0, "number": 0, "boolean": False, "null": None}


def example_of(schema: Schema, definitions: Mapping[str, Schema], depth: int = 0) -> Any:
    """An example of a JSON schema: its own, else one composed of its properties' or items'; `definitions` are those its
    `$ref`s name."""
    schema = {**_referenced(schema, definitions), **{key: value for key, value in schema.items() if key != "$ref"}}
    fixed = [schema[keyword] for keyword in ("const", "default") if keyword in schema]
    for values in (schema.get("examples"), fixed, schema.get("enum")):
        if values:
            return values[0]
    if variants := schema.get("anyOf") or schema.get("oneOf"):
        chosen = next((variant for variant in variants if variant.get("type") != "null"), variants[0])
        return example_of(chosen, definitions, depth)
    match schema.get("type"):
        case "object":
            return _example_object(schema, definitions, depth)
        case "array":
            return [] if depth > _DEPTH else [example_of(schema.get("items", {}), definitions, depth + 1)]
        case kind:
            return _BY_TYPE.get(kind or "", "…")


def _example_object(schema: Schema, definitions: Mapping[str, Schema], depth: int) -> dict[str, Any]:
    required = schema.get("required", ())
    return {
        name: example_of(inner, definitions, depth + 1)
        for name, inner in schema.get("properties", {}).items()
        if name in required
    }


def _referenced(schema: Schema, definitions: Mapping[str, Schema]) -> Schema:
    name = schema.get("$ref", "").rsplit("/", 1)[-1]
    return definitions.get(name, {})
