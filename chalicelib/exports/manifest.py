"""The manifest of an archive, as JSON and as a tree for people, in the reference's layout."""

import json
from dataclasses import dataclass, field

from chalicelib.exports.contents import Contents, Folder, Item


@dataclass(slots=True)
class _Node:
    folder: Folder
    folders: "list[_Node]" = field(default_factory=list)
    items: list[Item] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a manifest says at its top, and the contents below it. `date` is YYYY-MM-DD."""

    export_id: str
    type: str
    date: str
    contents: Contents

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

    def to_json(self) -> str:
        """manifest.json: two spaces, keys in the reference's order, UTF-8 unescaped, no newline at the end."""
        document = {"type": self.type, "date": self.date, "children": [self._folder(node) for node in self._tree()]}
        return json.dumps(document, indent=2, ensure_ascii=False)

    def _folder(self, node: _Node) -> dict[str, object]:
        title = {} if node.folder.title is None else {"irida-next-name": node.folder.title}
        children = [self._file(item) for item in node.items] + [self._folder(inner) for inner in node.folders]
        head = {"name": node.folder.path[-1], "type": "folder", "irida-next-type": node.folder.kind}
        return {**head, **title, "children": children}

    @staticmethod
    def _file(item: Item) -> dict[str, object]:
        metadata = {"format": item.format, "direction": item.direction, "type": item.type}
        known = {key: value for key, value in metadata.items() if value is not None}
        return {"name": item.name, "type": "file", "metadata": known}

    def to_text(self) -> str:
        """manifest.txt: type, date, an empty line, `contents:`, the id, then the tree; no newline at the end."""
        lines = [self.type, self.date, "", "contents:", f"{self.export_id}/"]
        for position, node in enumerate(top := self._tree()):
            lines += self._lines(node, "", last=position == len(top) - 1)
        return "\n".join(lines)

    def _lines(self, node: _Node, indent: str, *, last: bool) -> list[str]:
        title = "" if node.folder.title is None else f" ({node.folder.title})"
        lines = [f"{indent}{'└─ ' if last else '├─ '}{node.folder.path[-1]}/{title}"]
        inner = indent + ("   " if last else "│  ")
        count = len(node.items) + len(node.folders)
        for position, item in enumerate(node.items, 1):
            lines.append(f"{inner}{'└─ ' if position == count else '├─ '}{item.name}")
        for position, folder in enumerate(node.folders, 1 + len(node.items)):
            lines += self._lines(folder, inner, last=position == count)
        return lines
