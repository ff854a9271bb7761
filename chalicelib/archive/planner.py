"""The plan of a whole archive, computed from names and sizes alone before its first byte is written."""

from array import array
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from chalicelib.archive.batches import Batch, assign_batches
from chalicelib.archive.entries import ArchiveTooLarge, Entry, Listed
from chalicelib.archive.limits import Limits
from chalicelib.archive.packing import Group, group, length_of
from chalicelib.archive.parts import Segment, cut

WORKERS = 40


@dataclass(frozen=True, slots=True)
class Index:
    """What the finisher needs: all entries as listed, with the offsets of their local headers; the entries by position
    that it stitches itself; the number and the offset of its first part; how many batches there are."""

    entries: Collection[Listed]
    offsets: Sequence[int]
    tail: dict[int, Entry]
    tail_number: int
    tail_offset: int
    batches: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole archive: the first `ahead` batches must be done before the others begin."""

    index: Index
    batches: tuple[Batch, ...]
    ahead: int
    segments: tuple[Segment, ...]
    bytes_total: int  # written or copied by workers and finisher, without manifests and directory


def plan(entries: Sequence[Entry], limits: Limits | None = None, workers: int = WORKERS) -> Plan:
    """The plan of an archive of these entries for this many concurrent workers. Pure: the same entries give the same
    plan, and the number of workers does not change the archive.

    Raises ValueError for a duplicate name, ArchiveTooLarge when S3's limits can't hold the archive.
    """
    limits = limits or Limits()
    if len({entry.name for entry in entries}) != len(entries):
        raise ValueError("two entries have the same name")
    total = sum(map(length_of, entries))
    if total > limits.max_archive:
        raise ArchiveTooLarge(f"the archive would have {total} bytes; the limit is {limits.max_archive}")
    groups, tail = _split_tail(group(entries, limits), entries, limits)
    parts = cut(groups, entries, limits)
    offsets = array("Q", bytes(8 * len(entries)))
    position = 0
    for unit in parts.units:
        for i in (*unit.stitched, *(() if unit.copied is None else (unit.copied,))):
            offsets[i] = position
            position += length_of(entries[i])
    tail_offset = position
    for i in tail:
        offsets[i] = position
        position += length_of(entries[i])
    shares = assign_batches(parts, entries, workers)
    index = Index(entries, offsets, {i: entries[i] for i in tail}, parts.next, tail_offset, len(shares.batches))
    return Plan(index, shares.batches, shares.ahead, parts.segments, total)


def _split_tail(groups: list[Group], entries: Sequence[Entry], limits: Limits) -> tuple[list[Group], tuple[int, ...]]:
    """A last group that fills no part goes to the finisher, whose part may be smaller."""
    if groups and groups[-1].copied is None:
        last = groups[-1].stitched
        if sum(length_of(entries[i]) for i in last) < limits.min_part:
            return groups[:-1], last
    return groups, ()
