"""`iridanext.output.json(.gz)`, in which a pipeline lists its results for IRIDA Next. Pure.

The file, as the plugin nf-iridanext writes it; all members may be missing:

    {"files": {"global": [{"path": …}], "samples": {"<sample>": [{"path": …}]}},
     "metadata": {"samples": {"<sample>": {"<field>": <value>, …}}}}

Paths are relative to the run's folder. Metadata may be nested: the names of the levels are joined by dots, the elements
of lists are numbered from 1.
"""

import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.catalog.samples.metadata import Value, field_named, is_field_name, is_value
from chalicelib.errors import Message, message

NAMES = ("iridanext.output.json", "iridanext.output.json.gz")
MAX_BYTES = 50 << 20  # unpacked
_GZIP = b"\x1f\x8b"
_MAX_DEPTH = 50


class InvalidOutputFile(Exception):
    """It is not such a file; `reason` says why."""

    def __init__(self, reason: Message) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class OutputFile:
    """Paths of files of the run itself, and by sample; metadata by sample and field, where None removes a value; and
    what of the metadata can't be stored, as (sample, field)."""

    run_paths: tuple[str, ...]
    sample_paths: Mapping[str, tuple[str, ...]]
    metadata: Mapping[str, Mapping[str, Value | None]]
    invalid: tuple[tuple[str, str], ...]

    @property
    def samples(self) -> tuple[str, ...]:
        """All samples that it names."""
        return tuple(dict.fromkeys((*self.sample_paths, *self.metadata)))

    @property
    def paths(self) -> frozenset[str]:
        """All files that it names."""
        return frozenset((*self.run_paths, *(path for paths in self.sample_paths.values() for path in paths)))


def parse(data: bytes) -> OutputFile:
    """The contents of such a file, gzipped or not. Raises InvalidOutputFile."""
    try:
        document = json.loads(_unpacked(data))
    except RecursionError as error:
        raise InvalidOutputFile(message("It is nested too deeply.")) from error
    except (ValueError, zlib.error) as error:
        raise InvalidOutputFile(message("It is not JSON: {error}", error=str(error))) from error
    files = _object(_object(document, "").get("files"), "/files")
    invalid: list[tuple[str, str]] = []
    metadata = {
        sample: dict(_values(sample, _object(fields, f"/metadata/samples/{sample}"), invalid))
        for sample, fields in _object(
            _object(document.get("metadata"), "/metadata").get("samples"), "/metadata/samples"
        ).items()
    }
    return OutputFile(
        run_paths=_paths(files.get("global"), "/files/global"),
        sample_paths={
            sample: _paths(paths, f"/files/samples/{sample}")
            for sample, paths in _object(files.get("samples"), "/files/samples").items()
        },
        metadata=metadata,
        invalid=tuple(invalid),
    )


def _unpacked(data: bytes) -> bytes:
    if not data.startswith(_GZIP):
        return data
    decompressor = zlib.decompressobj(wbits=31)
    unpacked = decompressor.decompress(data, MAX_BYTES)
    if decompressor.unconsumed_tail:
        raise InvalidOutputFile(message("It has more than {most} bytes.", most=MAX_BYTES))
    if not decompressor.eof:
        raise InvalidOutputFile(message("Its end is missing."))
    return unpacked


def _object(value: Any, pointer: str) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InvalidOutputFile(message("{pointer} is not an object.", pointer=pointer or "/"))
    return value


def _paths(value: Any, pointer: str) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise InvalidOutputFile(message("{pointer} is not a list.", pointer=pointer))
    paths = []
    for place, file in enumerate(value):
        path = _object(file, f"{pointer}/{place}").get("path")
        if not isinstance(path, str) or not _is_inside(path):
            raise InvalidOutputFile(
                message("{pointer} is not a path within the run's folder.", pointer=f"{pointer}/{place}/path")
            )
        paths.append(path.removeprefix("./"))
    return tuple(dict.fromkeys(paths))


def _is_inside(path: str) -> bool:
    names = path.removeprefix("./").split("/")
    return all(name not in {"", ".", ".."} for name in names)


def _values(
    sample: str, fields: Mapping[str, Any], invalid: list[tuple[str, str]]
) -> Iterator[tuple[str, Value | None]]:
    for name, value in _flattened("", fields):
        stored = str(value).lower() if isinstance(value, bool) else None if value == "" else value
        if is_field_name(name) and (stored is None or is_value(stored)):
            yield field_named(name), stored
        else:
            invalid.append((sample, name))


def _flattened(prefix: str, value: Any, depth: int = 0) -> Iterator[tuple[str, Any]]:
    if depth > _MAX_DEPTH:
        raise InvalidOutputFile(message("It is nested too deeply."))
    if isinstance(value, dict):
        inner = [(str(name), child) for name, child in value.items()]
    elif isinstance(value, list):
        inner = [(str(number), child) for number, child in enumerate(value, 1)]
    else:
        yield prefix, value
        return
    for name, child in inner:
        yield from _flattened(f"{prefix}.{name}" if prefix else name, child, depth + 1)
