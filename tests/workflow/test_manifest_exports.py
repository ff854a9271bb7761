"""Exports that assemble no archive: a table of the files, and links to each of them."""

import csv
import io
import json
import zipfile
from typing import Any
from zlib import crc32

import requests

from chalicelib.exports import listed_files
from chalicelib.settings import settings
from tests.harness import Person, Reply, expect_status, upload
from tests.lab import grant
from tests.workflow.state_machine import run
from tests.workflow.steps import lose

MIB = 1 << 20
SIZES = {"a_1.fastq": 6 * MIB, "a_2.fastq": 7 * MIB, "b.fastq": 10}


def expect_problem(reply: Reply, status: int, slug: str) -> None:
    assert (reply.status, reply.body["type"].rsplit("/", 1)[1]) == (status, slug)


def sample_with_files(ana: Person, project: str) -> dict[str, bytes]:
    sample = expect_status(ana.post(f"/projects/{project}/samples", {"name": "S"}))["id"]
    bodies = {name: name.encode() * (size // len(name) + 1) for name, size in SIZES.items()}
    for name, body in bodies.items():
        upload(ana, sample, name, body)
    return bodies


def create(ana: Person, project: str, **changes: Any) -> Any:
    body = {
        "type": "sample",
        "namespace_id": project,
        "selection": {"all": True},
        "file_formats": ["fastq"],
        "packaging": "manifest",
        **changes,
    }
    body = {name: value for name, value in body.items() if value is not None}
    made = expect_status(ana.post("/exports", body), 202)
    run(made)
    return expect_status(ana.get(f"/exports/{made['id']}"), 200)


def archive_of(ana: Person, export: Any) -> zipfile.ZipFile:
    link = expect_status(ana.post(f"/exports/{export['id']}/download"), 200)
    content = requests.get(link["url"], timeout=30).content
    assert f"{crc32(content):08x}" == link["crc32"]
    return zipfile.ZipFile(io.BytesIO(content))


def test_nothing_is_assembled_and_every_file_has_a_link(ana: Person, project: str) -> None:
    bodies = sample_with_files(ana, project)
    export = create(ana, project)
    assert (export["status"], export["file"]["files"], export["warnings"]) == ("ready", 3, 0)
    assert export["parameters"]["packaging"] == "manifest"
    assert export["file"]["size"] < 10_000
    archive = archive_of(ana, export)
    assert archive.namelist() == ["files.tsv", "manifest.json", "manifest.txt", "report.json"]
    table = list(csv.DictReader(io.StringIO(archive.read("files.tsv").decode()), delimiter="\t"))
    page = expect_status(ana.get(f"/exports/{export['id']}/files"), 200)
    assert (page["total"], page["next_cursor"]) == (3, None)
    for row, file, included in zip(table, page["items"], json.loads(archive.read("report.json")), strict=True):
        name = row["path"].rsplit("/", 1)[1]
        answer = requests.get(file["url"], timeout=30)
        assert answer.content == bodies[name]
        assert f"filename*=UTF-8''{name}" in answer.headers["Content-Disposition"]
        assert answer.headers["ETag"] == file["etag"]
        assert row["path"] == file["path"] == included["path"]
        assert row["id"] == file["id"] == included["id"]
        assert int(row["size"]) == file["size"] == len(bodies[name])
        assert (row["crc32"] or None) == file["crc32"] == included["crc32"]


def test_files_are_listed_page_by_page(ana: Person, project: str, monkeypatch: Any) -> None:
    monkeypatch.setattr(listed_files, "_ROWS", 2)
    sample_with_files(ana, project)
    export = create(ana, project)
    for limit in (1, 2, 3):
        found, cursor = [], ""
        while True:
            page = expect_status(ana.get(f"/exports/{export['id']}/files?limit={limit}{cursor}"), 200)
            found += [file["path"].rsplit("/", 1)[1] for file in page["items"]]
            assert len(page["items"]) <= limit
            if page["next_cursor"] is None:
                break
            cursor = f"&cursor={page['next_cursor']}"
        assert found == ["a_1.fastq", "a_2.fastq", "b.fastq"]


def test_links_are_refused_once_a_right_is_lost(ana: Person, project: str, sign_in: Any) -> None:
    sample_with_files(ana, project)
    ben = sign_in("ben@example.org")
    grant(ana, project, ben, "analyst")
    export = create(ben, project)
    expect_status(ben.get(f"/exports/{export['id']}/files"), 200)
    expect_problem(ana.get(f"/exports/{export['id']}/files"), 404, "not-found")
    grant(ana, project, ben, "guest")
    expect_problem(ben.get(f"/exports/{export['id']}/files"), 403, "right-lost")


def test_archives_have_no_links_to_files(ana: Person, project: str) -> None:
    sample_with_files(ana, project)
    export = create(ana, project, packaging="archive")
    assert export["parameters"]["packaging"] == "archive"
    expect_problem(ana.get(f"/exports/{export['id']}/files"), 404, "not-found")


def test_link_to_a_lost_file_is_not_found(ana: Person, project: str) -> None:
    sample_with_files(ana, project)
    export = create(ana, project)
    (file, *_) = expect_status(ana.get(f"/exports/{export['id']}/files"), 200)["items"]
    lose(file["url"].split("?")[0].split("/", 4)[4])
    assert requests.get(file["url"], timeout=30).status_code == 404


def test_limit_of_bytes_counts_what_is_assembled(ana: Person, project: str, monkeypatch: Any) -> None:
    sample_with_files(ana, project)
    monkeypatch.setenv("MAX_EXPORT_BYTES", "1000")
    settings.cache_clear()
    body = {"type": "sample", "namespace_id": project, "file_formats": ["fastq"]}
    samples = expect_status(ana.get(f"/namespaces/{project}/samples"), 200)["items"]
    body["sample_ids"] = [sample["id"] for sample in samples]
    expect_problem(ana.post("/exports", body), 422, "limit-exceeded")
    assert create(ana, project, selection=None, sample_ids=body["sample_ids"])["status"] == "ready"
