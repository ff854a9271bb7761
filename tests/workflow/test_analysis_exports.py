"""An export of workflow executions from request to download: real routes, real steps, a real S3 server."""

import io
import json
import random
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

from chalicelib import aws
from chalicelib.exports import record
from chalicelib.exports.storage import request_key
from chalicelib.settings import settings
from tests.harness import Person, expect_status
from tests.lab import Lab, new_lab, new_run, new_sample, register_output
from tests.workflow.clean_up import clean_up
from tests.workflow.state_machine import run

MIB = 1 << 20
SignIn = Callable[..., Person]


@pytest.fixture
def ana(sign_in: SignIn) -> Person:
    return sign_in("ana.lopez@example.org", "fr")


@pytest.fixture
def bob(sign_in: SignIn) -> Person:
    return sign_in("bob@example.org")


RUNS: dict[str, tuple[str | None, list[dict[str, Any]], list[tuple[str, int | None, int]]]] = {
    "full": (
        "Été",
        [{"sample": "alpha-1"}, {}, {"sample_name": "Cé"}],
        [
            ("summary.txt.gz", None, 200),
            *(("quast.pdf", number, 1_000 + number) for number in range(3)),
            ("reads.fastq.gz", 0, 11 * MIB),
        ],
    ),
    "nameless": (None, [{}], [("quast.pdf", 0, 6 * MIB)]),
    "empty": ("Empty", [], []),
    "mine": ("Mine", [], [("big.bam", None, 12 * MIB)]),
}  # name, rows of the samplesheet, outputs with their sample (None: the run's own) and size


@pytest.fixture
def lab(ana: Person) -> Lab:
    """A project of three samples, one of which is deleted in the end; a run with outputs of its own and of all of them,
    one without a name, by its samples only, and one without any. `bodies` are by path in the archive."""
    lab = new_lab(ana)
    samples = tuple(new_sample(ana, lab.project, name) for name in ("Alpha", "Bêta", "C"))
    bodies: dict[str, bytes] = {}
    runs: dict[str, str] = {}
    for key, (name, rows, outputs) in RUNS.items():
        sheet = [{"sample_id": samples[place]["id"], "samplesheet": row} for place, row in enumerate(rows)]
        run_id = new_run(ana, lab.project, name=name, automated=key != "mine", samples=sheet)["id"]
        runs[key] = run_id
        for filename, of, size in outputs:
            path = filename if of is None else f"{rows[of].get('sample') or samples[of]['puid']}/{filename}"
            bodies[f"{run_id}/{path}"] = random.Random(path).randbytes(size)
            register_output(ana, run_id, path, bodies[f"{run_id}/{path}"], None if of is None else samples[of])
    assert ana.call("DELETE", f"/samples/{samples[2]['id']}").status == 204
    return replace(lab, samples=samples, runs=runs, bodies=bodies)


def exported(lab: Lab) -> list[str]:
    return [lab.runs[name] for name in ("full", "nameless", "empty")]


def create(person: Person, lab: Lab, **changes: Any) -> Any:
    body = {
        "type": "analysis",
        "analysis_type": "project",
        "namespace_id": lab.project["id"],
        "workflow_execution_ids": exported(lab),
        "name": "Analyses",
        **changes,
    }
    return expect_status(person.post("/exports", {key: value for key, value in body.items() if value is not None}), 202)


def fetched(person: Person, export_id: str) -> bytes:
    link = expect_status(person.post(f"/exports/{export_id}/download"), 200)
    answer = requests.get(link["url"], timeout=30)
    assert (answer.status_code, len(answer.content), link["filename"]) == (200, link["size"], "Analyses.zip")
    return answer.content


