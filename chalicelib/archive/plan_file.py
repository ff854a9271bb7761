"""How a plan and its results travel: gzipped JSON rows, the same bytes for the same plan."""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chalicelib.archive.entries import Entry, Source
from chalicelib.archive.parts import Batch, CopyPart, Index, Unit


@dataclass(frozen=True, slots=True)
class WrittenPart:
    """A part that S3 has: its ETag, its length in bytes, and its CRC-32 where the server proved one."""

    etag: str
    length: int
    crc32: int


@dataclass(frozen=True, slots=True)
class Traffic:
    """What the work cost: bytes that S3 copied, that were read and written by us, and requests."""

    copied: int = 0
    read: int = 0
    written: int = 0
    requests: int = 0

    def __add__(self, other: "Traffic") -> "Traffic":
        return Traffic(
            self.copied + other.copied,
            self.read + other.read,
            self.written + other.written,
            self.requests + other.requests,
        )


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What a worker has done so far: parts by number, CRC-32s by entry, and by entry what is wrong with its source:
    `changed`, `missing`, `access-denied`, `archived` or `corrupt`."""

    parts: Mapping[int, WrittenPart] = field(default_factory=dict)
    crc32: Mapping[int, int] = field(default_factory=dict)
    problems: Mapping[int, str] = field(default_factory=dict)
    traffic: Traffic = field(default_factory=Traffic)


def _pack(document: Any) -> bytes:
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return gzip.compress(text.encode(), compresslevel=5, mtime=0)


def _unpack(data: bytes) -> Any:
    return json.loads(gzip.decompress(data))


def _entry_row(entry: Entry) -> list[Any]:
    source = entry.source
    return [
        entry.name, entry.size, entry.modified.isoformat(), entry.crc32,
        source.bucket, source.key, source.etag, source.version_id,
    ]  # fmt: skip


def _entry(row: list[Any]) -> Entry:
    name, size, modified, crc, *source = row
    return Entry(name, size, datetime.fromisoformat(modified), Source(*source), crc)


def write_batch(batch: Batch) -> bytes:
    """The bytes of a batch."""
    units = [
        [u.number, u.stitched, u.copied, u.head, [[c.number, c.start, c.length] for c in u.copies]] for u in batch.units
    ]
    return _pack({"units": units, "entries": [[i, *_entry_row(entry)] for i, entry in batch.entries.items()]})


def read_batch(data: bytes) -> Batch:
    """The batch that `write_batch` wrote."""
    document = _unpack(data)
    units = tuple(
        Unit(number, tuple(stitched), copied, head, tuple(CopyPart(*copy) for copy in copies))
        for number, stitched, copied, head, copies in document["units"]
    )
    return Batch(units, {row[0]: _entry(row[1:]) for row in document["entries"]})


def write_index(index: Index) -> bytes:
    """The bytes of a plan's index."""
    return _pack(
        {
            "entries": [_entry_row(entry) for entry in index.entries],
            "offsets": index.offsets,
            "tail": index.tail,
            "tail_number": index.tail_number,
            "tail_offset": index.tail_offset,
            "batches": index.batches,
        }
    )


def read_index(data: bytes) -> Index:
    """The index that `write_index` wrote."""
    document = _unpack(data)
    return Index(
        entries=tuple(_entry(row) for row in document["entries"]),
        offsets=tuple(document["offsets"]),
        tail=tuple(document["tail"]),
        tail_number=document["tail_number"],
        tail_offset=document["tail_offset"],
        batches=document["batches"],
    )


def write_result(result: BatchResult) -> bytes:
    """The bytes of a worker's result."""
    traffic = result.traffic
    return _pack(
        {
            "parts": [[number, p.etag, p.length, p.crc32] for number, p in sorted(result.parts.items())],
            "crc32": sorted(result.crc32.items()),
            "problems": sorted(result.problems.items()),
            "traffic": [traffic.copied, traffic.read, traffic.written, traffic.requests],
        }
    )


def read_result(data: bytes) -> BatchResult:
    """The result that `write_result` wrote."""
    document = _unpack(data)
    return BatchResult(
        parts={number: WrittenPart(*part) for number, *part in document["parts"]},
        crc32=dict(document["crc32"]),
        problems=dict(document["problems"]),
        traffic=Traffic(*document["traffic"]),
    )
