"""A worker: writes the parts of a batch, with bounded threads and memory, and can be repeated at any time."""

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING
from zlib import crc32

from chalicelib.archive.entries import Entry
from chalicelib.archive.objects import CopyCrc, Objects, SourceProblem, Target
from chalicelib.archive.parts import Batch, Unit
from chalicelib.archive.plan_file import BatchResult, Traffic, WrittenPart
from chalicelib.archive.zip_format import local_header
from chalicelib.crc32 import combine

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# Each unit at work holds one stitch part (≤ 8 MiB and its last file) in memory, twice while it is sent.
UNITS_AT_ONCE = 8
_COPIES_AT_ONCE = 32
_READS_AT_ONCE = 16
_SAVE_EVERY = 15.0


def create_upload(s3: "S3Client", bucket: str, key: str, copy_crc: CopyCrc) -> str:
    """Begin a multipart upload for an archive and give back its id.

    With `answer` it is created so that S3 tells each part's CRC-32 and proves that of the whole on completion.
    """
    if copy_crc == "answer":
        answer = s3.create_multipart_upload(
            Bucket=bucket,
            Key=key,
            ContentType="application/zip",
            ChecksumAlgorithm="CRC32",
            ChecksumType="FULL_OBJECT",
        )
    else:
        answer = s3.create_multipart_upload(Bucket=bucket, Key=key, ContentType="application/zip")
    return answer["UploadId"]


def stitch(
    entries: list[tuple[int, Entry]], objects: Objects, read: ThreadPoolExecutor
) -> tuple[bytearray, dict[int, int]]:
    """Headers and bodies of whole entries, joined, and their CRC-32s by position. Raises SourceProblem."""
    bodies = deque(
        read.submit(objects.read, position, entry, 0, entry.size) if entry.size else None for position, entry in entries
    )
    joined, checksums = bytearray(), {}
    for position, entry in entries:
        future = bodies.popleft()  # so that a body is let go as soon as it is joined
        body = future.result() if future else b""
        checksum = crc32(body)
        if entry.crc32 is not None and entry.crc32 != checksum:
            raise SourceProblem(position, "corrupt")
        checksums[position] = checksum
        joined += local_header(entry.name, entry.size, entry.modified, checksum)
        joined += body
    return joined, checksums


class _Run:
    """One run over a batch: what it found done, what it has done, and who is told."""

    def __init__(
        self,
        s3: "S3Client",
        target: Target,
        batch: Batch,
        done: BatchResult,
        on_bytes: Callable[[int], None],
        save: Callable[[BatchResult], None],
    ) -> None:
        self.objects = Objects(s3, target)
        self._target, self._batch, self._on_bytes, self._save = target, batch, on_bytes, save
        self._parts, self._crc32, self._problems = dict(done.parts), dict(done.crc32), dict(done.problems)
        self._before = done.traffic
        self._lock = threading.Lock()
        self._saved_at = time.monotonic()
        self._copy = ThreadPoolExecutor(_COPIES_AT_ONCE, "copy")
        self._read = ThreadPoolExecutor(_READS_AT_ONCE, "read")

    def result(self) -> BatchResult:
        with self._lock:
            return BatchResult(
                dict(self._parts), dict(self._crc32), dict(self._problems), self._before + self.objects.traffic
            )

    def run(self) -> BatchResult:
        todo = [unit for unit in self._batch.units if unit.number not in self._parts]
        with self._copy, self._read, ThreadPoolExecutor(UNITS_AT_ONCE, "unit") as pool:
            futures = [pool.submit(self._unit, unit) for unit in todo]
            try:
                for future in futures:
                    future.result()
            finally:
                for future in futures:
                    future.cancel()
        return self.result()

    def _unit(self, unit: Unit) -> None:
        try:
            self._write(unit)
        except SourceProblem as problem:
            with self._lock:
                self._problems[problem.entry] = problem.reason

    def _write(self, unit: Unit) -> None:
        """Copies first, header last: the header carries the CRC-32 that the copies' answers give."""
        entries = self._batch.entries
        copying = self._start_copies(unit)
        head: Future[bytes] | None = None
        if unit.copied is not None and unit.head:
            head = self._read.submit(self.objects.read, unit.copied, entries[unit.copied], 0, unit.head)
        body, checksums = stitch([(i, entries[i]) for i in unit.stitched], self.objects, self._read)
        copies = {number: future.result() for number, future in copying.items()}
        if unit.copied is not None:
            entry, head_bytes = entries[unit.copied], head.result() if head else b""
            checksum = self._copied_checksum(unit, entry, head_bytes, copies)
            checksums[unit.copied] = checksum
            body += local_header(entry.name, entry.size, entry.modified, checksum)
            body += head_bytes
        part = self.objects.put_part(unit.number, body)
        self._done(unit, part, copies, checksums)

    def _start_copies(self, unit: Unit) -> dict[int, Future[WrittenPart]]:
        if unit.copied is None:
            return {}
        entry = self._batch.entries[unit.copied]
        return {
            part.number: self._copy.submit(
                self.objects.copy_part, unit.copied, entry, part.number, part.start, part.length
            )
            for part in unit.copies
        }

    def _copied_checksum(self, unit: Unit, entry: Entry, head: bytes, copies: dict[int, WrittenPart]) -> int:
        assert unit.copied is not None  # noqa: S101 - narrows the type; a unit with copies has an entry
        if self._target.copy_crc == "answer":
            checksum = crc32(head)
            for _, part in sorted(copies.items()):
                checksum = combine(checksum, part.crc32, part.length)
        elif entry.crc32 is not None:
            return entry.crc32
        else:
            rest = self.objects.checksum_by_reading(unit.copied, entry, len(head))
            checksum = combine(crc32(head), rest, entry.size - len(head))
        if entry.crc32 is not None and entry.crc32 != checksum:
            raise SourceProblem(unit.copied, "corrupt")
        return checksum

    def _done(self, unit: Unit, part: WrittenPart, copies: dict[int, WrittenPart], checksums: dict[int, int]) -> None:
        with self._lock:
            self._parts |= copies
            self._parts[unit.number] = part
            self._crc32 |= checksums
            now = time.monotonic()
            due = now - self._saved_at >= _SAVE_EVERY
            if due:
                self._saved_at = now
        self._on_bytes(part.length + sum(copy.length for copy in copies.values()))
        if due:
            self._save(self.result())


def write_batch(
    s3: "S3Client",
    target: Target,
    batch: Batch,
    *,
    done: BatchResult | None = None,
    on_bytes: Callable[[int], None] = lambda _: None,
    save: Callable[[BatchResult], None] = lambda _: None,
) -> BatchResult:
    """Write the parts of a batch that `done` does not hold yet, and give back the whole result.

    `on_bytes` is told what each unit added to the archive, `save` gets the result so far now and then; both are called
    from worker threads. Sources that can't be read as planned are `problems` of the result. Raises UploadGone, and
    what botocore raises for faults that outlast its retries.
    """
    return _Run(s3, target, batch, done or BatchResult(traffic=Traffic()), on_bytes, save).run()
