"""The JSON schemas of request bodies and responses, from the models and typed dictionaries of the views."""

import json
from collections.abc import Iterable
from dataclasses import fields
from inspect import signature
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import Field, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from chalicelib.http.arguments import ByType, JsonBody
from chalicelib.http.replies import EncodedJson, Reply
from chalicelib.http.router import Route
from chalicelib.http.schemas.base import Problem

Json = dict[str, Any]
_TEMPLATE = "#/components/schemas/{model}"
_MODE: Literal["validation"] = "validation"


class _Schemas(GenerateJsonSchema):
    """JSON schemas without a title for each field, which only repeats its name."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - overridden
        return False


def json_schemas(routes: Iterable[Route]) -> tuple[dict[str, Json], dict[str, Json]]:
    """The schemas of all bodies and responses by a key, and the definitions that they refer to."""
    types: dict[str, Any] = {"problem": Problem}
    for route in routes:
        if (body := _body_type(route)) is not None:
            types[schema_key(route, "body")] = body
        types |= {schema_key(route, status): type for status, type in response_types(route).items() if type is not None}
    adapters = [(key, _MODE, TypeAdapter(type)) for key, type in types.items()]
    by_key, whole = TypeAdapter.json_schemas(adapters, ref_template=_TEMPLATE, schema_generator=_Schemas)
    names = {name: _component_name(name) for name in whole.get("$defs", {})}
    text = json.dumps({"schemas": {key: by_key[key, _MODE] for key in types}, "definitions": whole["$defs"]})
    for name, better in names.items():
        text = text.replace(f'"{_TEMPLATE.format(model=name)}"', f'"{_TEMPLATE.format(model=better)}"')
    read = json.loads(text)
    return read["schemas"], {names[name]: schema for name, schema in sorted(read["definitions"].items())}


def _component_name(name: str) -> str:
    """`Page_Sample_` is the page of samples: `SamplePage`."""
    generic, _, of = name.partition("_")
    return f"{of.rstrip('_')}{generic}" if of else name


def schema_key(route: Route, part: object) -> str:
    return f"{route.method} {route.path} {part}"


def _body_type(route: Route) -> Any:
    for argument in route.arguments.values():
        match argument:
            case JsonBody(model):
                return model
            case ByType(models):
                return Annotated[Union[tuple(models.values())], Field(discriminator="type")]  # noqa: UP007 - of a tuple
    return None


def response_types(route: Route) -> dict[int, Any]:
    """The types of a view's responses by status; None for an empty one."""
    annotation = signature(route.view).return_annotation
    if annotation is None:
        return {204: None}
    is_union = get_origin(annotation) in {Union, UnionType}
    found: dict[int, Any] = {}
    for variant in get_args(annotation) if is_union else (annotation,):
        reply = get_origin(variant) or variant
        if isinstance(reply, type) and issubclass(reply, Reply | EncodedJson):
            found[_status(reply)] = next(iter(get_args(variant)), None)
        else:
            found[200] = variant
    return found


def _status(reply: type[Reply[Any]] | type[EncodedJson[Any]]) -> int:
    defaults: dict[str, Any] = {field.name: field.default for field in fields(reply)}
    return int(defaults["status"])
