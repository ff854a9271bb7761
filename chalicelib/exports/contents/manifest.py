"""The manifest of an archive, as JSON and as a text tree, in the layout of docs/formats.md."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain

from chalicelib.exports.contents.items import Contents, Folder, Item


@dataclass(slots=True)
class _Node:
    folder: Folder
    folders: "list[_Node]" = field(default_factory=list)
    items: list[Item] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Manifest:
    """The heading of a manifest, and the contents below it. `date` is YYYY-MM-DD; `has_metadata`: files show
    their format and direction."""

    export_id: str
    type: str
    date: str
    contents: Contents
    has_metadata: bool = True

    def _tree(self) -> list[_Node]:
        nodes: dict[tuple[str, ...], _Node] = {}
        top: list[_Node] = []
        for folder in self.contents.folders:
            node = nodes[folder.path] = _Node(folder)
            parent = nodes.get(folder.path[:-1])
            (top if parent is None else parent.folders).append(node)
        for item in self.contents.items:
            nodes[item.folders].items.append(item)
        return top

    def json_lines(self) -> Iterator[str]:
        """manifest.json, piece by piece: two spaces, keys in the reference's order, UTF-8 unescaped, no newline at the
        end."""
        yield f'{{\n  "type": {_quoted(self.type)},\n  "date": {_quoted(self.date)},\n  "children": '
        yield from _listed((self._folder(node, 2) for node in self._tree()), 1)
        yield "\n}"

    def _folder(self, node: _Node, depth: int) -> Iterator[str]:
        indent = "  " * (depth + 1)
        yield f'{{\n{indent}"name": {_quoted(node.folder.path[-1])},\n{indent}"type": "folder",'
        yield f'\n{indent}"irida-next-type": {_quoted(node.folder.kind)},'
        if node.folder.title is not None:
            yield f'\n{indent}"irida-next-name": {_quoted(node.folder.title)},'
        yield f'\n{indent}"children": '
        files = (self._file(item, depth + 2) for item in node.items)
        yield from _listed(chain(files, (self._folder(inner, depth + 2) for inner in node.folders)), depth + 1)
        yield "\n" + "  " * depth + "}"

    def _file(self, item: Item, depth: int) -> Iterator[str]:
        document: dict[str, object] = {"name": item.name, "type": "file"}
        if self.has_metadata:
            metadata = {"format": item.format, "direction": item.direction, "type": item.type}
            document["metadata"] = {key: value for key, value in metadata.items() if value is not None}
        yield json.dumps(document, indent=2, ensure_ascii=False).replace("\n", "\n" + "  " * depth)

    def text_lines(self) -> Iterator[str]:
        """manifest.txt, piece by piece: type, date, an empty line, `contents:`, the id, then the tree; no newline at
        the end."""
        yield f"{self.type}\n{self.date}\n\ncontents:\n{self.export_id}/"
        top = self._tree()
        for position, node in enumerate(top, 1):
            yield from self._lines(node, "", last=position == len(top))

    def _lines(self, node: _Node, indent: str, *, last: bool) -> Iterator[str]:
        title = "" if node.folder.title is None else f" ({node.folder.title})"
        yield f"\n{indent}{'└─ ' if last else '├─ '}{node.folder.path[-1]}/{title}"
        inner = indent + ("   " if last else "│  ")
        count = len(node.items) + len(node.folders)
        for position, item in enumerate(node.items, 1):
            yield f"\n{inner}{'└─ ' if position == count else '├─ '}{item.name}"
        for position, folder in enumerate(node.folders, 1 + len(node.items)):
            yield from self._lines(folder, inner, last=position == count)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _listed(children: Iterable[Iterator[str]], depth: int) -> Iterator[str]:
    """Children as a JSON array whose brackets are indented by `depth`; there may be none."""
    before = "["
    for child in children:
        yield before + "\n" + "  " * (depth + 1)
        yield from child
        before = ","
    yield "[]" if before == "[" else "\n" + "  " * depth + "]"
