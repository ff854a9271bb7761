"""The preview of an archive: its manifest's tree, whole, one level of a folder, or what matches a search."""

import json
from dataclasses import dataclass
from typing import Any

from chalicelib.errors import NotFound
from chalicelib.search import normalize

MAX_INLINE_BYTES = 4 * 1024 * 1024
LEVEL_SIZE = 1000
MAX_MATCHES = 1000


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a tree that is too large for one response: its head, and some of its children.

    A child folder has `child_count` instead of its children; `next` is the position of the next child.
    """

    document: dict[str, Any]
    next: int | None


@dataclass(frozen=True, slots=True)
class Search:
    """A tree of what a search found and the folders above it; `matches` counts all, of which `MAX_MATCHES` are there.

    Every folder has `child_count`; a matching folder without matching descendants is returned without its children.
    """

    document: dict[str, Any]
    matches: int


def level_of(manifest: bytes, path: str, start: int) -> Level:
    """The level below `path` (folder names joined by `/`, empty for the top) from the child at `start` on."""
    folder: dict[str, Any] = json.loads(manifest)
    for name in filter(None, path.split("/")):
        inner = [child for child in folder["children"] if child["name"] == name and child["type"] == "folder"]
        if not inner:
            raise NotFound("Folder not found in this export.")
        folder = inner[0]
    children = [_without_children(child) for child in folder["children"][start : start + LEVEL_SIZE]]
    end = start + len(children)
    return Level({**folder, "children": children}, end if end < len(folder["children"]) else None)


def search_in(manifest: bytes, text: str) -> Search:
    """Items whose name or title contains `text`, ignoring case and accents."""
    wanted = normalize(text)
    total = shown = 0

    def below(folder: dict[str, Any]) -> list[dict[str, Any]]:
        nonlocal total, shown
        kept = []
        for child in folder["children"]:
            hit = wanted in normalize(child["name"]) or wanted in normalize(child.get("irida-next-name") or "")
            fits = shown < MAX_MATCHES
            total += hit
            shown += hit and fits
            inner = below(child) if "children" in child else []
            if inner:
                kept.append({**child, "children": inner, "child_count": len(child["children"])})
            elif hit and fits:
                kept.append(_without_children(child))
        return kept

    root = json.loads(manifest)
    return Search({**root, "children": below(root)}, total)


def _without_children(child: dict[str, Any]) -> dict[str, Any]:
    if "children" not in child:
        return child
    return {**{key: value for key, value in child.items() if key != "children"}, "child_count": len(child["children"])}
