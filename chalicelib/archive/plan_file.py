"""The files of plans and results: gzipped JSON lines, the same bytes for the same plan."""

import gzip
import io
import json
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass, field
from datetime import datetime
from typing import Any

from chalicelib.archive.batches import Batch, Copy
from chalicelib.archive.entries import Entry, Listed, Source
from chalicelib.archive.parts import CopyPart, Place, Segment, Unit
from chalicelib.archive.planner import Index


@dataclass(frozen=True, slots=True)
class WrittenPart:
    """A part that S3 has: its ETag, its length in bytes, and its CRC-32 where the server returned one."""

    etag: str
    length: int
    crc32: int


@dataclass(frozen=True, slots=True)
class Traffic:
    """What the work cost: bytes that S3 copied, bytes that we read and wrote, requests, those of them that read, and
    the time of functions, times their memory."""

    copied: int = 0
    read: int = 0
    written: int = 0
    requests: int = 0
    gets: int = 0
    gb_seconds: float = 0.0

    def __add__(self, other: "Traffic") -> "Traffic":
        return Traffic(
            self.copied + other.copied,
            self.read + other.read,
            self.written + other.written,
            self.requests + other.requests,
            self.gets + other.gets,
            self.gb_seconds + other.gb_seconds,
        )


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What a worker has done so far: parts by place, CRC-32s by entry, and the problems of sources by entry:
    `changed`, `missing`, `access-denied`, `archived` or `corrupt`."""

    parts: Mapping[Place, WrittenPart] = field(default_factory=dict)
    crc32: Mapping[int, int] = field(default_factory=dict)
    problems: Mapping[int, str] = field(default_factory=dict)
    traffic: Traffic = field(default_factory=Traffic)


def pack_lines(rows: Iterable[Any]) -> bytes:
    """JSON documents, one per line, gzipped; only the result is held in memory."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=4, mtime=0) as lines:
        for row in rows:
            lines.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    return packed.getvalue()


def unpack_lines(data: bytes) -> Iterator[Any]:
    """The documents that `pack_lines` wrote, one by one."""
    with gzip.GzipFile(fileobj=io.BytesIO(data)) as lines:
        for line in io.BufferedReader(lines, 1 << 18):
            yield json.loads(line)


def _entry_row(entry: Entry) -> list[Any]:
    source = entry.source
    return [
        entry.name, entry.size, entry.modified.isoformat(), entry.crc32,
        source.bucket, source.key, source.etag, source.version_id,
    ]  # fmt: skip


def _entry(row: list[Any]) -> Entry:
    name, size, modified, crc, *source = row
    return Entry(name, size, datetime.fromisoformat(modified), Source(*source), crc)


def _copy_row(part: CopyPart) -> list[int]:
    return [*part.place, part.start, part.length]


def _copy_part(row: list[int]) -> CopyPart:
    upload, number, start, length = row
    return CopyPart(Place(upload, number), start, length)


def write_batch(batch: Batch) -> bytes:
    """The bytes of a batch."""
    units = [[u.place, u.stitched, u.copied, u.head, [_copy_row(c) for c in u.copies], u.length] for u in batch.units]
    copies = [[copy.entry, _copy_row(copy.part)] for copy in batch.copies]
    joins = [[join.upload, join.number, join.parts, join.length] for join in batch.joins]
    entries = [[i, *_entry_row(entry)] for i, entry in batch.entries.items()]
    return pack_lines([{"units": units, "copies": copies, "joins": joins, "after": batch.after}, entries])


def read_batch(data: bytes) -> Batch:
    """The batch that `write_batch` wrote."""
    work, entries = unpack_lines(data)
    return Batch(
        units=tuple(
            Unit(Place(*place), tuple(stitched), copied, head, tuple(map(_copy_part, copies)), length)
            for place, stitched, copied, head, copies, length in work["units"]
        ),
        copies=tuple(Copy(entry, _copy_part(row)) for entry, row in work["copies"]),
        joins=tuple(Segment(*row) for row in work["joins"]),
        entries={row[0]: _entry(row[1:]) for row in entries},
        after=tuple(work["after"]),
    )


def write_index(index: Index) -> bytes:
    """The bytes of a plan's index."""
    head = {
        "tail": [[i, *_entry_row(entry)] for i, entry in index.tail.items()],
        "tail_number": index.tail_number,
        "tail_offset": index.tail_offset,
        "batches": index.batches,
        "count": len(index.entries),
    }
    rows = ([e.name, e.size, e.modified.isoformat(), o] for e, o in zip(index.entries, index.offsets, strict=True))
    return pack_lines(row for part in ([head], rows) for row in part)


@dataclass(frozen=True, slots=True)
class _Row:
    """A file as an index lists it."""

    name: str
    size: int
    modified: datetime


class _Rows(Collection[Listed]):
    """The entries of an index's bytes, parsed at each iteration: a million of them are not held in memory."""

    def __init__(self, data: bytes, count: int) -> None:
        self._data, self._count = data, count

    def __len__(self) -> int:
        return self._count

    def __contains__(self, item: object) -> bool:
        return any(row == item for row in self)

    def __iter__(self) -> Iterator[Listed]:
        rows = unpack_lines(self._data)
        next(rows)
        for name, size, modified, _ in rows:
            yield _Row(name, size, datetime.fromisoformat(modified))


def read_index(data: bytes) -> Index:
    """The index that `write_index` wrote; its entries are read from `data` at each iteration."""
    rows = unpack_lines(data)
    head = next(rows)
    return Index(
        entries=_Rows(data, head["count"]),
        offsets=array("Q", (row[3] for row in rows)),
        tail={row[0]: _entry(row[1:]) for row in head["tail"]},
        tail_number=head["tail_number"],
        tail_offset=head["tail_offset"],
        batches=head["batches"],
    )


def merged(results: Iterable[BatchResult]) -> BatchResult:
    """The merged results of several runs over a batch. Parts that more than one wrote hold the same bytes."""
    parts: dict[Place, WrittenPart] = {}
    checksums: dict[int, int] = {}
    problems: dict[int, str] = {}
    traffic = Traffic()
    for result in results:
        parts |= result.parts
        checksums |= result.crc32
        problems |= result.problems
        traffic += result.traffic
    return BatchResult(parts, checksums, problems, traffic)


def write_result(result: BatchResult) -> bytes:
    """The bytes of a worker's result."""
    traffic = result.traffic
    return pack_lines(
        [
            {
                "parts": [[*place, p.etag, p.length, p.crc32] for place, p in sorted(result.parts.items())],
                "crc32": sorted(result.crc32.items()),
                "problems": sorted(result.problems.items()),
                "traffic": astuple(traffic),
            }
        ]
    )


def read_result(data: bytes) -> BatchResult:
    """The result that `write_result` wrote."""
    (document,) = unpack_lines(data)
    return BatchResult(
        parts={Place(upload, number): WrittenPart(*part) for upload, number, *part in document["parts"]},
        crc32=dict(document["crc32"]),
        problems=dict(document["problems"]),
        traffic=Traffic(*document["traffic"]),
    )
