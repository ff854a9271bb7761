"""A manifest's tree, a level at a time, and what a search finds in it."""

import json
from typing import Any

import pytest

from chalicelib.errors import NotFound
from chalicelib.exports.contents import preview
from chalicelib.exports.contents.preview import LEVEL_SIZE, MAX_MATCHES, level_of, search_in


def file(name: str) -> dict[str, Any]:
    return {"name": name, "type": "file"}


def folder(name: str, title: str, *children: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "type": "folder", "irida-next-name": title, "children": list(children)}


def manifest(*children: dict[str, Any]) -> bytes:
    return json.dumps({"type": "Samples Export", "date": "2026-11-24", "children": children}).encode()


TREE = manifest(
    folder("PRJ_1", "Éclosion", folder("SAM_1", "Alpha", file("reads.fq"), file("notes.TXT")), folder("SAM_2", "Beta")),
    folder("PRJ_2", "Other", folder("SAM_3", "Alphabet", file("x.fa"))),
)


def test_a_level_has_its_folders_without_their_contents() -> None:
    level = level_of(TREE, "PRJ_1", 0)
    assert level.next is None
    assert level.document["children"] == [
        {"name": "SAM_1", "type": "folder", "irida-next-name": "Alpha", "child_count": 2},
        {"name": "SAM_2", "type": "folder", "irida-next-name": "Beta", "child_count": 0},
    ]
    assert [child["name"] for child in level_of(TREE, "PRJ_1/SAM_1", 1).document["children"]] == ["notes.TXT"]


@pytest.mark.parametrize("path", ["PRJ_9", "PRJ_1/SAM_3", "PRJ_1/SAM_1/reads.fq"])
def test_an_unknown_folder_is_not_found(path: str) -> None:
    with pytest.raises(NotFound):
        level_of(TREE, path, 0)


def test_a_long_level_continues_at_its_cursor() -> None:
    long = manifest(*(file(f"{number}") for number in range(LEVEL_SIZE + 3)))
    first = level_of(long, "", 0)
    assert (len(first.document["children"]), first.next) == (LEVEL_SIZE, LEVEL_SIZE)
    rest = level_of(long, "", LEVEL_SIZE)
    assert ([child["name"] for child in rest.document["children"]], rest.next) == (["1000", "1001", "1002"], None)


def names(document: dict[str, Any]) -> Any:
    return {child["name"]: names(child) if "children" in child else None for child in document["children"]}


@pytest.mark.parametrize(
    ("text", "matches", "found"),
    [
        ("ALPHA", 2, {"PRJ_1": {"SAM_1": None}, "PRJ_2": {"SAM_3": None}}),
        ("txt", 1, {"PRJ_1": {"SAM_1": {"notes.TXT": None}}}),
        ("éCLOSION", 1, {"PRJ_1": None}),
        ("sam_3", 1, {"PRJ_2": {"SAM_3": None}}),
        ("zzz", 0, {}),
    ],
)
def test_a_search_finds_names_and_titles_with_their_paths(text: str, matches: int, found: Any) -> None:
    search = search_in(TREE, text)
    assert (search.matches, names(search.document)) == (matches, found)
    assert (search.document["type"], search.document["date"]) == ("Samples Export", "2026-11-24")


def test_matching_folder_has_child_count_and_matching_descendants() -> None:
    (project,) = search_in(TREE, "éclosion").document["children"]
    assert (project["child_count"], "children" in project) == (2, False)
    both = manifest(folder("a", "A", file("a1"), file("b")))
    assert search_in(both, "a").matches == 2
    assert names(search_in(both, "a").document) == {"a": {"a1": None}}
    assert search_in(both, "a1").document["children"][0]["child_count"] == 2


def test_matches_are_capped_but_all_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_MATCHES == 1000
    monkeypatch.setattr(preview, "MAX_MATCHES", 3)
    many = manifest(*(folder(f"P{number}", "", file("hit"), file("hit too")) for number in range(4)))
    search = search_in(many, "hit")
    assert search.matches == 8
    assert names(search.document) == {"P0": {"hit": None, "hit too": None}, "P1": {"hit": None}}
