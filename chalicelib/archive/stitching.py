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

    def put(position: int, entry: Entry, at: int) -> None:
        start = at + local_header_length(entry.name, entry.size)
        with memoryview(joined) as view, view[start : start + entry.size] as body:
            try:
                objects.read_into(body, position, entry, 0)
            except SourceProblem as problem:
                problems[position] = problem.reason
                return
            checksum = crc32(body)
            if entry.crc32 is not None and entry.crc32 != checksum:
                problems[position] = "corrupt"
                return
            checksums[position] = checksum
            view[at:start] = local_header(entry.name, entry.size, entry.modified, checksum)

    # File by file: if a thread read several, all parts would be complete at the same time, and sent only then.
    all_of([read.submit(put, *place) for place in places])
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


def all_of(futures: Sequence[Future[None]]) -> None:
    """Wait for every future before raising, so that no thread still writes into a buffer that the caller frees."""
    errors = [error for future in futures if (error := future.exception()) is not None]
    if errors:
        raise errors[0]
