"""From groups to S3's parts: units, and segments where 10,000 parts are too few.

A segment is an object of 256 MiB to 5 GiB that is assembled by an upload of its own and then copied as one part. It
costs no byte through functions, only requests and a second copy inside S3, so it is preferred to stitching files whole.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import NamedTuple

from chalicelib.archive.entries import ArchiveTooLarge, Entry
from chalicelib.archive.limits import Limits
from chalicelib.archive.packing import Group, head_of, length_of


class Place(NamedTuple):
    """Where a part goes: the upload (0: the archive's own, from 1: a segment's) and the part's number there."""

    upload: int
    number: int


@dataclass(frozen=True, slots=True)
class CopyPart:
    """A part that is one range of a copied entry: `start` and `length` in bytes."""

    place: Place
    start: int
    length: int


@dataclass(frozen=True, slots=True)
class Unit:
    """A stitched part and the copied parts behind it. `stitched` and `copied` are positions of entries.

    The stitched part holds header and body of each stitched entry, then the header and the first `head` bytes of the
    copied one; `length` is its bytes.
    """

    place: Place
    stitched: tuple[int, ...]
    copied: int | None
    head: int
    copies: tuple[CopyPart, ...]
    length: int


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment: its upload's index, the number of the archive's part that it becomes, its parts and its bytes."""

    upload: int
    number: int
    parts: int
    length: int


@dataclass(frozen=True, slots=True)
class Parts:
    """All parts but the finisher's, in the order of their bytes; `next` is the number of the finisher's first."""

    units: tuple[Unit, ...]
    segments: tuple[Segment, ...]
    next: int


@dataclass(frozen=True, slots=True)
class _Measured:
    """A group with the bytes of its stitched part, of which `head` are the copied entry's, and those to be copied."""

    group: Group
    stitch: int
    head: int
    copied: int

    def copies(self, longest: int) -> int:
        return ceil(self.copied / longest)


def cut(groups: Sequence[Group], entries: Sequence[Entry], limits: Limits) -> Parts:
    """The parts of these groups: as few large copies as 10,000 parts need, and segments where those are too few.

    Raises ArchiveTooLarge when S3's limits can't hold the archive.
    """
    available = limits.max_parts - 2 - ceil(len(entries) * limits.tail_row / limits.tail_part)
    measured = [_measure(group, entries, limits) for group in groups]
    longest = _copy_range(measured, limits)
    if len(measured) > available:
        measured = list(_merged(measured, limits.longest_stitch))
    while (count := _count(measured, longest)) > available:
        if longest >= limits.max_part:
            return _segmented(measured, available, limits, count)
        longest = min(2 * longest, limits.max_part)
    units = []
    number = 1
    for item in measured:
        units.append(_unit(item, (Place(0, number + k) for k in range(1 + item.copies(longest))), longest))
        number += 1 + item.copies(longest)
    return Parts(tuple(units), (), number)


def _measure(group: Group, entries: Sequence[Entry], limits: Limits) -> _Measured:
    before = sum(length_of(entries[i]) for i in group.stitched)
    if group.copied is None:
        return _Measured(group, before, 0, 0)
    entry = entries[group.copied]
    head = head_of(entry, before, limits)
    return _Measured(group, before + length_of(entry) - entry.size + head, head, entry.size - head)


def _count(measured: Sequence[_Measured], longest: int) -> int:
    return sum(1 + item.copies(longest) for item in measured)


def _copy_range(measured: Sequence[_Measured], limits: Limits) -> int:
    """The longest copied range: the shorter, the earlier the last copy ends, as long as all run at once."""
    longest = min(limits.short_copy_range, limits.copy_range)
    while longest < limits.copy_range and sum(item.copies(longest) for item in measured) > limits.short_copies:
        longest = min(2 * longest, limits.copy_range)
    return longest


def _merged(measured: Sequence[_Measured], longest: int) -> Iterator[_Measured]:
    """Neighbouring stitched parts of small files only, merged into longer ones: fewer parts, no additional bytes."""
    run: list[_Measured] = []
    for item in measured:
        joins = item.group.copied is None and sum(m.stitch for m in run) + item.stitch <= longest
        if run and not joins:
            yield _joined(run)
            run = []
        if item.group.copied is None:
            run.append(item)
        else:
            yield item
    if run:
        yield _joined(run)


def _joined(run: Sequence[_Measured]) -> _Measured:
    if len(run) == 1:
        return run[0]
    return _Measured(Group(tuple(i for m in run for i in m.group.stitched), None), sum(m.stitch for m in run), 0, 0)


