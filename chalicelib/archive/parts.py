"""From groups to S3's parts: units, and segments where 10,000 parts are too few.

A segment is an object of 256 MiB to 5 GiB that is assembled by an upload of its own and then copied as one part. It
costs no byte through functions, only requests and a second copy inside S3, so it is preferred to stitching files whole.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
    longest = limits.copy_range
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
    """
    # A zip64 member has the fewest parts per byte, so none becomes the first member that was not before.
    ordered = sorted(measured, key=lambda item: (item.stitch + item.copied) / (1 + item.copies(limits.max_part)))
    longest = min(limits.segment, limits.max_part)
    while (found := _with_segments_up_to(longest, ordered, available, limits)) is None:
        if longest == limits.max_part:
            raise ArchiveTooLarge(f"the archive would need {count} parts; the limit is {limits.max_parts}")
        longest = min(2 * longest, limits.max_part)
    return found


def _with_segments_up_to(longest: int, ordered: Sequence[_Measured], available: int, limits: Limits) -> Parts | None:
    """The parts with segments of at most this length; None where even then there are too many."""
    longest_range = min(limits.segment_range, max(2 * limits.min_part, longest // 4))
    beyond = [0] * (len(ordered) + 1)
    for k in range(len(ordered) - 1, -1, -1):
        beyond[k] = beyond[k + 1] + 1 + ordered[k].copies(limits.max_part)
    units: list[Unit] = []
    segments: list[Segment] = []
    parts, length = 0, 0

    def place(size: int) -> Place:
        nonlocal parts, length
        if parts and (length + size > longest or parts == limits.max_parts):
            close()
        parts, length = parts + 1, length + size
        return Place(len(segments) + 1, parts)

    def close() -> None:
        nonlocal parts, length
        segments.append(Segment(len(segments) + 1, len(segments) + 1, parts, length))
        parts, length = 0, 0

    done = 0
    while len(segments) + (1 if parts else 0) + beyond[done] > available:
        if done == len(ordered):
            return None
        item = ordered[done]
        sizes = [item.stitch, *(size for _, size in _ranges(item, longest_range))]
        units.append(_unit(item, iter([place(size) for size in sizes]), longest_range))
        done += 1
    if parts:
        close()
    number = len(segments) + 1
    direct = ordered[done:]
    direct_range = limits.copy_range
    while _count(direct, direct_range) > available - len(segments):
        direct_range = min(2 * direct_range, limits.max_part)
    for item in direct:
        end = number + 1 + item.copies(direct_range)
        units.append(_unit(item, (Place(0, k) for k in range(number, end)), direct_range))
        number = end
    return Parts(tuple(units), tuple(segments), number)