@pytest.mark.parametrize("repeats", [1, 2])
def test_all_outputs_of_the_runs_are_extracted_unchanged(ana: Person, lab: Lab, repeats: int, tmp_path: Path) -> None:
    export = create(ana, lab, email_notification=True)
    assert ana.get(f"/exports/{export['id']}/preview").status == 409
    assert run(export, times=repeats)[-2:] == ["ready", "sent" if repeats == 1 else "already"]
    done = expect_status(ana.get(f"/exports/{export['id']}"), 200)
    assert (done["status"], done["warnings"], done["file"]["files"]) == ("ready", 1, 6)
    body = fetched(ana, export["id"])
    (tmp_path / "a.zip").write_bytes(body)
    subprocess.run(["unzip", "-tqq", tmp_path / "a.zip"], check=True)
    archive = zipfile.ZipFile(io.BytesIO(body))
    expected = {path: content for path, content in lab.bodies.items() if not path.startswith(lab.runs["mine"])}
    assert {name: archive.read(name) for name in archive.namelist() if "/" in name} == expected
    full, nameless, empty = exported(lab)
    alpha, beta, gone = lab.samples
    date = json.loads(archive.read("manifest.json"))["date"]
    assert archive.read("manifest.txt").decode() == "\n".join(
        [
            "Analysis Export",
            date,
            "",
            "contents:",
            f"{export['id']}/",
            f"├─ {full}/ (Été)",
            "│  ├─ summary.txt.gz",
            "│  ├─ alpha-1/ (Alpha)",
            "│  │  ├─ quast.pdf",
            "│  │  └─ reads.fastq.gz",
            f"│  ├─ {beta['puid']}/ (Bêta)",
            "│  │  └─ quast.pdf",
            f"│  └─ {gone['puid']}/ (Cé)",
            "│     └─ quast.pdf",
            f"└─ {nameless}/ ({nameless})",
            f"   └─ {alpha['puid']}/ (Alpha)",
            "      └─ quast.pdf",
        ]
    )
    preview = expect_status(ana.get(f"/exports/{export['id']}/preview"), 200)
    assert preview == json.loads(archive.read("manifest.json"))
    assert preview["children"][0]["children"][0] == {"name": "summary.txt.gz", "type": "file"}
    report = json.loads(archive.read("report.json"))
    assert {row["path"] for row in report if row["outcome"] == "included"} == set(expected)
    assert [row for row in report if row["outcome"] == "skipped"] == [
        {"path": None, "id": empty, "outcome": "skipped", "reason": "no-output", "size": None, "crc32": None}
    ]
    trail = expect_status(ana.get(f"/exports/{export['id']}/events"), 200)["items"]
    assert [event["action"] for event in trail] == ["created", "ready", "downloaded"]
    events = expect_status(ana.get(f"/namespaces/{lab.project['id']}/export-events"), 200)["items"]
    me = expect_status(ana.get("/me"), 200)
    name = f"{me['first_name']} {me['last_name']}".strip() or me["email"]
    assert {(event["actor"], event["actor_name"]) for event in events} == {(me["id"], name), ("system", None)}
    assert [event["export_id"] for event in events] == [export["id"]] * 3


def test_changed_output_is_skipped_and_reported(ana: Person, lab: Lab) -> None:
    export = create(ana, lab)
    key = f"runs/{lab.runs['full']}/alpha-1/reads.fastq.gz"

    def between(step: str, state: dict[str, Any]) -> None:
        if step == "assemble" and state["plan"] == 1:
            aws.s3().put_object(Bucket=settings().catalog_bucket, Key=key, Body=b"another")

    assert "sources_changed" in run(export, between=between)
    assert expect_status(ana.get(f"/exports/{export['id']}"), 200)["warnings"] == 2
    archive = zipfile.ZipFile(io.BytesIO(fetched(ana, export["id"])))
    assert f"{lab.runs['full']}/alpha-1/reads.fastq.gz" not in archive.namelist()
    skipped = [row for row in json.loads(archive.read("report.json")) if row["outcome"] == "skipped"]
    assert {(row["reason"], row["size"]) for row in skipped} >= {("no-output", None)}
    assert {row["size"] for row in skipped} == {None, 11 * MIB}


