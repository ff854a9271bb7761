"""The tree of an archive's folders and items, for a million of them."""

from array import array
from collections.abc import Iterable, Iterator

from chalicelib.exports.contents.items import Contents

NO_FOLDER = -1  # what is at the top is in none


class Tree:
    """Which folders and items are in a folder, by position: linked lists in arrays, because there may be a million."""

    def __init__(self, contents: Contents) -> None:
        places = {folder.path: place for place, folder in enumerate(contents.folders)}
        parents = [places.get(folder.path[:-1], NO_FOLDER) for folder in contents.folders]
        self._folders = _Chains(len(parents), parents)
        self._items = _Chains(len(parents), (places[item.folders] for item in contents.items))

    def count(self, folder: int) -> int:
        """How many items and folders are in a folder, or at the top."""
        return self._items.count(folder) + self._folders.count(folder)

    def folders(self, parent: int = NO_FOLDER) -> Iterator[int]:
        """The folders in a folder, or those at the top."""
        return self._folders.of(parent)

    def items(self, folder: int) -> Iterator[int]:
        """The items in a folder."""
        return self._items.of(folder)


class _Chains:
    """For each of `count` lists, and one more named NO_FOLDER, the numbers of its members in order; `lists` says of
    each member which list it is in."""

    def __init__(self, count: int, lists: Iterable[int]) -> None:
        self._first = array("i", [NO_FOLDER]) * (count + 1)
        self._next = array("i")
        self._counts = array("i", bytes(4 * (count + 1)))
        last = array("i", self._first)
        for member, chosen in enumerate(lists):
            self._next.append(NO_FOLDER)
            if last[chosen] == NO_FOLDER:
                self._first[chosen] = member
            else:
                self._next[last[chosen]] = member
            last[chosen] = member
            self._counts[chosen] += 1

    def count(self, chosen: int) -> int:
        return self._counts[chosen]

    def of(self, chosen: int) -> Iterator[int]:
        member = self._first[chosen]
        while member != NO_FOLDER:
            yield member
            member = self._next[member]
