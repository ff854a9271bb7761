"""Batches: the work of an archive, split so that parallel workers finish at about the same time.

Most archives need one Map over them. Two kinds of work must be done before: the copies of a file that is too large for
one worker (its header needs the CRC-32s of the copies), and the parts of segments that share a unit with another one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from heapq import heapify, heapreplace
from math import ceil

from chalicelib.archive.entries import Entry
from chalicelib.archive.parts import CopyPart, Parts, Segment, Unit

MAX_BATCHES = 1_000
# The worker's time in seconds: a small file is a request of 30 ms, of which 64 run at once; stitched bytes are
# received and sent at 75 MB/s each way; 128 copies run at once at 50 MB/s each. Only the ratios shape the batches.
_REQUEST, _STITCHED_BYTE, _COPIED_BYTE, _COPY = 0.03 / 64, 1 / 75e6, 1 / (128 * 50e6), 0.2 / 128
# Seconds of a batch, where there is a choice. Shorter ones would cost more in starts of functions than they save; a
# worker may run for 900. The sum overestimates, because copies run while other parts are stitched.
_SHORTEST, _LONGEST = 1.0, 400.0


@dataclass(frozen=True, slots=True)
class Copy:
    """A copied part that is written ahead of the unit it belongs to."""

    entry: int
    part: CopyPart


@dataclass(frozen=True, slots=True)
class WholeSegment:
    """A segment with all its units: the work of one worker, which joins it as soon as they are written."""

    segment: Segment
    units: tuple[Unit, ...]


_Work = Unit | Copy | Segment | WholeSegment


@dataclass(frozen=True, slots=True)
class Batch:
    """The work of one worker, complete in itself: its units, copies and segments to be joined, the entries they refer
    to, and the numbers of the batches whose results it needs. Units of a segment that it joins come in their order."""

    units: tuple[Unit, ...] = ()
    copies: tuple[Copy, ...] = ()
    joins: tuple[Segment, ...] = ()
    entries: dict[int, Entry] = field(default_factory=dict)
    after: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """All batches; the first `ahead` of them must be done before the others begin."""

    batches: tuple[Batch, ...]
    ahead: int


def assign_batches(parts: Parts, entries: Sequence[Entry], workers: int) -> BatchPlan:
    """The batches for this many concurrent workers. Pure: the same parts give the same batches."""
    whole, shared, inside = _segments(parts)
    direct = [unit for unit in parts.units if not unit.place.upload]
    total = sum(_seconds(unit, entries) for unit in direct)
    share = 2 * total / _number(total, workers)
    huge = {u.place for u in direct if len(u.copies) > 1 and _copy_seconds(u.copies) > max(share, _LONGEST / 8)}
    early: list[Unit | Copy] = [*inside]
    for unit in direct:
        if unit.copied is not None and unit.place in huge:
            early += [Copy(unit.copied, part) for part in unit.copies]
    ahead = _share(early, entries, workers)
    writers: dict[int, set[int]] = {}  # batches by segment, and those that copy for an entry by its position
    copiers: dict[int, set[int]] = {}
    for number, batch in enumerate(ahead):
        for unit in batch.units:
            for place in (unit.place, *(copy.place for copy in unit.copies)):
                writers.setdefault(place.upload, set()).add(number)
        for copy in batch.copies:
            copiers.setdefault(copy.entry, set()).add(number)
    then = _share([*direct, *shared, *whole], entries, workers, copied=huge)
    found = []
    for batch in then:
        needed = {n for segment in batch.joins for n in writers.get(segment.upload, ())}
        needed |= {n for u in batch.units if u.place in huge and u.copied is not None for n in copiers[u.copied]}
        found.append(Batch(batch.units, batch.copies, batch.joins, batch.entries, tuple(sorted(needed))))
    return BatchPlan((*ahead, *found), len(ahead))


def _segments(parts: Parts) -> tuple[list[WholeSegment], list[Segment], list[Unit]]:
    """The segments that share no unit with another, with their units; the others, and the units of those."""
    inside = [unit for unit in parts.units if unit.place.upload]
    spanned: set[int] = set()
    for unit in inside:
        uploads = {unit.place.upload, *(copy.place.upload for copy in unit.copies)}
        if len(uploads) > 1:
            spanned |= uploads
    units: dict[int, list[Unit]] = {}
    for unit in inside:
        units.setdefault(unit.place.upload, []).append(unit)
    whole = [
        WholeSegment(segment, tuple(units[segment.upload]))
        for segment in parts.segments
        if segment.upload not in spanned
    ]
    shared = [segment for segment in parts.segments if segment.upload in spanned]
    return whole, shared, [unit for segment in shared for unit in units.get(segment.upload, ())]


def _number(total: float, workers: int) -> int:
    """How many batches: short ones for few workers, else the same number for each of them."""
    if total <= workers * _SHORTEST:
        return max(1, ceil(total / _SHORTEST))
    most = max(1, MAX_BATCHES // 2 // workers)
    return workers * min(most, ceil(total / (workers * _LONGEST)))


def _copy_seconds(copies: Iterable[CopyPart]) -> float:
    return sum(_COPY + part.length * _COPIED_BYTE for part in copies)


def _seconds(work: _Work, entries: Sequence[Entry]) -> float:
    if isinstance(work, WholeSegment):
        return _seconds(work.segment, entries) + sum(_seconds(unit, entries) for unit in work.units)
    if isinstance(work, Segment):
        return 2 * _COPY + work.length * _COPIED_BYTE
    if isinstance(work, Copy):
        return _copy_seconds([work.part])
    requests = 1 + sum(1 for i in work.stitched if entries[i].size) + (1 if work.head else 0)
    return requests * _REQUEST + work.length * _STITCHED_BYTE + _copy_seconds(work.copies)


def _share(work: Sequence[_Work], entries: Sequence[Entry], workers: int, copied: Iterable[object] = ()) -> list[Batch]:
    """The longest first, each into the shortest batch: no batch is longer than another by more than one piece."""
    if not work:
        return []
    done = set(copied)

    def cost(item: _Work) -> float:
        if isinstance(item, Unit) and item.place in done:
            return _seconds(item, entries) - _copy_seconds(item.copies)
        return _seconds(item, entries)

    costs = [cost(item) for item in work]
    heap = [(0.0, number) for number in range(min(len(work), _number(sum(costs), workers)))]
    heapify(heap)
    shares: list[list[int]] = [[] for _ in heap]
    for k in sorted(range(len(work)), key=lambda k: (-costs[k], k)):
        load, number = heap[0]
        shares[number].append(k)
        heapreplace(heap, (load + costs[k], number))
    return [_batch([work[k] for k in sorted(share)], entries) for share in shares]


def _batch(work: Sequence[_Work], entries: Sequence[Entry]) -> Batch:
    whole = [item for item in work if isinstance(item, WholeSegment)]
    # Segments first: their copies come after all their units.
    units = tuple(unit for item in whole for unit in item.units)
    units += tuple(item for item in work if isinstance(item, Unit))
    copies = tuple(item for item in work if isinstance(item, Copy))
    referenced = {i for unit in units for i in unit.stitched} | {u.copied for u in units if u.copied is not None}
    referenced |= {copy.entry for copy in copies}
    joins = tuple(item.segment for item in whole) + tuple(item for item in work if isinstance(item, Segment))
    return Batch(units, copies, joins, {i: entries[i] for i in sorted(referenced)})
