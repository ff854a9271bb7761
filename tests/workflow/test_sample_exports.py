"""Sample exports from request to removal: real routes, real steps, a real S3 server."""

import io
import json
import os
import random
import subprocess
import sys
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

import boto3
import pytest
import requests

from chalicelib import aws, timestamps
from chalicelib.catalog.files import repository as files
from chalicelib.catalog.files.model import File
from chalicelib.catalog.files.table import FileRow, file_row
from chalicelib.catalog.namespaces import repository as namespaces
from chalicelib.catalog.namespaces.model import Namespace
from chalicelib.catalog.puid import Kind, make
from chalicelib.catalog.samples import creation
from chalicelib.catalog.samples import repository as samples
from chalicelib.catalog.samples.index import SampleListRow
from chalicelib.catalog.samples.model import NewSample, Sample
from chalicelib.catalog.samples.table import SampleRow, sample_row
from chalicelib.exports import archive_uploads, download, executions, record
from chalicelib.exports.contents import preview_index
from chalicelib.exports.storage import manifest_key, preview_key, request_key
from chalicelib.exports.table import ExportRow
from chalicelib.ids import Ids
from chalicelib.settings import settings
from tests.harness import Person, expect_status, upload
from tests.lab import Lab, new_lab, new_sample
from tests.readers import is_installed
from tests.workflow.clean_up import clean_up
from tests.workflow.state_machine import run

MIB = 1 << 20
SignIn = Callable[..., Person]


@pytest.fixture
def ana(sign_in: SignIn) -> Person:
    return sign_in("ana.lopez@example.org", "fr")


@pytest.fixture
def lab(ana: Person) -> Lab:
    """Two projects in a group; three samples, one without files; files large and small."""
    lab = new_lab(ana, "First", "Second")
    first, second = lab.projects
    alpha, beta, empty = (
        new_sample(ana, project, name) for project, name in ((first, "Alpha"), (second, "Bêta"), (first, "Empty"))
    )
    files = [
        (alpha, "a_S1_L001_R2_001.fastq.gz", 12 * MIB),
        (alpha, "a_S1_L001_R1_001.fastq.gz", 11 * MIB),
        (alpha, "a.fasta", 3_000),
        (beta, "CON.fasta", 0),
        (beta, "b.fastq", 6 * MIB),
        (beta, "notes.txt", 10),
    ]
    bodies = {name: random.Random(number).randbytes(size) for number, (_, name, size) in enumerate(files)}
    for sample, name, _ in files:
        upload(ana, sample["id"], name, bodies[name])
    return replace(lab, samples=(alpha, beta, empty), bodies=bodies)


def export_body(lab: Lab, **changes: Any) -> dict[str, Any]:
    ids = [sample["id"] for sample in lab.samples]
    good = {
        "type": "sample",
        "namespace_id": lab.group["id"],
        "sample_ids": ids,
        "file_formats": ["fastq", "fasta"],
        "name": "Été 1/2",
        "email_notification": True,
    }
    return {key: value for key, value in {**good, **changes}.items() if value is not None}


def create(ana: Person, lab: Lab, **changes: Any) -> Any:
    return expect_status(ana.post("/exports", export_body(lab, **changes)), 202)


def archive_of(ana: Person, export_id: str) -> zipfile.ZipFile:
    link = expect_status(ana.post(f"/exports/{export_id}/download"), 200)
    answer = requests.get(link["url"], timeout=30)
    assert answer.status_code == 200
    assert (len(answer.content), f"{crc32(answer.content):08x}") == (link["size"], link["crc32"])
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert archive.testzip() is None
    return archive


def mails() -> list[Any]:
    from moto.core.models import DEFAULT_ACCOUNT_ID
    from moto.ses.models import ses_backends
    from moto.sesv2.models import sesv2_backends  # noqa: F401 - registers the backend that holds the mails

    return list(ses_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].sent_messages)


def everything_in(bucket: str) -> list[str]:
    found = aws.s3().list_objects_v2(Bucket=bucket).get("Contents", [])
    archive_uploads = aws.s3().list_multipart_uploads(Bucket=bucket).get("Uploads", [])
    return [found_object["Key"] for found_object in [*found, *archive_uploads]]


