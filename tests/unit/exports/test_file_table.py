"""The table of an export that assembles no archive."""

from dataclasses import replace
from datetime import UTC, datetime

from chalicelib.exports.contents.file_table import from_row, known_checksums, table_lines, to_rows
from chalicelib.exports.contents.items import Contents, Item
from chalicelib.exports.contents.report import report_lines

ITEM = Item(
    id="f1",
    folders=("P", "S", "A"),
    name="a_1.fastq",
    renamed_from=None,
    format="fastq",
    direction="forward",
    type="pe",
    size=4,
    modified=datetime(2026, 11, 25, tzinfo=UTC),
    bucket="b",
    key="k",
    etag='"e"',
    version_id="v",
    crc32=0x0AE0DAAF,
    sha256="9f" * 32,
)
BARE = replace(ITEM, id="f2", name="b.txt", format="text", direction=None, version_id=None, crc32=None, sha256=None)
CONTENTS = Contents((ITEM, BARE), (), (), ("p",))


def test_unknown_values_are_empty_cells() -> None:
    assert list(table_lines(CONTENTS)) == [
        "path\tsize\tcrc32\tsha256\tformat\tdirection\tid\n",
        f"P/S/A/a_1.fastq\t4\t0ae0daaf\t{'9f' * 32}\tfastq\tforward\tf1\n",
        "P/S/A/b.txt\t4\t\t\ttext\t\tf2\n",
    ]


def test_rows_are_read_back() -> None:
    first, second = map(from_row, to_rows(CONTENTS.items))
    assert (first.path, first.crc32, first.version_id) == ("P/S/A/a_1.fastq", "0ae0daaf", "v")
    assert (second.id, second.crc32, second.sha256, second.version_id) == ("f2", None, None, None)


def test_report_has_no_checksum_where_none_is_known() -> None:
    text = "".join(report_lines(CONTENTS, known_checksums(CONTENTS)))
    assert '"id": "f1", "outcome": "included", "size": 4, "crc32": "0ae0daaf"' in text
    assert '"id": "f2", "outcome": "included", "size": 4, "crc32": null' in text
