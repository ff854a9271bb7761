"""The files in which pipelines of nf-core and IRIDA Next say how they ran, in the folder `pipeline_info`: parameters as
JSON, versions of software as YAML. Pure.

Sources: the nf-core template's `pipeline_info/params_<time>.json` (the parameters as one object), and
`…software…versions.yml`: {"<step>": {"<software>": <version>}}.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from chalicelib.catalog.runs.pipeline_info import Parameter, SoftwareVersion
from chalicelib.names import REPLACEMENT

FOLDER = "pipeline_info"
MAX_BYTES = 256 << 10  # of such a file; larger ones are not read
MAX_FILES = 200  # of such a folder that are considered
_PARAMETERS = re.compile(r"params.*\.json")
_VERSIONS = re.compile(r".*versions\.ya?ml")
_SECRET = re.compile(r"passw|secret|token|credential", re.IGNORECASE)
_MAX_ROWS = 1_000
_MAX_TEXT = 1_000  # characters
_MAX_SIZE = 200_000  # bytes of all: a DynamoDB item has at most 400 kB
_MAX_DEPTH = 10


def has_parameters(filename: str) -> bool:
    """Are the run's parameters in a file of this name?"""
    return bool(_PARAMETERS.fullmatch(filename))


def has_versions(filename: str) -> bool:
    """Are the versions of the run's software in a file of this name?"""
    return bool(_VERSIONS.fullmatch(filename))


def parameters_of(data: bytes) -> dict[str, Parameter]:
    """The parameters in such a file; nested ones have their names joined by dots, and values of what may be a secret
    are hidden. Empty if the file is none."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return bounded(_flattened("", document, 0)) if isinstance(document, dict) else {}


def bounded(parameters: Iterator[tuple[str, Parameter]]) -> dict[str, Parameter]:
    """Parameters as many as can be stored and shown."""
    found: dict[str, Parameter] = {}
    size = 0
    for name, value in parameters:
        stored = "…" if _SECRET.search(name) and value not in (None, "", True, False) else _shortened(value)
        size += len(json.dumps([name, stored], ensure_ascii=False).encode())
        if len(found) == _MAX_ROWS or size > _MAX_SIZE:
            break
        found[_text(name)] = stored
    return found


def versions_of(data: bytes) -> list[SoftwareVersion]:
    """The versions in such a file. Empty if the file is none."""
    try:
        # All scalars are texts for this loader: 1.10 stays 1.10. Steps and software are the only levels that are read.
        document = yaml.load(data, Loader=yaml.CBaseLoader)  # noqa: S506 - makes texts, lists and dictionaries only
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        return []
    if not isinstance(document, Mapping):
        return []
    found: list[SoftwareVersion] = []
    size = 0
    for step, software in document.items():
        for name, version in software.items() if isinstance(software, Mapping) else ():
            if not isinstance(version, str):
                continue
            row = SoftwareVersion(_text(str(step)), _text(str(name)), _text(version))
            size += len(json.dumps([row.step, row.software, row.version], ensure_ascii=False).encode())
            if len(found) == _MAX_ROWS or size > _MAX_SIZE:
                return found
            found.append(row)
    return found


def _flattened(prefix: str, value: Any, depth: int) -> Iterator[tuple[str, Parameter]]:
    if isinstance(value, dict) and value and depth < _MAX_DEPTH:
        for name, inner in value.items():
            yield from _flattened(f"{prefix}.{name}" if prefix else str(name), inner, depth + 1)
    elif isinstance(value, str | int | float | None):
        yield prefix, value
    else:
        yield prefix, json.dumps(value, ensure_ascii=False)


def _shortened(value: Parameter) -> Parameter:
    if isinstance(value, int | float) and not isinstance(value, bool):
        text = json.dumps(value)
        return value if len(text) <= 30 and text not in {"NaN", "Infinity", "-Infinity"} else text[:_MAX_TEXT]
    return _text(value) if isinstance(value, str) else value


def _text(text: str) -> str:
    """A text without what JSON responses can't have (half surrogates), at most so long."""
    return text[:_MAX_TEXT].encode("utf-8", "replace").decode("utf-8").replace("\x00", REPLACEMENT)
