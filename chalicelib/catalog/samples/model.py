"""Samples: frozen values, and the size of their metadata."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.catalog.namespaces.model import Namespace
from chalicelib.catalog.samples.metadata import Metadata
from chalicelib.catalog.samples.metadata_sources import AnalysisSource
from chalicelib.errors import Message, message

MAX_METADATA = 300_000  # bytes of one sample's, as JSON


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample. `namespace_ids` are its project and all groups above; `metadata` by lower-cased field, of which
    `metadata_sources` says what runs wrote."""

    id: str
    puid: str
    name: str
    description: str | None
    project_id: str
    namespace_ids: tuple[str, ...]
    metadata: Metadata
    created_at: str
    updated_at: str
    metadata_sources: tuple[AnalysisSource, ...] = ()


@dataclass(frozen=True, slots=True)
class SampleSummary:
    """A sample without its metadata, which can be large."""

    id: str
    puid: str
    name: str
    project_id: str
    namespace_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SampleMetadata:
    """What a linelist shows of a sample."""

    puid: str
    name: str
    metadata: Metadata


@dataclass(frozen=True, slots=True)
class NewSample:
    """The fields of a sample to create."""

    name: str
    description: str | None = None
    metadata: Metadata | None = None
    puid: str | None = None


def metadata_size(metadata: Metadata) -> int:
    """Bytes of metadata as they are stored: JSON in UTF-8, without escapes."""
    return len(json.dumps(dict(metadata), ensure_ascii=False).encode())


def metadata_size_violation(metadata: Metadata) -> Message | None:
    """The violation of a sample's metadata that are too large."""
    size = metadata_size(metadata)
    if size <= MAX_METADATA:
        return None
    return message(
        "A sample's metadata must have at most {most} bytes in total; this has {size}.", most=MAX_METADATA, size=size
    )


@dataclass(frozen=True, slots=True)
class ResolvedSamples:
    """The samples that the user may export, in the order of the request, without duplicates; their projects; and
    the position in the request and the id as it was given."""

    samples: tuple[SampleSummary, ...]
    projects: Mapping[str, Namespace]
    refused: tuple[tuple[int, str], ...]
