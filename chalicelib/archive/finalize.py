"""The finisher: writes the archive's tail and completes the upload. It streams a million entries one by one."""

from array import array
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from chalicelib.archive.entries import Member, UploadGone
from chalicelib.archive.limits import MIB
from chalicelib.archive.multipart_upload import checksum_of, complete, is_open
from chalicelib.archive.plan_file import BatchResult, Traffic, WrittenPart
from chalicelib.archive.planner import Index
from chalicelib.archive.s3_clients import S3Clients
from chalicelib.archive.s3_errors import SourceProblems
from chalicelib.archive.s3_operations import S3Operations, Target
from chalicelib.archive.stitching import check, stitch
from chalicelib.crc32 import combine_all, crc32
from chalicelib.zip_format import central_header, end_records, local_header

_TAIL_PART = 32 * MIB
_CONCURRENT_PUTS = 2
_CONCURRENT_READS = 8
Extras = Callable[[Sequence[int]], Sequence[Member]]


@dataclass(frozen=True, slots=True)
class Archive:
    """A finished archive: size in bytes, CRC-32 of the whole, its parts, and what the whole work cost."""

    size: int
    crc32: int
    parts: int
    traffic: Traffic


@dataclass(frozen=True, slots=True)
class SourcesChanged:
    """The archive can't be finished: the problems of its sources, by entry."""

    problems: dict[int, str]


@dataclass(frozen=True, slots=True)
class Incomplete:
    """The archive can't be finished yet: how many of its parts are not written, and the number of the first."""

    missing: int
    first: int


def finish_upload(
    store: S3Clients, target: Target, index: Index, results: Iterable[BatchResult], extras: Extras
) -> Archive | SourcesChanged | Incomplete:
    """Complete the archive. `extras` returns the last members (manifests), from the CRC-32s by entry.

    Repeatable: a finisher that finds the upload completed checks the object and returns the same. Raises UploadGone
    when there is neither upload nor the right object, ArchiveError when S3 holds something else than was planned.
    """
    work = _gather(index, results)
    objects = S3Operations(store)
    if work.problems:
        with ThreadPoolExecutor(_CONCURRENT_READS, "read") as pool:
            return SourcesChanged(work.problems | check(index.tail.items(), objects, pool))
    missing = set(range(1, index.tail_number)) - work.parts.keys()
    if missing:
        if not is_open(store, target):
            raise UploadGone("the upload was aborted while parts were written")
        return Incomplete(len(missing), min(missing))
    with ThreadPoolExecutor(_CONCURRENT_PUTS, "put") as pool:
        tail = _Tail(objects, target, index.tail_number, pool)
        try:
            _write_tail(index, work, extras, objects, tail)
        except SourceProblems as found:
            return SourcesChanged(found.problems)
        written = tail.close()
    size = index.tail_offset + tail.length
    parts = {**work.parts, **written}
    whole = checksum_of(parts) if target.copy_crc == "answer" else _checksum(index, work.checksums, written)
    complete(store, target, parts, whole, size)
    return Archive(size, whole, len(parts), work.traffic + objects.traffic)


@dataclass(slots=True)
class _Work:
    """What all workers did: the archive's parts by number, CRC-32s by entry, problems, cost."""

    checksums: "array[int]"
    parts: dict[int, WrittenPart] = field(default_factory=dict)
    problems: dict[int, str] = field(default_factory=dict)
    traffic: Traffic = field(default_factory=Traffic)


def _gather(index: Index, results: Iterable[BatchResult]) -> _Work:
    work = _Work(array("L", bytes(array("L").itemsize * len(index.entries))))
    for result in results:
        work.parts |= {place.number: part for place, part in result.parts.items() if place.upload == 0}
        for position, checksum in result.crc32.items():
            work.checksums[position] = checksum
        work.problems |= result.problems
        work.traffic += result.traffic
    return work


class _Tail:
    """The archive's tail as it is written: a part is uploaded as soon as it is full, and few are held at once."""

    def __init__(self, objects: S3Operations, target: Target, number: int, pool: ThreadPoolExecutor) -> None:
        self._objects, self._target, self._first, self._pool = objects, target, number, pool
        self._part = bytearray()
        self._sent: list[Future[WrittenPart]] = []
        self._planned: list[WrittenPart] = []
        self.length = 0

    def write(self, data: bytes | bytearray) -> None:
        self._part += data
        self.length += len(data)
        while len(self._part) >= _TAIL_PART:
            full, self._part = self._part[:_TAIL_PART], self._part[_TAIL_PART:]
            self._send(full)

    def _send(self, part: bytearray) -> None:
        if len(self._sent) >= _CONCURRENT_PUTS:
            self._sent[-_CONCURRENT_PUTS].exception()  # its error is raised at the end
        number = self._first + len(self._sent)
        self._planned.append(WrittenPart("", len(part), crc32(part)))
        self._sent.append(self._pool.submit(self._objects.put_part, self._target, number, part))

    def close(self) -> dict[int, WrittenPart]:
        """Send the rest; returns the parts by number.

        Where another finisher was first they have no ETag: what they must contain is known all the same.
        """
        if self._part:
            self._send(self._part)
        try:
            parts = [future.result() for future in self._sent]
        except UploadGone:
            parts = self._planned
        return dict(enumerate(parts, self._first))


def _write_tail(index: Index, work: _Work, extras: Extras, objects: S3Operations, tail: _Tail) -> None:
    """The entries that fill no part, extra members, the central directory and the end records."""
    with ThreadPoolExecutor(_CONCURRENT_READS, "read") as pool:
        body, own = stitch(list(index.tail.items()), 0, objects, pool)
    tail.write(body)
    for position, checksum in own.items():
        work.checksums[position] = checksum
    members = []
    for member in extras(work.checksums):
        size, checksum, offset = 0, 0, index.tail_offset + tail.length
        for chunk in member.chunks():
            size, checksum = size + len(chunk), crc32(chunk, checksum)
        members.append((member, size, checksum, offset))
        tail.write(local_header(member.name, size, member.modified, checksum))
        for chunk in member.chunks():
            tail.write(chunk)
    before = tail.length
    for entry, checksum, offset in zip(index.entries, work.checksums, index.offsets, strict=True):
        tail.write(central_header(entry.name, entry.size, entry.modified, checksum, offset))
    for member, size, checksum, offset in members:
        tail.write(central_header(member.name, size, member.modified, checksum, offset))
    tail.write(end_records(len(index.entries) + len(members), tail.length - before, index.tail_offset + before))


def _checksum(index: Index, checksums: Sequence[int], tail: dict[int, WrittenPart]) -> int:
    """The CRC-32 of the whole from those of headers and bodies, for a server that returns none for copied parts."""
    headers = array("L", bytes(array("L").itemsize * len(checksums)))
    lengths, sizes = array("L", headers), array("Q", bytes(8 * len(checksums)))
    for i, entry in enumerate(index.entries):
        header = local_header(entry.name, entry.size, entry.modified, checksums[i])
        headers[i], lengths[i], sizes[i] = crc32(header), len(header), entry.size

    def pieces() -> Iterable[tuple[int, int]]:
        for i in sorted(range(len(checksums)), key=index.offsets.__getitem__):
            if i not in index.tail:
                yield headers[i], lengths[i]
                yield checksums[i], sizes[i]
        for _, part in sorted(tail.items()):
            yield part.crc32, part.length

    return combine_all(pieces())
