"""The index of a large manifest returns the levels and finds what the manifest itself does, with few reads."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib.errors import NotFound
from chalicelib.exports.contents import preview, preview_index
from chalicelib.exports.contents.items import Contents, Folder, Item
from chalicelib.exports.contents.manifest import Manifest
from chalicelib.exports.contents.preview import level_of, search_in
from chalicelib.exports.contents.preview_index import TAIL, PreviewIndex, index_chunks

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def item(folders: tuple[str, ...], name: str) -> Item:
    return Item(name, folders, name, None, "fastq", "forward", None, 1, NOON, "b", "k", '"e"', None, None, None)


def contents(projects: int, samples: int) -> Contents:
    """Projects of samples with one or two attachments each; every tenth title has an accent."""
    folders, items = [], []
    for p in range(projects):
        project = (f"PRJ_{p}",)
        folders.append(Folder(project, "project", f"Éclosion {p}"))
        for s in range(samples):
            sample = (*project, f"SAM_{p * samples + s}")
            folders.append(Folder(sample, "sample", f"Échantillon {s}" if s % 10 == 0 else f"S {s}"))
            for a in range(1 + s % 2):
                attachment = (*sample, f"ATT_{p}_{s}_{a}")
                folders.append(Folder(attachment, "attachment", None))
                items += [item(attachment, f"reads-{s}_R{r}.fastq.gz") for r in (1, 2)]
    return Contents(tuple(items), tuple(folders), (), ("x",))


class Reads:
    """An index in memory, and what is read of it."""

    def __init__(self, manifest: Manifest) -> None:
        self.data = b"".join(index_chunks(manifest))
        self.count = self.bytes = 0

    def __call__(self, start: int, length: int) -> bytes:
        self.count += bool(length)
        self.bytes += length
        return self.data[start : start + length]

    def open(self) -> PreviewIndex:
        return PreviewIndex(self, self.data[-TAIL:])


def manifest_of(found: Contents, *, has_metadata: bool = True) -> Manifest:
    return Manifest("id", "Samples Export", "2026-11-24", found, has_metadata=has_metadata)


def folders_in(children: list[Any], above: tuple[str, ...] = ()) -> Iterator[str]:
    for child in children:
        if child["type"] == "folder":
            yield "/".join((*above, child["name"]))
            yield from folders_in(child["children"], (*above, child["name"]))


@pytest.mark.parametrize("has_metadata", [True, False])
@pytest.mark.parametrize(("projects", "samples"), [(1, 1), (3, 40), (2, 1_300)])
def test_every_level_and_search_is_that_of_the_manifest(projects: int, samples: int, has_metadata: bool) -> None:
    manifest = manifest_of(contents(projects, samples), has_metadata=has_metadata)
    whole = "".join(manifest.json_lines()).encode()
    index = Reads(manifest).open()
    paths = ["", *folders_in(json.loads(whole)["children"])]
    for path in random.Random(1).sample(paths, min(15, len(paths))):
        for start in (0, 1, 1_000, 5_000):
            assert index.level_of(path, start) == level_of(whole, path, start)
    for text in ("éclosion", "R2", "sam_7", "SAM_39", "échantillon 0", "att_0_1_1", "nothing", "reads-1_r", "."):
        found, expected = index.search(text), search_in(whole, text)
        assert found.matches == expected.matches
        if found.matches <= preview.MAX_MATCHES:
            assert found == expected


def test_an_unknown_folder_or_a_file_is_not_found() -> None:
    index = Reads(manifest_of(contents(2, 30))).open()
    for path in ("PRJ_9", "PRJ_0/SAM_31", "PRJ_0/SAM_0/ATT_0_0_0/reads-0_R1.fastq.gz", "/", "PRJ_0/"):
        with pytest.raises(NotFound):
            index.level_of(path, 0)


def test_matches_are_capped_but_all_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preview_index, "MAX_MATCHES", 3)
    search = Reads(manifest_of(contents(2, 30))).open().search("fastq")
    assert search.matches == 2 * 45 * 2
    shown = [name for name in folders_in(search.document["children"]) if name.count("/") == 2]
    assert len(shown) == 2  # two files of the first attachment, one of the second


def test_folders_are_found_wherever_their_hash_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preview_index, "_WINDOW", 4)  # as if hashes were spread badly
    manifest = manifest_of(contents(2, 100))
    index = Reads(manifest).open()
    for path in folders_in(json.loads("".join(manifest.json_lines()))["children"]):
        assert index.level_of(path, 0).document["name"] == path.rsplit("/", 1)[-1]


def test_reads_are_few() -> None:
    reads = Reads(manifest_of(contents(4, 5_000)))
    index = reads.open()
    index.level_of("PRJ_2", 2_000)
    assert reads.count <= 3
    index.level_of("PRJ_2/SAM_12345", 0)
    assert reads.count <= 6
    before = reads.bytes
    index.search("att_3_77")
    assert reads.bytes - before < len(reads.data) / 2
