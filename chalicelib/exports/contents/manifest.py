"""The manifest of an archive, as JSON and as a text tree, in the layout of docs/formats.md."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from json import JSONEncoder
from typing import TypeVar

from chalicelib.exports.contents.items import Contents, Item
from chalicelib.exports.contents.tree import NO_FOLDER, Tree

T = TypeVar("T")


def metadata_of(item: Item) -> list[tuple[str, str]]:
    """What a manifest says of a file beside its name."""
    known = (("format", item.format), ("direction", item.direction), ("type", item.type))
    return [(key, value) for key, value in known if value is not None]


@dataclass(frozen=True, slots=True)
class Manifest:
    """The heading of a manifest, and the contents below it. `date` is YYYY-MM-DD; `has_metadata`: files show
    their format and direction."""

    export_id: str
    type: str
    date: str
    contents: Contents
    has_metadata: bool = True

    def json_lines(self) -> Iterator[str]:
        """manifest.json, piece by piece: two spaces, keys in the reference's order, UTF-8 unescaped, no newline at the
        end."""
        yield f'{{\n  "type": {_quoted(self.type)},\n  "date": {_quoted(self.date)},\n  "children": '
        tree = Tree(self.contents)
        yield from _listed((self._folder(tree, place, 2) for place in tree.folders()), 1)
        yield "\n}"

    def _folder(self, tree: Tree, place: int, depth: int) -> Iterator[str]:
        folder, indent = self.contents.folders[place], "  " * (depth + 1)
        yield f'{{\n{indent}"name": {_quoted(folder.path[-1])},\n{indent}"type": "folder",'
        yield f'\n{indent}"irida-next-type": {_quoted(folder.kind)},'
        if folder.title is not None:
            yield f'\n{indent}"irida-next-name": {_quoted(folder.title)},'
        yield f'\n{indent}"children": '
        files = (self._file(self.contents.items[item], depth + 2) for item in tree.items(place))
        inner = (self._folder(tree, inner, depth + 2) for inner in tree.folders(place))
        yield from _listed(chain(files, inner), depth + 1)
        yield "\n" + "  " * depth + "}"

    def _file(self, item: Item, depth: int) -> Iterator[str]:
        # Written out, because json.dumps takes five times as long where it indents.
        indent = "\n" + "  " * (depth + 1)
        rows = f'{{{indent}"name": {_quoted(item.name)},{indent}"type": "file"'
        if self.has_metadata:
            fields = [f'{indent}  "{key}": {_quoted(value)}' for key, value in metadata_of(item)]
            rows += f',{indent}"metadata": {{{",".join(fields)}{indent}}}' if fields else f',{indent}"metadata": {{}}'
        yield rows + "\n" + "  " * depth + "}"

    def text_lines(self) -> Iterator[str]:
        """manifest.txt, piece by piece: type, date, an empty line, `contents:`, the id, then the tree; no newline at
        the end."""
        yield f"{self.type}\n{self.date}\n\ncontents:\n{self.export_id}/"
        tree = Tree(self.contents)
        yield from self._inner_lines(tree, NO_FOLDER, "")

    def _inner_lines(self, tree: Tree, parent: int, indent: str) -> Iterator[str]:
        """What is in a folder, line by line."""
        names = (self.contents.items[item].name for item in (tree.items(parent) if parent != NO_FOLDER else ()))
        children = chain(((name, None) for name in names), ((None, place) for place in tree.folders(parent)))
        for (name, place), is_last in _with_last(children):
            yield f"\n{indent}{'└─ ' if is_last else '├─ '}"
            if place is None:
                yield str(name)
                continue
            folder = self.contents.folders[place]
            yield f"{folder.path[-1]}/" + ("" if folder.title is None else f" ({folder.title})")
            yield from self._inner_lines(tree, place, indent + ("   " if is_last else "│  "))


def _with_last(values: Iterable[T]) -> Iterator[tuple[T, bool]]:
    """Each value, and whether it is the last."""
    before: list[T] = []
    for value in values:
        if before:
            yield before.pop(), False
        before.append(value)
    for value in before:
        yield value, True


_quoted = JSONEncoder(ensure_ascii=False).encode


def _listed(children: Iterable[Iterator[str]], depth: int) -> Iterator[str]:
    """Children as a JSON array whose brackets are indented by `depth`; there may be none."""
    before = "["
    for child in children:
        yield before + "\n" + "  " * (depth + 1)
        yield from child
        before = ","
    yield "[]" if before == "[" else "\n" + "  " * depth + "]"