def test_an_export_of_a_users_own_runs_has_no_namespace_and_is_removed_completely(ana: Person, lab: Lab) -> None:
    export = create(ana, lab, analysis_type="user", namespace_id=None, workflow_execution_ids=[lab.runs["mine"]])
    assert run(export)[-2] == "ready"
    archive = zipfile.ZipFile(io.BytesIO(fetched(ana, export["id"])))
    assert archive.read(f"{lab.runs['mine']}/big.bam") == lab.bodies[f"{lab.runs['mine']}/big.bam"]
    assert ana.call("DELETE", f"/exports/{export['id']}").status == 204
    for _ in range(2):
        clean_up()
    assert "Contents" not in aws.s3().list_objects_v2(Bucket=settings().exports_bucket)
    (kept,) = aws.s3().list_objects_v2(Bucket=settings().work_bucket)["Contents"]
    assert kept["Key"] == request_key(export["id"])  # from which it can be created again
    assert record.find(export["id"]) is None
    assert [event["action"] for event in expect_status(ana.get(f"/exports/{export['id']}/events"), 200)["items"]] == [
        "created",
        "ready",
        "downloaded",
        "removed",
    ]


def test_a_lost_role_stops_the_work_and_the_download(ana: Person, bob: Person, lab: Lab) -> None:
    member = f"/namespaces/{lab.group['id']}/members/{bob.get('/me').body['id']}"
    expect_status(ana.call("PUT", member, {"role": "analyst"}), 200)
    first, second = create(bob, lab), create(bob, lab)
    assert run(first)[-2] == "ready"
    assert bob.post(f"/exports/{first['id']}/download").status == 200
    expect_status(ana.call("PUT", member, {"role": "uploader"}), 200)
    refused = bob.post(f"/exports/{first['id']}/download")
    assert (refused.status, refused.body["type"].rsplit("/", 1)[1]) == (403, "right-lost")
    assert run(second)[0] == "failed"
    assert expect_status(bob.get(f"/exports/{second['id']}"), 200)["failure"]["code"] == "no-longer-allowed"


@pytest.mark.parametrize("layout", ["flat", "tree"])
def test_the_folders_of_a_pipeline_are_kept_on_request(ana: Person, layout: str, tmp_path: Path) -> None:
    lab = replace(new_lab(ana), runs={"full": "", "nameless": "", "empty": ""})
    sample = new_sample(ana, lab.project, "Alpha")
    sheet = [{"sample_id": sample["id"], "samplesheet": {"sample": "EC-1"}}]
    run_id = new_run(ana, lab.project, name="Run", automated=True, samples=sheet)["id"]
    own, inner = {"multiqc/report.html": b"<p>", "top.txt": b"top"}, {"assembly/a.fa": b">a"}
    for path, body in own.items():
        register_output(ana, run_id, path, body, None)
    for path, body in inner.items():
        register_output(ana, run_id, f"{sample['puid']}/{path}", body, sample)
    export = create(ana, lab, workflow_execution_ids=[run_id], layout=layout)
    assert export["parameters"]["layout"] == layout
    assert "ready" in run(export)
    (tmp_path / "a.zip").write_bytes(fetched(ana, export["id"]))
    subprocess.run(["unzip", "-qq", tmp_path / "a.zip", "-d", tmp_path / "out"], check=True)
    folder = tmp_path / "out" / run_id
    found = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    trees = {"tree": {*own, "EC-1/assembly/a.fa"}, "flat": {"report.html", "top.txt", "EC-1/a.fa"}}
    assert found == trees[layout]
    kinds = {row["name"]: row.get("irida-next-type") for row in _nodes(preview_of(ana, export["id"]))}
    assert (kinds.get("multiqc"), kinds.get("assembly")) == (("directory",) * 2 if layout == "tree" else (None, None))


def preview_of(person: Person, export_id: str) -> Any:
    return expect_status(person.get(f"/exports/{export_id}/preview"), 200)


def _nodes(node: Any) -> list[Any]:
    return [found for child in node.get("children", ()) for found in (child, *_nodes(child))]
