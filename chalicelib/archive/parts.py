"""From groups to S3's parts: units, batches of units for the workers, and the tail for the finisher."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil

from chalicelib.archive.entries import ArchiveTooLarge, Entry
from chalicelib.archive.layout import Group, Limits, group, head_of, length_of

MAX_BATCHES = 1_000
# What a worker needs for a request, a stitched byte (in and out) and a copied byte, in seconds: only ratios matter.
_REQUEST, _STITCHED_BYTE, _COPIED_BYTE = 0.03, 1 / 30e6, 1 / 400e6
_BATCH_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class CopyPart:
    """A part that is one range of the unit's copied entry: `start` and `length` in bytes."""

    number: int
    start: int
    length: int


@dataclass(frozen=True, slots=True)
class Unit:
    """A stitch part and the copy parts behind it. `stitched` and `copied` are positions of entries.

    The stitch part holds header and body of each stitched entry, then the header and the first `head` bytes of the
    copied one.
    """

    number: int
    stitched: tuple[int, ...]
    copied: int | None
    head: int
    copies: tuple[CopyPart, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """The work of one worker, complete in itself: its units and the entries they speak of."""

    units: tuple[Unit, ...]
    entries: dict[int, Entry]


@dataclass(frozen=True, slots=True)
class Index:
    """What the finisher needs: all entries with the offsets of their local headers, the entries that it stitches
    itself, the number of its first part, the offset where that begins, and how many batches there are."""

    entries: tuple[Entry, ...]
    offsets: tuple[int, ...]
    tail: tuple[int, ...]
    tail_number: int
    tail_offset: int
    batches: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole archive, planned before its first byte."""

    index: Index
    batches: tuple[Batch, ...]

    @property
    def bytes_total(self) -> int:
        """Bytes that workers and finisher write or have copied, but for manifests and directory."""
        return sum(map(length_of, self.index.entries))


def plan(entries: Sequence[Entry], limits: Limits | None = None) -> Plan:
    """The plan of an archive of these entries. Pure: the same entries give the same plan.

    Raises ValueError for a name that comes twice, ArchiveTooLarge when S3's limits can't hold the archive.
    """
    limits = limits or Limits()
    if len({entry.name for entry in entries}) != len(entries):
        raise ValueError("two entries have the same name")
    total = sum(map(length_of, entries))
    if total > limits.max_archive:
        raise ArchiveTooLarge(f"the archive would have {total} bytes; the limit is {limits.max_archive}")
    groups, tail = _tail_apart(group(entries, limits), entries, limits)
    sizes = limits
    while _part_count(groups, entries, sizes) > limits.max_parts - 2:
        if sizes.copy_range >= limits.max_part:
            count = _part_count(groups, entries, sizes)
            raise ArchiveTooLarge(f"the archive would need {count} parts; the limit is {limits.max_parts}")
        sizes = replace(sizes, copy_range=min(2 * sizes.copy_range, limits.max_part))
    units = list(_units(groups, entries, sizes))
    offsets = [0] * len(entries)
    position = 0
    for i in (*(i for g in groups for i in (*g.stitched, *(() if g.copied is None else (g.copied,)))), *tail):
        offsets[i] = position
        position += length_of(entries[i])
    batches = tuple(_batches(units, entries))
    tail_number = 1 + sum(1 + len(unit.copies) for unit in units)
    tail_offset = position - sum(length_of(entries[i]) for i in tail)
    index = Index(tuple(entries), tuple(offsets), tail, tail_number, tail_offset, len(batches))
    return Plan(index, batches)


def _tail_apart(groups: list[Group], entries: Sequence[Entry], limits: Limits) -> tuple[list[Group], tuple[int, ...]]:
    """A last group that fills no part goes to the finisher, whose part may be smaller."""
    if groups and groups[-1].copied is None:
        last = groups[-1].stitched
        if sum(length_of(entries[i]) for i in last) < limits.min_part:
            return groups[:-1], last
    return groups, ()


def _head(unit: Group, entries: Sequence[Entry], limits: Limits) -> int:
    """How many bytes of the copied entry must be stitched so that the part before the copies is large enough."""
    if unit.copied is None:
        return 0
    return head_of(entries[unit.copied], sum(length_of(entries[i]) for i in unit.stitched), limits)


def _copy_count(unit: Group, entries: Sequence[Entry], limits: Limits) -> int:
    if unit.copied is None:
        return 0
    return ceil((entries[unit.copied].size - _head(unit, entries, limits)) / limits.copy_range)


def _part_count(groups: Sequence[Group], entries: Sequence[Entry], limits: Limits) -> int:
    return sum(1 + _copy_count(unit, entries, limits) for unit in groups)


def _units(groups: Sequence[Group], entries: Sequence[Entry], limits: Limits) -> Iterator[Unit]:
    number = 1
    for unit in groups:
        head, count = _head(unit, entries, limits), _copy_count(unit, entries, limits)
        copies: list[CopyPart] = []
        if unit.copied is not None:
            start, left = head, entries[unit.copied].size - head
            for k in range(count):
                length = ceil(left / (count - k))
                copies.append(CopyPart(number + 1 + k, start, length))
                start, left = start + length, left - length
        yield Unit(number, unit.stitched, unit.copied, head, tuple(copies))
        number += 1 + count


def _seconds(unit: Unit, entries: Sequence[Entry]) -> float:
    stitched = sum(entries[i].size for i in unit.stitched) + unit.head
    requests = 1 + len(unit.stitched) + (1 if unit.head else 0) + len(unit.copies)
    copied = sum(copy.length for copy in unit.copies)
    return requests * _REQUEST + stitched * _STITCHED_BYTE + copied * _COPIED_BYTE


def _batches(units: Sequence[Unit], entries: Sequence[Entry]) -> Iterator[Batch]:
    seconds = [_seconds(unit, entries) for unit in units]
    share = max(_BATCH_SECONDS, sum(seconds) / (MAX_BATCHES / 2))
    run: list[Unit] = []
    length = 0.0
    for unit, cost in zip(units, seconds, strict=True):
        if run and length + cost > share:
            yield _batch(run, entries)
            run, length = [], 0.0
        run.append(unit)
        length += cost
    if run:
        yield _batch(run, entries)


def _batch(units: Sequence[Unit], entries: Sequence[Entry]) -> Batch:
    spoken_of = {i for unit in units for i in unit.stitched} | {u.copied for u in units if u.copied is not None}
    return Batch(tuple(units), {i: entries[i] for i in sorted(spoken_of)})
