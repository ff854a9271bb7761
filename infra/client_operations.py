"""`python -m infra.client_operations [--check]`: the client's modules seqport/models.py and seqport/operations.py, from
docs/openapi.json.

A model is a TypedDict, so that a response is what `json` makes of it; an operation is a method that is named after its
operationId, once synchronous and once asynchronous."""

import json
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from infra.generated_files import write_or_check
from infra.package import ROOT

_CLIENT = ROOT / "client"
_PACKAGE = _CLIENT / "src" / "seqport"
_SIMPLE = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
# Redirects, for programs without this client: it follows the links of create_download_link itself.
_OMITTED = {"download_export", "head_export_download"}
# POSTs without an idempotency key that may be repeated: they create nothing.
_REPEATABLE = {"estimate_export", "create_download_link", "complete_file"}
_HEAD = '"""{title}\n\nWritten by `make client-operations` from docs/openapi.json: do not edit."""\n\n'
Json = Mapping[str, Any]


def type_of(schema: Json) -> str:
    """The Python type of a JSON schema, as source text."""
    if "$ref" in schema:
        return str(schema["$ref"].rsplit("/", 1)[-1])
    if "enum" in schema or "const" in schema:
        return f"Literal[{', '.join(repr(value) for value in schema.get('enum', [schema.get('const')]))}]"
    kind = schema.get("type")
    types = [{**schema, "type": each} for each in kind] if isinstance(kind, list) else []
    options = schema.get("anyOf") or schema.get("oneOf") or types
    if options:
        return " | ".join(dict.fromkeys(type_of(option) for option in options))
    if kind == "array":
        return f"list[{type_of(schema.get('items', {}))}]"
    if kind == "object":
        values = schema.get("additionalProperties")
        return f"dict[str, {type_of(values) if isinstance(values, dict) else 'Any'}]"
    return _SIMPLE.get(str(kind), "Any")


def models(document: Json) -> str:
    """The module of models."""
    lines = [
        _HEAD.format(title="What the API takes and returns."),
        "from __future__ import annotations\n\n",
        "from typing import TYPE_CHECKING, Any, Literal, TypedDict\n\n",
        "if TYPE_CHECKING:\n    from typing_extensions import NotRequired\n\n",
    ]
    for name, schema in document["components"]["schemas"].items():
        lines += ["\n", *_model(name, schema), "\n"]
    return "".join(lines)


def _model(name: str, schema: Json) -> Iterator[str]:
    properties = schema.get("properties")
    if properties is None:
        yield f"{name} = {type_of(schema)}\n"
        return
    required = set(schema.get("required", ()))
    fields = {
        key: type_of(value) if key in required else f"NotRequired[{type_of(value)}]"
        for key, value in properties.items()
    }
    doc = schema.get("description", "")
    if all(key.isidentifier() for key in fields):
        yield f"class {name}(TypedDict):\n"
        yield _docstring(doc or f"{name}.", "    ")
        yield from (f"    {key}: {kind}\n" for key, kind in fields.items())
        return
    yield "".join(f"# {line}\n" for line in textwrap.wrap(doc, 110))
    yield f"{name} = TypedDict({name!r}, {{\n"
    yield from (f"    {key!r}: {kind!r},\n" for key, kind in fields.items())
    yield "})\n"


def _docstring(text: str, indent: str) -> str:
    first, *rest = [line for part in text.strip().split("\n") for line in (textwrap.wrap(part, 110) or [""])]
    body = "\n".join([first, *(f"{indent}{line}" if line else "" for line in rest)])
    return f'{indent}"""{body}"""\n'


def operations(document: Json) -> str:
    """The module of operations."""
    found = [
        (method.upper(), path, operation, document)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method in {"get", "post", "put", "patch", "delete"} and operation["operationId"] not in _OMITTED
    ]
    names = sorted(document["components"]["schemas"])
    sync = "\n".join("".join(_method(*each)) for each in found)
    asynchronous = "\n".join("".join(_async_method(*each)) for each in found)
    used = [name for name in names if name in _words(sync)]
    return "".join(
        [
            _HEAD.format(title="A method for each operation of the API."),
            "from __future__ import annotations\n\nimport asyncio\n",
            "from typing import TYPE_CHECKING, Any, Literal, cast\n",
            "from urllib.parse import quote\n\nfrom seqport.transport import Transport, new_idempotency_key\n\n",
            "if TYPE_CHECKING:\n    from seqport.models import (",
            *(f"{name}, " for name in used),
            ")\n\n\n",
            'class Operations:\n    """Each call is one request. Raises the exceptions of `seqport.errors`."""\n\n',
            "    def __init__(self, transport: Transport) -> None:\n        self._transport = transport\n\n",
            sync,
            '\n\nclass AsyncOperations:\n    """The same, in threads of asyncio\'s default executor."""\n\n',
            "    def __init__(self, operations: Operations) -> None:\n        self._operations = operations\n\n",
            asynchronous,
        ]
    )


