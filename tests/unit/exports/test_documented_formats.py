"""The examples in docs/formats.md are what the code writes."""

import re
from datetime import UTC, datetime
from pathlib import Path

from chalicelib.exports.contents.items import Contents, Folder, Item, Skipped
from chalicelib.exports.contents.manifest import Manifest
from chalicelib.exports.contents.report import report_lines

TEXT = (Path(__file__).parents[3] / "docs" / "formats.md").read_text(encoding="utf-8")
PROJECT, SAMPLE, ATTACHMENT = "INXT_PRJ_AZKFAVKQ3L", "INXT_SAM_AZKFAVKQ4M", "INXT_ATT_AZKFAVKQ5N"
FOLDERS = (PROJECT, SAMPLE, ATTACHMENT)
CONTENTS = Contents(
    items=(
        Item(
            id="f1",
            folders=FOLDERS,
            name="EC-001_S1_L001_R1_001.fastq.gz",
            renamed_from=None,
            format="fastq",
            direction="forward",
            type="illumina_pe",
            size=4,
            modified=datetime(2026, 11, 25, tzinfo=UTC),
            bucket="b",
            key="k",
            etag='"e"',
            version_id=None,
            crc32=0x9AE0DAAF,
            sha256=None,
        ),
    ),
    folders=(
        Folder(FOLDERS[:1], "project", "Outbreak 2026"),
        Folder(FOLDERS[:2], "sample", "EC-001"),
        Folder(FOLDERS, "attachment", None),
    ),
    skipped=(Skipped("EC-002", "no-matching-file"),),
    source_ids=("p",),
)


def example(heading: str) -> str:
    """The first fenced block below a heading."""
    found = re.search(rf"^### {re.escape(heading)}\n.*?```\w+\n(.*?)\n```", TEXT, flags=re.DOTALL | re.MULTILINE)
    assert found is not None, heading
    return found[1]


def test_documented_manifests_and_report_are_what_is_written() -> None:
    manifest = Manifest("6a5f9a0e-2f0b-4c8e-9d3a-0b1c2d3e4f50", "Samples Export", "2026-11-25", CONTENTS)
    assert "".join(manifest.json_lines()) == example("manifest.json")
    assert "".join(manifest.text_lines()) == example("manifest.txt")
    assert "".join(report_lines(CONTENTS, [0x9AE0DAAF])) == example("report.json")