def _ranges(item: _Measured, longest: int) -> Iterator[tuple[int, int]]:
    """(start, length) of the copied ranges, all about as long."""
    start, left = item.head, item.copied
    for k in range(item.copies(longest), 0, -1):
        length = ceil(left / k)
        yield start, length
        start, left = start + length, left - length


def _unit(item: _Measured, places: Iterator[Place], longest: int) -> Unit:
    first = next(places)
    copies = tuple(CopyPart(next(places), *found) for found in _ranges(item, longest))
    return Unit(first, item.group.stitched, item.group.copied, item.head, copies, item.stitch)


def _segmented(measured: Sequence[_Measured], available: int, limits: Limits, count: int) -> Parts:
    """Segments of the groups with the most parts per byte, as few groups as are needed. The segments are the shortest
    for which the parts suffice, because the copy of a segment cannot be split: one of 5 GiB takes almost two minutes.

    No unit spans two segments, so that one worker can make a whole segment, except where the parts suffice only if
    every segment is full.
    """
    # A zip64 member has the fewest parts per byte, so none becomes the first member that was not before.
    ordered = sorted(measured, key=lambda item: (item.stitch + item.copied) / (1 + item.copies(limits.max_part)))
    beyond = [0] * (len(ordered) + 1)
    for k in range(len(ordered) - 1, -1, -1):
        beyond[k] = beyond[k + 1] + 1 + ordered[k].copies(limits.max_part)
    for spanning in (False, True):
        longest = min(limits.segment, limits.max_part)
        while True:
            found = _filled(ordered, beyond, available, longest, limits, spanning=spanning)
            if found is not None:
                return _placed(ordered, found, available, limits)
            if longest == limits.max_part:
                break
            longest = min(2 * longest, limits.max_part)
    raise ArchiveTooLarge(f"the archive would need {count} parts; the limit is {limits.max_parts}")


@dataclass(slots=True)
class _Segments:
    """Segments that are being filled, up to a length."""

    longest: int
    max_parts: int
    closed: list[Segment] = field(default_factory=list)
    parts: int = 0  # of the open one
    length: int = 0

    @property
    def count(self) -> int:
        return len(self.closed) + (1 if self.parts else 0)

    def place(self, size: int) -> Place:
        """The place of the next part."""
        if self.parts and not self.has_room([size]):
            self.close()
        self.parts, self.length = self.parts + 1, self.length + size
        return Place(len(self.closed) + 1, self.parts)

    def has_room(self, sizes: Sequence[int]) -> bool:
        """Do parts of these sizes fit into the open segment?"""
        return self.length + sum(sizes) <= self.longest and self.parts + len(sizes) <= self.max_parts

    def close(self) -> None:
        """End the open segment."""
        if self.parts:
            number = len(self.closed) + 1
            self.closed.append(Segment(number, number, self.parts, self.length))
            self.parts, self.length = 0, 0


def _filled(
    ordered: Sequence[_Measured],
    beyond: Sequence[int],
    available: int,
    longest: int,
    limits: Limits,
    *,
    spanning: bool,
) -> tuple[list[Unit], list[Segment]] | None:
    """Segments of at most this length with as many of the first groups as must be in one, and their units; `beyond` are
    the parts that the groups from a position on need outside. None where even then there are too many parts."""
    longest_range = min(limits.segment_range, max(2 * limits.min_part, longest // 4))
    segments = _Segments(longest, limits.max_parts)
    units: list[Unit] = []
    while segments.count + beyond[len(units)] > available:
        if len(units) == len(ordered):
            return None
        item = ordered[len(units)]
        sizes = [item.stitch, *(size for _, size in _ranges(item, longest_range))]
        if not spanning and not segments.has_room(sizes):
            segments.close()
            if not segments.has_room(sizes):
                return None
        units.append(_unit(item, iter([segments.place(size) for size in sizes]), longest_range))
    segments.close()
    return units, segments.closed


def _placed(
    ordered: Sequence[_Measured], filled: tuple[list[Unit], list[Segment]], available: int, limits: Limits
) -> Parts:
    """All parts: the segments, then the groups that are in none."""
    units, segments = filled
    direct = ordered[len(units) :]
    longest = limits.copy_range
    while _count(direct, longest) > available - len(segments):
        longest = min(2 * longest, limits.max_part)
    number = len(segments) + 1
    for item in direct:
        end = number + 1 + item.copies(longest)
        units.append(_unit(item, (Place(0, k) for k in range(number, end)), longest))
        number = end
    return Parts(tuple(units), tuple(segments), number)