def _words(text: str) -> set[str]:
    return set("".join(c if c.isalnum() or c == "_" else " " for c in text).split())


def _parameters(operation: Json) -> tuple[list[Json], list[Json], bool]:
    """Path and query parameters, and whether an idempotency key is accepted."""
    parameters = operation.get("parameters", [])
    of = {place: [p for p in parameters if p["in"] == place] for place in ("path", "query", "header")}
    return of["path"], of["query"], any(p["name"] == "Idempotency-Key" for p in of["header"])


def _body_type(operation: Json) -> str | None:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    return None if content is None else type_of(content["schema"])


def _result_type(operation: Json) -> str:
    kinds = [
        type_of(response["content"]["application/json"]["schema"])
        for status, response in operation["responses"].items()
        if status.startswith("2") and "application/json" in response.get("content", {})
    ]
    return " | ".join(dict.fromkeys(kinds)) or "None"


def _signature(operation: Json) -> tuple[list[str], list[str]]:
    """Positional and keyword-only parameters with their types."""
    in_path, in_query, keyed = _parameters(operation)
    positional = [f"{p['name']}: str" for p in in_path]
    body = _body_type(operation)
    if body is not None:
        positional.append(f"body: {body}")
    keyword = [f"{p['name']}: {type_of(p['schema'])}{'' if p.get('required') else ' | None = None'}" for p in in_query]
    if keyed:
        keyword.append("idempotency_key: str | None = None")
    return positional, keyword


def _definition(operation: Json, prefix: str) -> str:
    positional, keyword = _signature(operation)
    listed = ", ".join(["self", *positional, *(["*", *keyword] if keyword else [])])
    return f"    {prefix}def {operation['operationId']}({listed}) -> {_result_type(operation)}:\n"


def _doc(operation: Json) -> str:
    return _docstring(f"{operation['summary']}.\n\n{operation.get('description', '')}".strip(), "        ")


def _method(method: str, path: str, operation: Json, _: Json) -> Iterator[str]:
    in_path, in_query, keyed = _parameters(operation)
    name = operation["operationId"]
    yield _definition(operation, "")
    yield _doc(operation)
    for parameter in in_path:
        path = path.replace(f"{{{parameter['name']}}}", f"{{quote({parameter['name']}, safe='')}}")
    more = []
    if in_query:
        more.append("query={" + ", ".join(f"{p['name']!r}: {p['name']}" for p in in_query) + "}")
    if _body_type(operation) is not None:
        more.append("body=body")
    if keyed:
        more.append("idempotency_key=idempotency_key or new_idempotency_key()")
    elif method == "POST" and name not in _REPEATABLE:
        more.append("repeatable=False")
    text = f'f"{path}"' if in_path else f'"{path}"'
    call = f"self._transport.request({method!r}, {text}{''.join(', ' + part for part in more)})"
    kind = _result_type(operation)
    yield f"        {call}\n" if kind == "None" else f"        return cast({kind!r}, {call}.body)\n"


def _async_method(_method: str, _path: str, operation: Json, _: Json) -> Iterator[str]:
    in_path, in_query, keyed = _parameters(operation)
    yield _definition(operation, "async ")
    yield _doc(operation)
    names = [p["name"] for p in in_path]
    if _body_type(operation) is not None:
        names.append("body")
    names += [f"{p['name']}={p['name']}" for p in in_query]
    if keyed:
        names.append("idempotency_key=idempotency_key")
    call = ", ".join([f"self._operations.{operation['operationId']}", *names])
    yield f"        return await asyncio.to_thread({call})\n"


def _formatted(source: str) -> str:
    command = [sys.executable, "-m", "ruff", "format", "--config", str(_CLIENT / "pyproject.toml"), "-"]
    done = subprocess.run(command, input=source, capture_output=True, text=True, check=True)
    return done.stdout


def main(arguments: list[str]) -> int:
    """Write the modules, or with --check only compare them."""
    document = json.loads((ROOT / "docs" / "openapi.json").read_text())
    texts = {"models.py": models(document), "operations.py": operations(document)}
    made = {_PACKAGE / name: _formatted(text) for name, text in texts.items()}
    return write_or_check(made, arguments, target="client-operations")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
