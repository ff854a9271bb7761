"""A pool of files by size, from which the best fit can be taken."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence


class SizePool:
    """Entries by length, which can be taken out; a search takes nearly constant time, however many there are."""

    def __init__(self, ascending: Sequence[tuple[int, int]]) -> None:
        self._items = ascending
        self._lengths = [length for length, _ in ascending]
        self._taken = bytearray(len(ascending))
        # Where to look next below and above an item that was taken; the paths are shortened as they are walked.
        self._below = list(range(-1, len(ascending) - 1))
        self._above = list(range(1, len(ascending) + 1))

    def _free(self, at: int, onward: list[int]) -> int:
        """The first remaining item at or after `at` in this direction; outside of the list when there is none."""
        passed = []
        while 0 <= at < len(self._items) and self._taken[at]:
            passed.append(at)
            at = onward[at]
        for passed_index in passed:
            onward[passed_index] = at
        return at

    def _take(self, at: int) -> tuple[int, int] | None:
        if not 0 <= at < len(self._items):
            return None
        self._taken[at] = 1
        return self._items[at]

    def take_at_most(self, length: int) -> tuple[int, int] | None:
        """The longest of at most this length: (length, position), or None."""
        return self._take(self._free(bisect_right(self._lengths, length) - 1, self._below))

    def take_between(self, least: int, most: int) -> tuple[int, int] | None:
        """The shortest of at least `least`, if it is not longer than `most`: (length, position), or None."""
        at = self._free(bisect_left(self._lengths, least), self._above)
        return self._take(at) if at < len(self._items) and self._lengths[at] <= most else None

    def take_at_least(self, length: int) -> tuple[int, int] | None:
        """The shortest of at least this length: (length, position), or None."""
        return self._take(self._free(bisect_left(self._lengths, length), self._above))

    def rest(self) -> list[int]:
        """The positions of what was not taken, the longest first."""
        return [i for (_, i), taken in zip(reversed(self._items), reversed(self._taken), strict=True) if not taken]
