"""What an analysis export holds, and its manifests and report, compared whole."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.catalog.runs.model import Output, Run, RunSample
from chalicelib.catalog.runs.states import RunState
from chalicelib.exports.contents.analysis import Layout, analysis_pieces
from chalicelib.exports.contents.archive_paths import key_of
from chalicelib.exports.contents.items import Contents, Skipped, from_rows, to_rows
from chalicelib.exports.contents.manifest import Manifest
from chalicelib.exports.contents.report import report_lines
from chalicelib.exports.contents.source_key import source_key

START = datetime(2026, 11, 24, 12, tzinfo=UTC)


def run(id: str, name: str | None = None) -> Run:
    at = "2026-11-24T12:00:00.000Z"
    return Run(
        id=id, name=name, workflow_name="w", workflow_version="1", state=RunState.COMPLETED, submitter_id="u",
        namespace_id="n", automated=False, shared=False, is_open=False, sample_count=0, created_at=at, updated_at=at,
    )  # fmt: skip


def sample(place: int, **samplesheet: Any) -> RunSample:
    return RunSample(place, f"s{place}", f"INXT_SAM_{place}", samplesheet)


def output(run_id: str, place: int, filename: str, minute: int = 0, folder: str | None = None) -> Output:
    return Output(
        id=f"{run_id}/{place}/{filename}", puid="INXT_ATT_X", run_id=run_id, place=place, folder=folder,
        filename=filename, size=3,
        bucket="b", key=f"{run_id}/{place}/{filename}", etag='"e"', version_id=None, crc32=None,
        created_at=START + timedelta(minutes=minute),
    )  # fmt: skip


# One with everything, one without a name whose outputs are its samples', one without any, one of deleted samples.
RUNS = [run("r1", "Été 1"), run("r2"), run("r3", "Empty"), run("r4", "Deleted")]
PARTS: dict[str, list[RunSample | Output]] = {
    "r1": [
        output("r1", 0, "summary.txt.gz", 5),
        output("r1", 0, "multiqc.html", 9),
        output("r1", 0, "SHEET_1", 7),
        sample(1, sample="SHEET_1", sample_name="One"),
        output("r1", 1, "quast.pdf", 2),
        output("r1", 1, "QUAST.pdf", 3),
        sample(2),
        sample(3, sample="a/b"),
        output("r1", 3, "quast.pdf", 1),
    ],
    "r2": [sample(2, sample=12), output("r2", 2, "quast.pdf")],
    "r3": [sample(1)],
    "r4": [sample(8, sample_name="Once"), output("r4", 8, "a.txt"), sample(9), output("r4", 9, "a.txt")],
}
NAMES = {"s1": "Alpha", "s2": "Beta", "s3": "Gamma"}

MANIFEST_TXT = """Analysis Export
2026-11-24