def check_report(lab: Lab, names: list[str], report: list[dict[str, Any]]) -> None:
    empty = lab.samples[2]
    assert [(row["id"], row["reason"]) for row in report if row["outcome"] == "skipped"] == [
        (empty["id"], "no-matching-file")
    ]
    included = {row["path"]: row for row in report if row["outcome"] == "included"}
    assert set(included) == {name for name in names if "/" in name}
    assert [row.get("renamed_from") for row in included.values()].count("CON.fasta") == 1


def check_tree(ana: Person, lab: Lab, export_id: str, date: str, text: str) -> None:
    """The manifest for people lists projects, samples and attachments."""
    alpha, beta, _ = lab.samples
    first, second = lab.projects
    paired = expect_status(ana.get(f"/samples/{alpha['id']}/files"), 200)["items"]
    pair = next(file["puid"] for file in paired if file["format"] == "fastq")
    fasta = next(file["puid"] for file in paired if file["format"] == "fasta")
    beta_puids = [file["puid"] for file in expect_status(ana.get(f"/samples/{beta['id']}/files"), 200)["items"]]
    assert text == "\n".join(
        [
            "Samples Export",
            date,
            "",
            "contents:",
            f"{export_id}/",
            f"├─ {first['puid']}/ (First)",
            f"│  └─ {alpha['puid']}/ (Alpha)",
            f"│     ├─ {pair}/",
            "│     │  ├─ a_S1_L001_R1_001.fastq.gz",
            "│     │  └─ a_S1_L001_R2_001.fastq.gz",
            f"│     └─ {fasta}/",
            "│        └─ a.fasta",
            f"└─ {second['puid']}/ (Second)",
            f"   └─ {beta['puid']}/ (Bêta)",
            f"      ├─ {beta_puids[0]}/",
            "      │  └─ _CON.fasta",
            f"      └─ {beta_puids[1]}/",
            "         └─ b.fastq",
        ]
    )


def check_preview(ana: Person, export_id: str, manifest: dict[str, Any]) -> None:
    """The preview is the manifest, whole, searched, or a level of it."""
    preview = expect_status(ana.get(f"/exports/{export_id}/preview"), 200)
    assert preview == manifest
    assert list(preview) == ["type", "date", "children"]
    search = expect_status(ana.get(f"/exports/{export_id}/preview?q=no-such-name"), 200)
    assert (search["type"], search["children"], search["matches"]) == (preview["type"], [], 0)
    project = preview["children"][0]
    level = expect_status(ana.get(f"/exports/{export_id}/preview?path={project['name']}"), 200)
    assert [child["name"] for child in level["children"]] == [child["name"] for child in project["children"]]
    assert (level["children"][0]["child_count"], level["next_cursor"]) == (
        len(project["children"][0]["children"]),
        None,
    )
    sample = preview["children"][0]["children"][0]
    assert list(sample) == ["name", "type", "irida-next-type", "irida-next-name", "children"]
    assert sample["children"][0]["children"][0] == {
        "name": "a_S1_L001_R1_001.fastq.gz",
        "type": "file",
        "metadata": {"format": "fastq", "direction": "forward", "type": "illumina_pe"},
    }
    assert sample["children"][1]["children"][0]["metadata"] == {"format": "fasta", "type": "assembly"}


def test_preview_of_many_files_is_read_from_its_index(ana: Person, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preview_index, "MIN_FILES", 1)
    monkeypatch.setattr(download, "MIN_FILES", 1)
    export = create(ana, lab)
    assert "ready" in run(export)
    path = f"/exports/{export['id']}/preview"
    made = record.find(export["id"])
    assert made is not None
    assert made.file is not None
    key = made.file.key
    whole = json.loads(aws.s3().get_object(Bucket=settings().exports_bucket, Key=manifest_key(key))["Body"].read())
    top = expect_status(ana.get(path), 200)
    project = whole["children"][0]
    assert [child["child_count"] for child in top["children"]] == [
        len(child["children"]) for child in whole["children"]
    ]
    assert (top["type"], top["date"], top["next_cursor"]) == (whole["type"], whole["date"], None)
    level = expect_status(ana.get(f"{path}?path={project['name']}"), 200)
    assert [child["name"] for child in level["children"]] == [child["name"] for child in project["children"]]
    found = expect_status(ana.get(f"{path}?q=S1_L001_R1"), 200)
    assert (found["matches"], len(found["children"])) == (1, 1)
    assert ana.get(f"{path}?path=nowhere").status == 404
    aws.s3().delete_object(Bucket=settings().exports_bucket, Key=preview_key(key))  # as earlier versions made exports
    assert expect_status(ana.get(path), 200) == whole


