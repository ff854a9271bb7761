"""A worker: writes the parts of a batch, with bounded threads and memory, and can be repeated at any time."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from chalicelib.archive.batches import Batch
from chalicelib.archive.entries import ArchiveError, Entry, Source, UploadGone
from chalicelib.archive.multipart_upload import checksum_of, complete, is_open
from chalicelib.archive.parts import CopyPart, Place, Segment, Unit
from chalicelib.archive.plan_file import BatchResult, Traffic, WrittenPart
from chalicelib.archive.s3_clients import S3Clients
from chalicelib.archive.s3_errors import SourceProblem, SourceProblems
from chalicelib.archive.s3_operations import S3Operations, Target
from chalicelib.archive.stitching import MemoryBudget, check, stitch
from chalicelib.crc32 import combine, crc32
from chalicelib.zip_format import local_header, local_header_length

# A worker runs 128 large copies, which take long; of small ones fewer, because 40 workers with 16 copies of 0.2 s
# each approach the 3,500 writes per second that S3 accepts below a prefix.
_CONCURRENT_COPIES, _CONCURRENT_SMALL_COPIES, _SMALL_COPY = 128, 16, 64 << 20
_COPIES_ELSEWHERE, _READS_ELSEWHERE = 8, 16  # on a server that is not S3 itself: more wait for each other there
_CONCURRENT_STITCHES = 6  # few threads that hold parts: each keeps the memory of its largest
_CONCURRENT_READS = 64
_MAX_STITCHED_IN_MEMORY = 128 << 20  # bytes of parts in memory; a single part may exceed it
_SAVE_EVERY = 15.0


class _Run:
    """One run over a batch: earlier results, its own results, and its callbacks."""

    def __init__(
        self,
        store: S3Clients,
        targets: Mapping[int, Target],
        batch: Batch,
        done: BatchResult,
        earlier: Sequence[BatchResult],
        on_bytes: Callable[[int], None],
        save: Callable[[BatchResult], None],
    ) -> None:
        self.objects = S3Operations(store)
        self._store, self._targets, self._batch, self._on_bytes, self._save = store, targets, batch, on_bytes, save
        self._parts, self._crc32, self._problems = dict(done.parts), dict(done.crc32), dict(done.problems)
        self._earlier = {place: part for result in earlier for place, part in result.parts.items()}
        self._lost = any(result.problems for result in earlier)
        self._before = done.traffic
        self._lock, self._saving = threading.Lock(), threading.Lock()
        self._saved_at = time.monotonic()
        self._memory = MemoryBudget(_MAX_STITCHED_IN_MEMORY)
        self._max_copies = _CONCURRENT_COPIES if store.is_aws else _COPIES_ELSEWHERE
        self._copy = ThreadPoolExecutor(self._max_copies, "copy")
        self._copy_small = ThreadPoolExecutor(_CONCURRENT_SMALL_COPIES, "small copy")
        self._read = ThreadPoolExecutor(_CONCURRENT_READS if store.is_aws else _READS_ELSEWHERE, "read")
        self._stitch = ThreadPoolExecutor(_CONCURRENT_STITCHES, "stitch")
        self._joins = {segment.upload: segment for segment in batch.joins}
        self._unwritten = Counter(unit.place.upload for unit in batch.units)  # units by upload

    def result(self) -> BatchResult:
        with self._lock:
            return BatchResult(
                dict(self._parts), dict(self._crc32), dict(self._problems), self._before + self.objects.traffic
            )

    def run(self) -> BatchResult:
        """Copies wait for nothing and hold no memory, so as many units are started at once as copies can run."""
        batch = self._batch
        with (
            self._copy,
            self._copy_small,
            self._read,
            self._stitch,
            ThreadPoolExecutor(_CONCURRENT_COPIES, "unit") as pool,
        ):
            futures = [pool.submit(self._copy_ahead, copy.entry, copy.part) for copy in batch.copies]
            futures += [pool.submit(self._join, s) for s in batch.joins if not self._unwritten[s.upload]]
            units = [pool.submit(self._unit, unit) for unit in batch.units]
            try:
                for future in futures:
                    future.result()
                for unit in units:
                    if (join := unit.result()) is not None:
                        join.result()
            finally:
                for future in futures:
                    future.cancel()
                for unit in units:
                    unit.cancel()
            if self._problems or self._lost:
                self._check_all()
        return self.result()

    def _note(self, problems: Mapping[int, str]) -> None:
        with self._lock:
            self._problems |= problems

    def _copy_ahead(self, position: int, part: CopyPart) -> None:
        try:
            self._copied(position, part)
        except SourceProblem as problem:
            self._note({problem.entry: problem.reason})

    def _unit(self, unit: Unit) -> Future[None] | None:
        """Write a unit; after the last one of a segment the segment is joined, which has a future of its own."""
        with self._lock:
            is_needed = unit.place not in self._parts and unit.copied not in self._problems
        try:
            if is_needed:
                self._write(unit)
        except SourceProblem as problem:
            self._note({problem.entry: problem.reason})
        except SourceProblems as found:
            self._note(found.problems)
        with self._lock:
            self._unwritten[unit.place.upload] -= 1
            segment = None if self._unwritten[unit.place.upload] else self._joins.get(unit.place.upload)
        return None if segment is None else self._copy.submit(self._join, segment)

    def _check_all(self) -> None:
        """Check all sources of a batch that cannot be completed: skipped units have unchecked ones, and what was
        read before may have been lost since. The next plan excludes all of them at once."""
        unknown = [(i, entry) for i, entry in self._batch.entries.items() if i not in self._problems]
        self._note(check(unknown, self.objects, self._read))

    def _write(self, unit: Unit) -> None:
        """Copies first, header last: the header carries the CRC-32 that the copies return."""
        copies = self._copies(unit)
        if copies is not None:
            self._stitch.submit(self._put_stitched, unit, copies).result()

    def _put_stitched(self, unit: Unit, copies: Sequence[WrittenPart]) -> None:
        entries = self._batch.entries
        with self._memory.of(unit.length):
            stitched = [(i, entries[i]) for i in unit.stitched]
            if unit.copied is None:
                body, checksums = stitch(stitched, 0, self.objects, self._read)
            else:
                entry = entries[unit.copied]
                more = local_header_length(entry.name, entry.size) + unit.head
                body, checksums = stitch(stitched, more, self.objects, self._read)
                with memoryview(body) as whole, whole[len(body) - unit.head :] as head:
                    self.objects.read_into(head, unit.copied, entry, 0)
                    checksum = self._copied_checksum(unit, unit.copied, entry, head, copies)
                    checksums[unit.copied] = checksum
                    header = local_header(entry.name, entry.size, entry.modified, checksum)
                    whole[len(body) - more : len(body) - unit.head] = header
            part = self.objects.put_part(self._targets[unit.place.upload], unit.place.number, body)
        self._done(unit.place, part, checksums)

    def _copies(self, unit: Unit) -> list[WrittenPart] | None:
        """The unit's copied parts in order, written now or before; None where an earlier batch could not."""
        if unit.copied is None:
            return []
        if self._batch.after and all(copy.place in self._earlier for copy in unit.copies):
            return [self._earlier[copy.place] for copy in unit.copies]
        if self._batch.after and self._lost:
            return None
        futures = []
        for part in unit.copies:
            pool = self._copy_small if part.length < _SMALL_COPY else self._copy
            futures.append(pool.submit(self._copied, unit.copied, part))
        errors = [error for future in futures if (error := future.exception()) is not None]
        if errors:
            raise errors[0]
        return [future.result() for future in futures]

    def _copied(self, position: int, part: CopyPart) -> WrittenPart:
        with self._lock:
            known = self._parts.get(part.place)
        if known is not None:
            return known
        target, entry = self._targets[part.place.upload], self._batch.entries[position]
        written = self.objects.copy_part(
            target,
            part.place.number,
            entry.source,
            part.start,
            part.length,
            is_whole=part.length == entry.size,
            position=position,
        )
        self._done(part.place, written, {})
        return written

    def _copied_checksum(
        self, unit: Unit, position: int, entry: Entry, head: memoryview, copies: Sequence[WrittenPart]
    ) -> int:
        if self._targets[unit.place.upload].copy_crc == "answer":
            checksum = crc32(head)
            for part in copies:
                checksum = combine(checksum, part.crc32, part.length)
        elif entry.crc32 is not None:
            return entry.crc32
        else:
            rest = self.objects.checksum_by_reading(position, entry, len(head))
            checksum = combine(crc32(head), rest, entry.size - len(head))
        if entry.crc32 is not None and entry.crc32 != checksum:
            raise SourceProblem(position, "corrupt")
        return checksum

    def _join(self, segment: Segment) -> None:
        """Complete a segment, and have it copied as one part of the archive."""
        place, target = Place(0, segment.number), self._targets[segment.upload]
        places = [Place(segment.upload, number) for number in range(1, segment.parts + 1)]
        with self._lock:
            if place in self._parts or self._lost or self._problems:
                return
            found = [(known.number, self._parts.get(known) or self._earlier.get(known)) for known in places]
        parts = {number: part for number, part in found if part is not None}
        if len(parts) < segment.parts:
            if not is_open(self._store, self._targets[0]):
                raise UploadGone("the upload was aborted while its segments were written")
            return  # Finish detects what is missing and has it written
        if any(known not in self._earlier for known in places):
            self._save_now()  # a run that follows could not write these parts once their upload is complete
        whole = checksum_of(parts) if target.copy_crc == "answer" else 0
        etag = complete(self._store, target, parts, whole, segment.length)
        source = Source(target.bucket, target.key, etag)
        copied = self.objects.copy_part(self._targets[0], segment.number, source, 0, segment.length, is_whole=True)
        if target.copy_crc == "answer" and copied.crc32 != whole:
            raise ArchiveError(f"segment {segment.upload} is not what its parts were")
        self._done(place, copied, {}, shown=0)

    def _done(self, place: Place, part: WrittenPart, checksums: dict[int, int], shown: int | None = None) -> None:
        with self._lock:
            self._parts[place] = part
            self._crc32 |= checksums
            now = time.monotonic()
            due = now - self._saved_at >= _SAVE_EVERY
            if due:
                self._saved_at = now
        self._on_bytes(part.length if shown is None else shown)
        if due:
            self._save_now()

    def _save_now(self) -> None:
        with self._saving:  # serialized, so that no result is replaced by an older one
            self._save(self.result())


def write_batch(
    store: S3Clients,
    targets: Mapping[int, Target],
    batch: Batch,
    *,
    done: BatchResult | None = None,
    earlier: Sequence[BatchResult] = (),
    on_bytes: Callable[[int], None] = lambda _: None,
    save: Callable[[BatchResult], None] = lambda _: None,
) -> BatchResult:
    """Write the parts of a batch that `done` does not contain yet; returns the whole result.

    `targets` are the uploads by index (0: the archive's), `earlier` the results of the batches that this one comes
    after. `on_bytes` receives what each part added to the archive, `save` the results so far, periodically; both are
    called from worker threads. Sources that can't be read as planned are `problems` of the result. Raises UploadGone,
    and what botocore raises for faults that outlast its retries.
    """
    return _Run(store, targets, batch, done or BatchResult(traffic=Traffic()), earlier, on_bytes, save).run()