contents:
export-id/
├─ r1/ (Été 1)
│  ├─ summary.txt.gz
│  ├─ SHEET_1
│  ├─ multiqc.html
│  ├─ SHEET_1 (2)/ (Alpha)
│  │  ├─ quast.pdf
│  │  └─ QUAST (2).pdf
│  └─ a_b/ (Gamma)
│     └─ quast.pdf
├─ r2/ (r2)
│  └─ 12/ (Beta)
│     └─ quast.pdf
└─ r4/ (Deleted)
   ├─ INXT_SAM_8/ (Once)
   │  └─ a.txt
   └─ INXT_SAM_9/ (Deleted Sample)
      └─ a.txt"""


def folder(name: str, kind: str, title: str, *children: Any) -> dict[str, Any]:
    return {
        "name": name, "type": "folder", "irida-next-type": kind, "irida-next-name": title, "children": list(children)
    }  # fmt: skip


def file(name: str) -> dict[str, Any]:
    return {"name": name, "type": "file"}


MANIFEST = {
    "type": "Analysis Export",
    "date": "2026-11-24",
    "children": [
        folder(
            "r1", "workflow_execution", "Été 1",
            file("summary.txt.gz"), file("SHEET_1"), file("multiqc.html"),
            folder("SHEET_1 (2)", "sample", "Alpha", file("quast.pdf"), file("QUAST (2).pdf")),
            folder("a_b", "sample", "Gamma", file("quast.pdf")),
        ),
        folder("r2", "workflow_execution", "r2", folder("12", "sample", "Beta", file("quast.pdf"))),
        folder(
            "r4", "workflow_execution", "Deleted",
            folder("INXT_SAM_8", "sample", "Once", file("a.txt")),
            folder("INXT_SAM_9", "sample", "Deleted Sample", file("a.txt")),
        ),
    ],
}  # fmt: skip


def test_manifests_and_report_of_runs_of_every_kind() -> None:
    result = Contents.of(
        analysis_pieces(RUNS, PARTS, NAMES, excluded={}, skipped=[Skipped("r9", "workflow-execution-not-found")])
    )
    contents = from_rows(iter(json.loads(json.dumps(list(to_rows(result))))))
    assert contents == result
    manifest = Manifest("export-id", "Analysis Export", "2026-11-24", contents, has_metadata=False)
    assert "".join(manifest.text_lines()) == MANIFEST_TXT
    assert "".join(manifest.json_lines()) == json.dumps(MANIFEST, indent=2, ensure_ascii=False)
    assert contents.source_ids == ("r1", "r2", "r4")
    report = json.loads("".join(report_lines(contents, [7] * len(contents.items))))
    assert [row["path"] for row in report] == [
        "r1/summary.txt.gz", "r1/SHEET_1", "r1/multiqc.html", "r1/SHEET_1 (2)/quast.pdf",
        "r1/SHEET_1 (2)/QUAST (2).pdf", "r1/a_b/quast.pdf", "r2/12/quast.pdf", "r4/INXT_SAM_8/a.txt",
        "r4/INXT_SAM_9/a.txt", None, None,
    ]  # fmt: skip
    assert report[4] == {
        "path": "r1/SHEET_1 (2)/QUAST (2).pdf", "id": "r1/1/QUAST.pdf", "outcome": "included",
        "renamed_from": "QUAST.pdf", "size": 3, "crc32": "00000007",
    }  # fmt: skip
    assert [(row["id"], row["reason"]) for row in report[9:]] == [
        ("r9", "workflow-execution-not-found"),
        ("r3", "no-output"),
    ]


def test_outputs_lost_by_an_earlier_plan_are_skipped_and_reported() -> None:
    excluded = {"r1/0/SHEET_1": "changed", "r1/3/quast.pdf": "missing", "r2/2/quast.pdf": "missing"}
    outputs = [output for parts in PARTS.values() for output in parts if isinstance(output, Output)]
    by_source = {source_key(output): excluded[output.id] for output in outputs if output.id in excluded}
    contents = Contents.of(analysis_pieces(RUNS, PARTS, NAMES, excluded=by_source))
    assert [folder.path for folder in contents.folders if folder.path[0] != "r4"] == [("r1",), ("r1", "SHEET_1")]
    assert [(skipped.id, skipped.reason) for skipped in contents.skipped] == [
        ("r1/0/SHEET_1", "changed"),
        ("r1/3/quast.pdf", "missing"),
        ("r2/2/quast.pdf", "missing"),
        ("r3", "no-output"),
    ]
    assert contents.source_ids == ("r1", "r4")


NAME = st.sampled_from(["a.txt", "A.txt", "s", "S", "INXT_SAM_1", "..", "con", "é", "e\u0301", "a/b", ""])


@given(st.lists(st.lists(NAME, max_size=4), max_size=5), st.lists(NAME, min_size=5, max_size=5))
def test_no_two_outputs_ever_share_a_path(files: list[list[str]], sheet: list[str]) -> None:
    parts: list[RunSample | Output] = []
    for place, names in enumerate(files):
        parts += [sample(place, sample=sheet[place])] if place else []
        parts += [output("r", place, f"{name}", minute) for minute, name in enumerate(names)]
    contents = Contents.of(analysis_pieces([run("r")], {"r": parts}, {}, excluded={}))
    assert len(contents.items) == sum(map(len, files))
    taken = [key_of(item.path) for item in contents.items]
    assert len(set(taken)) == len(taken)
    assert not {key_of(str(parent)) for item in contents.items for parent in PurePosixPath(item.path).parents} & {
        *taken
    }


TREE: list[RunSample | Output] = [
    output("r", 0, "report.html", 1, "multiqc"),
    output("r", 0, "report.html", 2),
    output("r", 0, "data.json", 3, "multiqc/multiqc_data"),
    output("r", 0, "log.txt", 4, "Multiqc"),
    output("r", 0, "x.txt", 5, "EC-1"),
    sample(1, sample="EC-1"),
    output("r", 1, "contigs.fa", 6, "assembly"),
    output("r", 1, "assembly", 7),
]


def test_a_tree_keeps_the_folders_of_the_pipeline() -> None:
    """Names of one folder differ, whatever they are of: files, folders of the run, samples."""
    contents = Contents.of(analysis_pieces([run("r")], {"r": TREE}, {}, excluded={}, layout=Layout.TREE))
    assert [item.path for item in contents.items] == [
        "r/report.html",
        "r/multiqc/report.html",
        "r/multiqc/multiqc_data/data.json",
        "r/Multiqc (2)/log.txt",
        "r/EC-1/x.txt",
        "r/EC-1 (2)/assembly",
        "r/EC-1 (2)/assembly (2)/contigs.fa",
    ]
    assert [("/".join(folder.path), folder.kind) for folder in contents.folders] == [
        ("r", "workflow_execution"),
        ("r/multiqc", "directory"),
        ("r/multiqc/multiqc_data", "directory"),
        ("r/Multiqc (2)", "directory"),
        ("r/EC-1", "directory"),
        ("r/EC-1 (2)", "sample"),
        ("r/EC-1 (2)/assembly (2)", "directory"),
    ]
    assert from_rows(iter(json.loads(json.dumps(list(to_rows(contents)))))) == contents


def test_a_flat_layout_has_the_same_files() -> None:
    contents = Contents.of(analysis_pieces([run("r")], {"r": TREE}, {}, excluded={}))
    assert [item.path for item in contents.items] == [
        "r/report.html",
        "r/report (2).html",
        "r/data.json",
        "r/log.txt",
        "r/x.txt",
        "r/EC-1/contigs.fa",
        "r/EC-1/assembly",
    ]
    assert [folder.kind for folder in contents.folders] == ["workflow_execution", "sample"]