@pytest.mark.parametrize("repeats", [1, 2])
def test_export_becomes_ready_and_complete(ana: Person, lab: Lab, repeats: int) -> None:
    export = create(ana, lab)
    assert (export["status"], export["progress"]["step"], export["file"]) == ("processing", "queued", None)
    assert ana.get(f"/exports/{export['id']}/preview").status == 409
    assert ana.post(f"/exports/{export['id']}/download").status == 409
    outcomes = run(export, times=repeats)
    assert outcomes[0] == "planned"
    assert outcomes[-2] == "ready"
    done = expect_status(ana.get(f"/exports/{export['id']}"), 200)
    assert (done["status"], done["progress"]["percent"], done["warnings"]) == ("ready", 100, 1)
    assert done["file"]["files"] == 5
    archive = archive_of(ana, export["id"])
    names = archive.namelist()
    by_name = {name.rsplit("/", 1)[-1]: archive.read(name) for name in names}
    expected = {**lab.bodies, "_CON.fasta": lab.bodies["CON.fasta"]}
    for name in ("notes.txt", "CON.fasta"):
        del expected[name]
    assert {name: body for name, body in by_name.items() if not name.startswith(("manifest", "report"))} == expected
    check_report(lab, names, json.loads(by_name["report.json"]))
    manifest = json.loads(by_name["manifest.json"])
    check_tree(ana, lab, export["id"], manifest["date"], by_name["manifest.txt"].decode())
    check_preview(ana, export["id"], manifest)
    assert len(mails()) == 1
    assert "Prêt pour l'exportation – Été 1/2" in str(vars(mails()[0]))
    trail = expect_status(ana.get(f"/exports/{export['id']}/events"), 200)["items"]
    assert [event["action"] for event in trail] == ["created", "ready", "downloaded"]
    assert trail[1]["details"]["bytes_copied"] > 0
    cost = ExportRow.get(export["id"]).estimated_cost
    assert 9e-5 < float(cost) < 2e-3  # a handful of requests and states, some seconds of functions


def test_same_request_gives_the_same_bytes(ana: Person, lab: Lab) -> None:
    made_of = []
    for _ in range(2):
        export = create(ana, lab)
        run(export)
        archive = archive_of(ana, export["id"])
        made_of.append([archive.read(name) for name in archive.namelist() if "/" in name or name == "report.json"])
    assert made_of[0] == made_of[1]


@pytest.mark.parametrize("change", ["deleted", "overwritten"])
def test_a_source_deleted_meanwhile_is_skipped_and_reported(ana: Person, lab: Lab, change: str) -> None:
    beta = lab.samples[1]
    lost = next(
        file
        for file in expect_status(ana.get(f"/samples/{beta['id']}/files"), 200)["items"]
        if file["filename"] == "b.fastq"
    )
    bucket, key = lost["s3_uri"].removeprefix("s3://").split("/", 1)

    percents = []

    def lose(step: str, state: dict[str, Any]) -> None:
        percents.append(expect_status(ana.get(f"/exports/{export['id']}"), 200)["progress"]["percent"])
        if step == "assemble" and state["plan"] == 1:
            if change == "deleted":
                aws.s3().delete_object(Bucket=bucket, Key=key)
            else:
                aws.s3().put_object(Bucket=bucket, Key=key, Body=b"x" * 6 * MIB)

    export = create(ana, lab)
    outcomes = run(export, between=lose)
    assert outcomes.count("planned") == 2
    assert len(percents) == 4
    assert percents == sorted(percents)
    done = expect_status(ana.get(f"/exports/{export['id']}"), 200)
    assert (done["status"], done["warnings"], done["file"]["files"]) == ("ready", 2, 4)
    report = json.loads(archive_of(ana, export["id"]).read("report.json"))
    reasons = {row["id"]: row["reason"] for row in report if row["outcome"] == "skipped"}
    warnings = expect_status(ana.get(f"/exports/{export['id']}/warnings"), 200)
    assert warnings["total"] == 2
    assert {row["id"]: row["reason"] for row in warnings["items"]} == reasons
    assert reasons[lost["id"]] == {"deleted": "missing", "overwritten": "changed"}[change]
    names = {row["id"]: (row["name"], row["puid"], row["size"]) for row in warnings["items"]}
    assert names[lost["id"]] == (lost["filename"], lost["puid"], lost["size"])


