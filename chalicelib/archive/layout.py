"""In which order the bodies stand, so that few bytes must be stitched.

A body can only be copied by S3 if the bytes before it, back to the last copied one, fill a part (5 MiB). What fills a
part: small files, which can't be copied anyway; files of 5 to 10 MiB that are given up for copying; the head of a large
file itself. One group is one such filling and the file it serves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from chalicelib.archive.entries import Entry
from chalicelib.archive.zip_format import is_zip64, local_header_length

MIB = 1 << 20
GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class Limits:
    """S3's law of multipart uploads, in bytes and counts, and the sizes that the planner aims at.

    Source: "Amazon S3 multipart upload limits" in the S3 user guide.
    """

    min_part: int = 5 * MIB
    max_part: int = 5 * GIB
    max_parts: int = 10_000
    max_archive: int = 50_000 * GIB
    copy_range: int = GIB  # of a copied range, before 10,000 parts make larger ones necessary
    stitch: int = 8 * MIB  # of a part of small files only


@dataclass(frozen=True, slots=True)
class Group:
    """Entries by position: `stitched` whole, then `copied`, of which S3 copies all but its head (None: nothing)."""

    stitched: tuple[int, ...]
    copied: int | None


def length_of(entry: Entry) -> int:
    """Bytes of an entry in the archive: local header and body."""
    return local_header_length(entry.name, entry.size) + entry.size


def group(entries: Sequence[Entry], limits: Limits) -> list[Group]:
    """The order of the bodies, as groups. The same entries give the same groups."""
    sizes = [length_of(entry) for entry in entries]
    by_size = sorted(range(len(entries)), key=lambda i: (-entries[i].size, i))
    large = [i for i in by_size if entries[i].size >= 2 * limits.min_part]
    middle = [i for i in by_size if limits.min_part <= entries[i].size < 2 * limits.min_part]
    fillings, rest = _fillings([i for i in by_size if entries[i].size < limits.min_part], sizes, limits.min_part)
    given_up = _given_up(middle, sizes, len(fillings), len(large), limits.min_part)
    kept = middle[: len(middle) - given_up]
    fillings += [(i,) for i in middle[len(middle) - given_up :]]
    # Served first are the middle ones, which can't be copied otherwise, then the large ones. The archive's first member
    # should not be zip64 if another can be, because Safari fails on such archives.
    targets = kept + sorted(large, key=lambda i: (is_zip64(entries[i].size), i))
    groups = [Group(filling, target) for filling, target in zip(fillings, targets, strict=False)]
    groups += [Group(filling, None) for filling in _merged(fillings[len(targets) :], sizes, limits.stitch)]
    unserved = [Group((), target) for target in targets[len(fillings) :]]
    if rest and unserved:
        unserved[0] = Group(rest, unserved[0].copied)
    elif rest:
        unserved = [Group(rest, None)]
    return groups + unserved


def _fillings(small: Sequence[int], sizes: Sequence[int], needed: int) -> tuple[list[tuple[int, ...]], tuple[int, ...]]:
    """Small files in runs that fill a part each, and the rest, which fills none."""
    fillings: list[tuple[int, ...]] = []
    run: list[int] = []
    length = 0
    for i in small:
        run.append(i)
        length += sizes[i]
        if length >= needed:
            fillings.append(tuple(run))
            run, length = [], 0
    return fillings, tuple(run)


def _given_up(middle: Sequence[int], sizes: Sequence[int], fillings: int, large: int, head: int) -> int:
    """How many of the middle files (the smallest) are best stitched whole and used as fillings.

    Stitching x of them costs their bytes and serves x files; what is left of the service spares large files' heads.
    """
    costs = [0, *accumulate(sizes[i] for i in reversed(middle))]

    def cost(x: int) -> int:
        spare = fillings + x - (len(middle) - x)
        return costs[x] + head * max(0, large - spare)

    feasible = [x for x in range(len(middle) + 1) if fillings + x >= len(middle) - x]
    return min(feasible, key=cost, default=0)


def _merged(fillings: Sequence[tuple[int, ...]], sizes: Sequence[int], aim: int) -> list[tuple[int, ...]]:
    """Fillings that serve nobody, joined to parts of about `aim` bytes."""
    merged: list[tuple[int, ...]] = []
    run: list[int] = []
    length = 0
    for filling in fillings:
        run += filling
        length += sum(sizes[i] for i in filling)
        if length >= aim:
            merged.append(tuple(run))
            run, length = [], 0
    return [*merged, tuple(run)] if run else merged
