"""Stitched parts: small files and headers, read from S3 concurrently and assembled in memory."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from chalicelib.archive.entries import Entry
from chalicelib.archive.s3_errors import SourceProblem, SourceProblems
from chalicelib.archive.s3_operations import S3Operations
from chalicelib.crc32 import crc32
from chalicelib.zip_format import local_header, local_header_length

_SLICE_BYTES, _SLICE_ENTRIES = 1 << 20, 32


class MemoryBudget:
    """Caps the bytes held at once; larger requests block, except that a single oversized one is admitted alone."""

    def __init__(self, size: int) -> None:
        self._size, self._used = size, 0
        self._changed = threading.Condition()

    @contextmanager
    def of(self, size: int) -> Iterator[None]:
        with self._changed:
            self._changed.wait_for(lambda: self._used == 0 or self._used + size <= self._size)
            self._used += size
        try:
            yield
        finally:
            with self._changed:
                self._used -= size
                self._changed.notify_all()


def stitch(
    entries: Sequence[tuple[int, Entry]], more: int, objects: S3Operations, read: ThreadPoolExecutor
) -> tuple[bytearray, dict[int, int]]:
    """Headers and bodies of whole entries, joined, with `more` spare bytes at the end; CRC-32s by position.

    Raises SourceProblems with every problem found: a lost source does not keep the others from being read.
    """
    places, length = [], 0
    for position, entry in entries:
        places.append((position, entry, length))
        length += local_header_length(entry.name, entry.size) + entry.size
    joined = bytearray(length + more)
    checksums: dict[int, int] = {}
    problems: dict[int, str] = {}

    def put(some: Iterable[tuple[int, Entry, int]]) -> None:
        with memoryview(joined) as view:
            for position, entry, at in some:
                start = at + local_header_length(entry.name, entry.size)
                with view[start : start + entry.size] as body:
                    try:
                        objects.read_into(body, position, entry, 0)
                    except SourceProblem as problem:
                        problems[position] = problem.reason
                        continue
                    checksum = crc32(body)
                if entry.crc32 is not None and entry.crc32 != checksum:
                    problems[position] = "corrupt"
                    continue
                checksums[position] = checksum
                view[at:start] = local_header(entry.name, entry.size, entry.modified, checksum)

    all_of([read.submit(put, some) for some in _slices(places)])
    if problems:
        raise SourceProblems(problems)
    return joined, checksums


def check(entries: Iterable[tuple[int, Entry]], objects: S3Operations, read: ThreadPoolExecutor) -> dict[int, str]:
    """The problems of these entries' sources now, by position; only their first bytes are read."""

    def problem_of(item: tuple[int, Entry]) -> tuple[int, str] | None:
        try:
            objects.check(*item)
        except SourceProblem as problem:
            return problem.entry, problem.reason
        return None

    return dict(filter(None, read.map(problem_of, entries)))


def _slices(places: Sequence[tuple[int, Entry, int]]) -> Iterator[list[tuple[int, Entry, int]]]:
    """What one thread reads in sequence: a few small files, or one larger one."""
    some: list[tuple[int, Entry, int]] = []
    size = 0
    for place in places:
        some.append(place)
        size += place[1].size
        if size >= _SLICE_BYTES or len(some) == _SLICE_ENTRIES:
            yield some
            some, size = [], 0
    if some:
        yield some


def all_of(futures: Sequence[Future[None]]) -> None:
    """Wait for every future before raising, so that no thread still writes into a buffer that the caller frees."""
    errors = [error for future in futures if (error := future.exception()) is not None]
    if errors:
        raise errors[0]