def test_sources_that_keep_changing_fail_the_export_with_its_reason(ana: Person, lab: Lab) -> None:
    every = [file for s in lab.samples for file in expect_status(ana.get(f"/samples/{s['id']}/files"), 200)["items"]]
    files = [file for file in every if file["size"] and file["format"] != "text"]  # one for each of four plans

    def lose_one(step: str, state: dict[str, Any]) -> None:
        if step == "assemble":
            bucket, key = files[state["plan"] - 1]["s3_uri"].removeprefix("s3://").split("/", 1)
            aws.s3().delete_object(Bucket=bucket, Key=key)

    export = create(ana, lab)
    assert run(export, between=lose_one)[-1] == "failed"
    failed = expect_status(ana.get(f"/exports/{export['id']}"), 200)
    assert (failed["status"], failed["failure"]["code"]) == ("failed", "sources-keep-changing")
    assert failed["failure"]["retryable"] is True
    assert "changé" in failed["failure"]["message"]
    assert "Échec" in str(vars(mails()[0]))
    assert not aws.s3().list_multipart_uploads(Bucket=settings().exports_bucket).get("Uploads")
    again = expect_status(ana.post(f"/exports/{export['id']}/retry"), 202)
    assert (again["status"], again["failure"]) == ("processing", None)
    assert run(export, attempt=2)[-2] == "ready"
    assert expect_status(ana.get(f"/exports/{export['id']}"), 200)["status"] == "ready"
    assert ana.post(f"/exports/{export['id']}/retry").status == 409


def test_an_export_without_any_remaining_file_fails(ana: Person, lab: Lab) -> None:
    export = create(ana, lab, sample_ids=None, selection={"all": True, "q": "nobody"}, email_notification=False)
    assert run(export) == ["failed", "failed"]
    assert expect_status(ana.get(f"/exports/{export['id']}"), 200)["failure"]["code"] == "nothing-to-export"
    assert mails() == []


def test_a_selection_has_everything_a_search_finds_by_puid(ana: Person, lab: Lab) -> None:
    export = create(ana, lab, sample_ids=None, selection={"all": True})
    run(export)
    children = expect_status(ana.get(f"/exports/{export['id']}/preview"), 200)["children"]
    samples = [sample["name"] for project in children for sample in project["children"]]
    assert sorted(samples) == sorted(sample["puid"] for sample in lab.samples[:2])


@pytest.mark.parametrize("moment", ["assemble", "finish"])
def test_an_export_removed_meanwhile_leaves_no_trace(ana: Person, lab: Lab, moment: str) -> None:
    export = create(ana, lab)

    def remove(step: str, _state: dict[str, Any]) -> None:
        if step == moment:
            assert ana.call("DELETE", f"/exports/{export['id']}").status == 204

    assert run(export, between=remove)[-1] == "removed"
    assert ana.get(f"/exports/{export['id']}").status == 410
    assert expect_status(ana.get("/exports"), 200)["total"] == 0
    for _ in range(2):
        clean_up()
    assert everything_in(settings().exports_bucket) == []
    assert everything_in(settings().work_bucket) == [request_key(export["id"])]  # to create it again
    assert record.find(export["id"]) is None
    assert ana.get(f"/exports/{export['id']}").status == 410
    assert [event["action"] for event in expect_status(ana.get(f"/exports/{export['id']}/events"), 200)["items"]] == [
        "created",
        "removed",
    ]


