import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime

from chalicelib.archive.plan_file import unpack_lines
from chalicelib.assembly.planned_contents import entry_of, planned_contents
from chalicelib.exports.contents.items import Contents, ContentSource, Folder, Item, Piece, Skipped, from_rows

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)


def item(number: int, *folders: str) -> Item:
    return Item(
        f"f{number}", folders, f"{number}.fastq", None, "fastq", None, None, number, AT,
        "catalog", f"files/{number}", f'"{number}"', f"v{number}", number, None,
    )  # fmt: skip


PIECES: list[Piece] = [
    Skipped("s9", "sample-not-found"),
    ContentSource("p1"),
    Folder(("P",), "project", "One"),
    Folder(("P", "S"), "sample", "Alpha"),
    Folder(("P", "S", "A"), "attachment", None),
    item(1, "P", "S", "A"),
    Skipped("s2", "no-matching-file", name="Beta", puid="S2"),
    ContentSource("p2"),
    Folder(("Q",), "project", "Two"),
    Folder(("Q", "T"), "sample", "Gamma"),
    item(2, "Q", "T"),
    item(3, "Q", "T"),
]


def test_finish_reads_the_same_contents() -> None:
    planned = planned_contents(PIECES)
    contents = Contents.of(PIECES)
    assert from_rows(unpack_lines(planned.rows)) == contents
    assert planned.entries == [entry_of(one) for one in contents.items]
    assert (planned.samples, planned.samples_without_file) == (2, 1)
    assert contents.source_ids == ("p1", "p2")


def test_items_are_not_held_in_memory() -> None:
    def many() -> Iterator[Piece]:
        yield Folder(("P",), "project", "One")
        yield from (item(number, "P") for number in range(20_000))

    tracemalloc.start()
    try:
        planned = planned_contents(many())
        held, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(planned.entries) == 20_000
    assert peak - held < 2 << 20  # bytes: the items would have 5 MB
