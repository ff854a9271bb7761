"""The order of the bodies in an archive, chosen so that few bytes must be stitched.

A body can only be copied by S3 if the bytes before it, back to the last copied one, fill a part (5 MiB). What fills a
part: small files, which can't be copied anyway; files of 5–10 MiB that are stitched instead of copied (“demoted”); the
head of the copied file itself. One group is one such filling and the file it serves.

Stitched bytes are those of small files, demoted files and heads. Every small file in front of a copied one shortens its
head by its own length, up to the part's 5 MiB: so the small ones are packed tightly, and a file is demoted where that
saves more bytes than it costs (docs/decisions/0001).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heapreplace
from itertools import accumulate, product

from chalicelib.archive.entries import Entry
from chalicelib.archive.limits import Limits
from chalicelib.archive.size_pool import SizePool
from chalicelib.zip_format import is_zip64, local_header_length

_NEIGHBOURS = 12  # numbers of demoted files to try on each side of the estimate
_MAX_NEIGHBOUR_SEARCH = 20_000  # entries; beyond, only that number is tried
_MAX_ALL_STRATEGIES = 2_000
_MAX_EXHAUSTIVE = 7


@dataclass(frozen=True, slots=True)
class Group:
    """Entries by position: `stitched` whole, then `copied`, of which S3 copies all but its head (None: nothing)."""

    stitched: tuple[int, ...]
    copied: int | None


def length_of(entry: Entry) -> int:
    """Bytes of an entry in the archive: local header and body."""
    return local_header_length(entry.name, entry.size) + entry.size


def head_of(entry: Entry, before: int, limits: Limits) -> int:
    """How many bytes of a copied entry must be stitched after `before` bytes of others and its own header."""
    return max(0, limits.min_part - before - local_header_length(entry.name, entry.size))


def group(entries: Sequence[Entry], limits: Limits) -> list[Group]:
    """The order of the bodies, as groups. The same entries give the same groups."""
    by_size = sorted(range(len(entries)), key=lambda i: (-entries[i].size, i))
    copyable = [i for i in by_size if entries[i].size >= limits.min_part]
    small = [i for i in by_size if entries[i].size < limits.min_part]
    middle = sum(1 for i in copyable if entries[i].size < 2 * limits.min_part)
    packing = _pack(entries, copyable, small, middle, limits)
    served = [Group(tuple(filling), target) for target, filling in packing.fillings.items()]
    # The archive's first member should not be zip64 if another can be, because Safari fails on such archives.
    served.sort(key=lambda packed: is_zip64(entries[(*packed.stitched, packed.copied or 0)[0]].size))
    idle = [Group(run, None) for run in _runs(packing.left, entries, _run_length(packing.left, entries, limits))]
    return served + idle


def _run_length(left: Sequence[int], entries: Sequence[Entry], limits: Limits) -> int:
    """The bytes of a part of small files only: longer ones cost fewer requests, shorter ones keep more workers busy."""
    total = sum(length_of(entries[i]) for i in left)
    return min(limits.longest_stitch, max(limits.stitch, total // limits.stitches))


@dataclass(frozen=True, slots=True)
class _Packing:
    """The filling of each copied entry, the rest, and the stitched bytes beyond those of small files."""

    fillings: dict[int, list[int]]
    left: list[int]
    cost: int


def _pack(
    entries: Sequence[Entry], copyable: Sequence[int], small: Sequence[int], middle: int, limits: Limits
) -> _Packing:
    """The cheapest packing among the numbers of demoted files that are worth trying."""
    if len(entries) <= _MAX_EXHAUSTIVE:
        return _pack_exhaustively(entries, copyable, small, limits)
    estimated = _estimate_demotions(entries, copyable, small, middle, limits)
    around = _NEIGHBOURS if len(entries) <= _MAX_NEIGHBOUR_SEARCH else 0
    strategies = _STRATEGIES if len(entries) <= _MAX_ALL_STRATEGIES else _STRATEGIES[:1]
    tried = range(max(0, estimated - around), min(middle, estimated + around) + 1)
    packings = (_pack_greedily(entries, copyable, small, x, strategy, limits) for x in tried for strategy in strategies)
    found = [packing for packing in packings if packing is not None]
    x = tried[-1]
    while not found:  # half of the middle ones can always serve the other half
        x = min(middle, x + max(1, x // 8))
        packing = _pack_greedily(entries, copyable, small, x, _STRATEGIES[0], limits)
        found = [] if packing is None else [packing]
    return min(found, key=lambda packing: packing.cost)


def _heads(entries: Sequence[Entry], fillings: Mapping[int, Sequence[int]], limits: Limits) -> dict[int, int]:
    """How much of each copied entry must be stitched behind its filling."""
    return {
        target: head_of(entries[target], sum(length_of(entries[i]) for i in filling), limits)
        for target, filling in fillings.items()
    }


def _pack_exhaustively(
    entries: Sequence[Entry], copyable: Sequence[int], small: Sequence[int], limits: Limits
) -> _Packing:
    """The cheapest packing of a few entries, by trying every set of demoted files in front of every copied one."""
    best: _Packing | None = None
    middle = [i for i in copyable if entries[i].size < 2 * limits.min_part]  # a larger one costs more than it spares
    for chosen in range(1 << len(middle)):
        demoted = [i for k, i in enumerate(middle) if chosen >> k & 1]
        targets = [i for i in copyable if i not in demoted]
        demoted_bytes = sum(entries[i].size for i in demoted)
        if best is not None and demoted_bytes >= best.cost:
            continue
        fillers = [*demoted, *small]
        for places in product((None, *targets), repeat=len(fillers)):  # the first of equals has the shorter parts
            fillings: dict[int, list[int]] = {target: [] for target in targets}
            left: list[int] = []
            for i, place in zip(fillers, places, strict=True):
                (left if place is None else fillings[place]).append(i)
            heads = _heads(entries, fillings, limits)
            is_valid = all(entries[target].size - head >= limits.min_part for target, head in heads.items())
            cost = demoted_bytes + sum(heads.values())
            if is_valid and (best is None or cost < best.cost):
                best = _Packing(fillings, left, cost)
    assert best is not None  # noqa: S101 - copying nothing is always valid
    return best


def _estimate_demotions(
    entries: Sequence[Entry], copyable: Sequence[int], small: Sequence[int], middle: int, limits: Limits
) -> int:
    """The best number of middle files (the smallest ones) to demote, as if small files could be cut anywhere."""
    available = sum(length_of(entries[i]) for i in small)
    smallest_first = copyable[::-1][:middle]
    costs = [0, *accumulate(entries[i].size for i in smallest_first)]
    required = [0, *accumulate(max(0, _least(entries[i], limits)) for i in smallest_first)]
    best, best_cost = middle, None
    for x in range(middle + 1):
        last_served = min(middle, 2 * x)  # the x demoted fill the parts of the next x, which need the most
        if required[middle] - required[last_served] > available:
            continue
        needed = (len(copyable) - 2 * x) * limits.min_part
        cost = costs[x] + max(0, needed - available)
        if best_cost is None or cost < best_cost:
            best, best_cost = x, cost
    return best


def _least(entry: Entry, limits: Limits) -> int:
    """The least bytes in front of a copied entry so that the rest of it behind its head is a part."""
    return 2 * limits.min_part - entry.size - local_header_length(entry.name, entry.size)


@dataclass(frozen=True, slots=True)
class _Strategy:
    """How small files are chosen: to fill the part before a middle file, one that suffices alone (or as many as fit);
    for the heads, the longest that fit, file by file (or the longest first, each to the longest head)."""

    alone: bool = False
    spread: bool = False


_STRATEGIES = (_Strategy(), _Strategy(spread=True), _Strategy(alone=True), _Strategy(alone=True, spread=True))


def _pack_greedily(
    entries: Sequence[Entry],
    copyable: Sequence[int],
    small: Sequence[int],
    demotions: int,
    strategy: _Strategy,
    limits: Limits,
) -> _Packing | None:
    """The packing with this many of the smallest copyable files demoted; None if a middle-sized one lacks a filling."""
    kept = len(copyable) - demotions
    targets, demoted = list(copyable[:kept][::-1]), list(copyable[kept:])
    fillings: dict[int, list[int]] = {target: [] for target in targets}
    for target in targets[: len(demoted)]:
        fillings[target].append(demoted.pop())
    pool = SizePool([(length_of(entries[i]), i) for i in reversed(small)])
    heads = _heads(entries, fillings, limits)

    def put(target: int, taken: tuple[int, int] | None) -> bool:
        if taken is not None:
            heads[target] = max(0, heads[target] - taken[0])
            fillings[target].append(taken[1])
        return taken is not None

    for target in targets:  # those that need the most are served first
        longest = entries[target].size - limits.min_part  # head that leaves a whole part to copy
        while (gap := heads[target] - longest) > 0:
            if strategy.alone and put(target, pool.take_between(gap, heads[target])):
                continue
            if not (put(target, pool.take_at_most(gap)) or put(target, pool.take_at_least(gap))):
                return None
    unused: list[int] = []
    while True:
        if strategy.spread:
            _spread(heads, pool, put)
        for target in targets:
            while heads[target] and put(target, pool.take_at_most(heads[target])):
                pass
        replaced = []
        # What fits nowhere without exceeding a part's length shortens the longest remaining head, and with it
        # a part may no longer need its earlier filling.
        for target in sorted(targets, key=lambda i: (-heads[i], i)):
            if heads[target] == 0 or not put(target, pool.take_at_least(1)):
                break
            replaced += _surplus(entries, target, fillings, limits)
        unused += pool.rest()
        if not replaced:
            break
        pool = SizePool(sorted((length_of(entries[i]), i) for i in replaced))
    cost = sum(heads.values()) + sum(entries[i].size for i in copyable[kept:])
    return _Packing(fillings, [*demoted, *unused], cost)


def _surplus(entries: Sequence[Entry], target: int, fillings: Mapping[int, list[int]], limits: Limits) -> list[int]:
    """Takes out of a filling what the copied entry does not need before it, the longest first, and returns it."""
    filling = fillings[target]
    before = sum(length_of(entries[i]) for i in filling)
    taken = []
    for i in sorted(filling, key=lambda i: -entries[i].size):
        if head_of(entries[target], before - length_of(entries[i]), limits) == 0:
            before -= length_of(entries[i])
            filling.remove(i)
            taken.append(i)
    return taken


def _spread(heads: Mapping[int, int], pool: SizePool, put: Callable[[int, tuple[int, int] | None], bool]) -> None:
    """Assigns the longest unused file to the longest head, as long as one fits."""
    waiting = [(-head, target) for target, head in heads.items() if head]
    heapify(waiting)
    while waiting:
        head, target = waiting[0]
        if not put(target, pool.take_at_most(-head)):
            return
        if heads[target]:
            heapreplace(waiting, (-heads[target], target))
        else:
            heappop(waiting)


def _runs(left: Sequence[int], entries: Sequence[Entry], target_length: int) -> Iterator[tuple[int, ...]]:
    """The unused entries, in runs of about `target_length` bytes; the last may be shorter than a part."""
    run, length = list[int](), 0
    for i in left:
        run.append(i)
        length += length_of(entries[i])
        if length >= target_length:
            yield tuple(run)
            run, length = [], 0
    if run:
        yield tuple(run)