def test_an_expired_export_is_gone_at_once_and_cleaned_up_later(
    ana: Person, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = create(ana, lab)
    run(export)
    later = datetime.now(UTC) + timedelta(days=12)
    clean_up()
    assert ana.get(f"/exports/{export['id']}").status == 200
    with monkeypatch.context() as patched:
        patched.setattr(timestamps, "now", lambda: later)
        assert ana.get(f"/exports/{export['id']}").status == 410
        assert ana.post(f"/exports/{export['id']}/download").status == 410
    assert clean_up(lambda: later)["expired"] == 1
    clean_up(lambda: later)
    assert everything_in(settings().exports_bucket) == []
    assert everything_in(settings().work_bucket) == [request_key(export["id"])]  # to create it again
    assert record.find(export["id"]) is None


def test_a_ready_export_is_extended_once_by_three_business_days(
    ana: Person, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = create(ana, lab)
    assert ana.post(f"/exports/{export['id']}/extend").body["type"].endswith("/not-ready")
    run(export)
    before = expect_status(ana.get(f"/exports/{export['id']}"), 200)["expires_at"]
    after = expect_status(ana.post(f"/exports/{export['id']}/extend"), 200)["expires_at"]
    assert timedelta(days=3) <= datetime.fromisoformat(after) - datetime.fromisoformat(before) <= timedelta(days=12)
    again = ana.post(f"/exports/{export['id']}/extend")
    assert (again.status, again.body["type"].rsplit("/", 1)[1]) == (409, "already-extended")
    between = datetime.fromisoformat(before) + timedelta(hours=1)
    assert clean_up(lambda: between)["expired"] == 0
    with monkeypatch.context() as patched:
        patched.setattr(timestamps, "now", lambda: between)
        assert ana.get(f"/exports/{export['id']}").status == 200
    assert clean_up(lambda: datetime.fromisoformat(after) + timedelta(seconds=1))["expired"] == 1


def test_maintainers_see_what_happened_to_the_exports_of_a_namespace(ana: Person, lab: Lab, sign_in: SignIn) -> None:
    export, other = (
        create(ana, lab),
        create(ana, lab, namespace_id=lab.projects[1]["id"], sample_ids=[lab.samples[1]["id"]]),
    )
    run(export)
    assert ana.call("DELETE", f"/exports/{export['id']}").status == 204
    where = f"/namespaces/{lab.group['id']}/export-events"
    seen = []
    cursor = ""
    while True:
        page = expect_status(ana.get(f"{where}?limit=1{cursor}"), 200)
        assert page["total"] == 3
        seen += [(event["export_id"], event["action"]) for event in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == [(export["id"], "removed"), (export["id"], "ready"), (export["id"], "created")]
    assert ana.get(f"/namespaces/{lab.projects[1]['id']}/export-events").body["items"][0]["export_id"] == other["id"]
    bob = sign_in("bob@example.org")
    assert bob.get(where).status == 404


def test_an_execution_that_ended_without_a_final_status_is_restarted_once_then_failed(ana: Person, lab: Lab) -> None:
    export = create(ana, lab)
    found = record.find(export["id"])
    assert found is not None
    assert clean_up()["restarted"] == 0
    executions.stop(found)
    assert clean_up()["restarted"] == 1
    assert not any(clean_up().values())
    second = record.find(export["id"])
    assert second is not None
    assert (second.attempt, second.status.value) == (2, "processing")
    executions.stop(second)
    assert clean_up()["failed"] == 1
    failed = expect_status(ana.get(f"/exports/{export['id']}"), 200)
    assert (failed["status"], failed["failure"]["code"]) == ("failed", "interrupted")


def test_an_execution_that_was_never_started_is_started(ana: Person, lab: Lab) -> None:
    export = create(ana, lab)
    found = record.find(export["id"])
    assert found is not None
    boto3.client("stepfunctions").delete_state_machine(stateMachineArn=settings().state_machine_arn)
    boto3.client("stepfunctions").create_state_machine(
        name="exports", definition="{}", roleArn="arn:aws:iam::123456789012:role/exports"
    )
    assert clean_up()["restarted"] == 0
    later = datetime.now(UTC) + timedelta(minutes=5)
    assert executions.state_of(found) is executions.Execution.UNKNOWN
    assert clean_up(lambda: later)["restarted"] == 1
    assert executions.state_of(found) is executions.Execution.RUNNING


def test_a_lost_role_stops_the_download(ana: Person, lab: Lab, sign_in: SignIn) -> None:
    bob = sign_in("bob@example.org")
    member = f"/namespaces/{lab.group['id']}/members/{bob.get('/me').body['id']}"
    expect_status(ana.call("PUT", member, {"role": "analyst"}), 200)
    export = expect_status(bob.post("/exports", export_body(lab)), 202)
    assert ana.get(f"/exports/{export['id']}").status == 404
    run(export)
    assert bob.post(f"/exports/{export['id']}/download").status == 200
    expect_status(ana.call("PUT", member, {"role": "uploader"}), 200)
    assert bob.post(f"/exports/{export['id']}/download").status == 403
    assert bob.get(f"/exports/{export['id']}/download").status == 403
    other = expect_status(ana.post("/exports", export_body(lab)), 202)
    assert bob.call("DELETE", f"/exports/{other['id']}").status == 404


def test_rights_are_checked_again_when_the_work_begins(ana: Person, lab: Lab, sign_in: SignIn) -> None:
    bob = sign_in("bob@example.org")
    member = f"/namespaces/{lab.group['id']}/members/{bob.get('/me').body['id']}"
    expect_status(ana.call("PUT", member, {"role": "analyst"}), 200)
    export = expect_status(bob.post("/exports", export_body(lab)), 202)
    expect_status(ana.call("DELETE", member), 204)
    assert run(export)[0] == "failed"
    assert expect_status(bob.get(f"/exports/{export['id']}"), 200)["failure"]["code"] == "no-longer-allowed"


def many_samples(project: Namespace, count: int) -> list[Sample]:
    """Samples written as rows, because moto takes minutes for as many transactions."""
    first = creation.create(project, NewSample("S0"), Ids())
    puids = [make(Kind.SAMPLE, "INXT", Ids()) for _ in range(1, count)]
    others = [replace(first, id=f"sample-{i}", puid=puid, name=f"S{i}") for i, puid in enumerate(puids, 1)]
    with SampleRow.batch_write() as batch:
        for sample in others:
            batch.save(sample_row(sample))
    with SampleListRow.batch_write() as batch:
        for sample in others:
            for row in samples.list_rows(sample):
                batch.save(row)
    return [first, *others]


def stored_file(sample: Sample, number: int, body: bytes) -> File:
    """A complete file of a sample whose object is in the catalog bucket."""
    bucket, key = settings().catalog_bucket, f"files/{sample.id}/{number}"
    etag = aws.s3().put_object(Bucket=bucket, Key=key, Body=body)["ETag"]
    return File(
        id=f"{sample.id}-{number}",
        puid=files.new_puid(None, Ids()),
        puid_given=False,
        sample_id=sample.id,
        filename=f"f{number}.txt",
        size=len(body),
        bucket=bucket,
        key=key,
        complete=True,
        created_at=timestamps.now(),
        etag=etag,
    )


def test_300_samples_with_3_files_each_are_extracted_unchanged(ana: Person) -> None:
    project = namespaces.find(new_lab(ana).project["id"])
    expected = set()
    with FileRow.batch_write() as batch:
        for i, sample in enumerate(many_samples(project, 300)):
            for k in range(3):
                body = f"{i} {k}".encode() * 50
                file = stored_file(sample, k, body)
                batch.save(file_row(file))
                expected.add((f"{project.puid}/{sample.puid}/{file.puid}/{file.filename}", body))
    request_body = {
        "type": "sample",
        "namespace_id": project.puid,
        "file_formats": ["text"],
        "selection": {"all": True},
    }
    export = expect_status(ana.post("/exports", request_body), 202)
    assert run(export)[-2] == "ready"
    archive = archive_of(ana, export["id"])
    assert {(name, archive.read(name)) for name in archive.namelist() if "/" in name} == expected
    assert expect_status(ana.get(f"/exports/{export['id']}"), 200)["file"]["files"] == 900


NAMES = [
    "plain.txt",
    "with space.txt",
    "É accent.txt",
    "E\u0301 accent.txt",
    "emoji 😀.txt",
    "x" * 251 + ".txt",
    "é" * 125 + ".txt",
    "..txt",
    "...",
    "../../escape.txt",
    "/etc/passwd.txt",
    "a/b.txt",
    "a\\b.txt",
    "C:\\x.txt",
    "CON.txt",
    "con.TXT",
    "nul .txt",
    "COM¹.txt",
    "trailing.txt.",
    "trailing.txt ",
    " leading.txt",
    "right\u202eto\u202cleft.txt",
    "zero\u200bwidth.txt",
    "Case.txt",
    "case.txt",
    "CASE.TXT",
    "Straße.txt",
    "STRASSE.txt",
    "star*.txt",
    'quote".txt',
    "pipe|.txt",
    "q?.txt",
    "<b>.txt",
    "colon:stream.txt",
    "-rf.txt",
    "~.txt",
    "$(id).txt",
    "ﬁ.txt",
    "fi.txt",
]


def unpacked(archive: Path, tool: str) -> dict[str, bytes]:
    """Contents by path, unpacked by a program that we did not write; nothing may lie outside of the folder."""
    top = archive.parent / tool
    out = top / "deep" / "out"
    out.mkdir(parents=True)
    command = {
        "python": [sys.executable, "-m", "zipfile", "-e", str(archive), str(out)],
        "unzip": ["unzip", "-q", "-o", "-d", str(out), str(archive)],
        "7z": ["7z", "x", "-y", f"-o{out}", str(archive)],
        "bsdtar": ["bsdtar", "-x", "-C", str(out), "-f", str(archive)],
    }[tool]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "LC_ALL": "C.UTF-8"})
    assert [path.name for path in top.iterdir()] == ["deep"]
    assert [path.name for path in (top / "deep").iterdir()] == ["out"]
    return {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def test_files_of_any_name_are_extracted_into_their_folder(ana: Person, tmp_path: Path) -> None:
    project = new_lab(ana).project
    sample = expect_status(ana.post(f"/projects/{project['id']}/samples", {"name": "Names"}))
    bodies = {}
    for number, name in enumerate(NAMES):
        file = upload(ana, sample["id"], name, f"{number} {name}".encode())
        bodies[file["id"]] = f"{number} {name}".encode()
    wanted = {
        "type": "sample",
        "namespace_id": project["id"],
        "sample_ids": [sample["id"]],
        "file_formats": ["text", "unknown"],
    }
    export = expect_status(ana.post("/exports", wanted), 202)
    assert run(export)[-2] == "ready"
    link = expect_status(ana.post(f"/exports/{export['id']}/download"), 200)
    (tmp_path / "a.zip").write_bytes(requests.get(link["url"], timeout=30).content)
    tools = ["python", *filter(is_installed, ("unzip", "7z", "bsdtar"))]
    files, *others = [unpacked(tmp_path / "a.zip", tool) for tool in tools]
    assert all(other == files for other in others)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["a.zip", *tools])
    rows = {row["id"]: row for row in json.loads(files["report.json"])}
    exported = {file_id: files[rows[file_id]["path"]] for file_id in bodies}
    assert exported == bodies
    names = {file["id"]: file["filename"] for file in ana.get(f"/samples/{sample['id']}/files?limit=100").body["items"]}
    for file_id, name in names.items():
        path = rows[file_id]["path"]
        last = path.rsplit("/", 1)[1]
        assert rows[file_id].get("renamed_from", last) == name
        assert len(path) < 240
        assert not set(last) & set('<>:"/\\|?*')
        assert last == last.strip(" ").rstrip(".")
        assert last.split(".")[0].rstrip().lower() not in {"con", "prn", "aux", "nul", "com¹"}
        assert all(unicodedata.category(character) not in {"Cc", "Cf"} for character in last)
    seen = [unicodedata.normalize("NFKD", rows[file_id]["path"]).casefold() for file_id in names]
    assert len(seen) == len(set(seen)) == len(NAMES)


def test_an_upload_that_is_lost_is_planned_again(ana: Person, lab: Lab) -> None:
    export = create(ana, lab)
    lost: list[str] = []

    def between(step: str, state: dict[str, Any]) -> None:
        found = record.find(export["id"])
        assert found is not None
        assert found.upload is not None
        if step == "finish" and not lost:
            lost.append(found.upload.upload_id)
            archive_uploads.abort_archive(found.upload)

    assert run(export, between=between) == ["planned", "done", "sources_changed", "planned", "done", "ready", "sent"]
    assert expect_status(ana.get(f"/exports/{export['id']}"), 200)["warnings"] == 1  # the sample that has no files


def test_an_upload_that_is_lost_again_and_again_fails_the_export(ana: Person, lab: Lab) -> None:
    export = create(ana, lab)

    def between(step: str, state: dict[str, Any]) -> None:
        found = record.find(export["id"])
        if step == "assemble" and found is not None and found.upload is not None:
            archive_uploads.abort_archive(found.upload)

    outcomes = run(export, between=between)
    assert outcomes.count("planned") == outcomes.count("upload_gone") == 3
    failed = expect_status(ana.get(f"/exports/{export['id']}"), 200)
    assert (failed["status"], failed["failure"]["code"]) == ("failed", "interrupted")
    assert failed["failure"]["retryable"]


def test_a_clean_up_during_the_work_removes_nothing_from_it(ana: Person, lab: Lab) -> None:
    export = create(ana, lab)
    assert run(export, between=lambda *_: clean_up())[-2:] == ["ready", "sent"]
    assert expect_status(ana.get(f"/exports/{export['id']}"), 200)["status"] == "ready"
