"""Linelists from request to download: real routes, real steps, a real S3 server; read back by third-party programs."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from zlib import crc32

import openpyxl
import pandas as pd
import pytest
import requests

from chalicelib import aws
from chalicelib.archive import streaming_upload
from chalicelib.assembly import linelist_work
from chalicelib.assembly import render_linelist as step
from chalicelib.exports import attempts, record
from chalicelib.exports.storage import request_key
from chalicelib.settings import settings
from tests.harness import Person, expect_status
from tests.lab import Lab, Record, new_lab, new_sample
from tests.workflow.clean_up import clean_up
from tests.workflow.state_machine import run

SignIn = Callable[..., Person]
HEADER = ["SAMPLE PUID", "SAMPLE NAME", "PROJECT PUID", "COUNTRY", "AGE", "NOTE"]
FIELDS = ["country", " Age ", "note", "COUNTRY"]


@pytest.fixture
def ana(sign_in: SignIn) -> Person:
    return sign_in("ana.lopez@example.org", "fr")


@pytest.fixture
def lab(ana: Person) -> Lab:
    """Two projects in a group, three samples, one of them without metadata."""
    lab = new_lab(ana, "First", "Second")
    first, second = lab.projects
    wanted: list[tuple[Record, str, dict[str, Any]]] = [
        (first, "Alpha", {"Country": "Canada", "age": 7, "note": "=1+1"}),
        (second, "Bêta", {"country": 'Côte d\'Ivoire, "CI"\nWest', "age": -5.25}),
        (first, "Gamma", {}),
    ]
    return replace(lab, samples=tuple(new_sample(ana, *sample) for sample in wanted))


def export_body(lab: Lab, **changes: Any) -> dict[str, Any]:
    good = {
        "type": "linelist", "namespace_id": lab.group["id"],
        "sample_ids": [sample["id"] for sample in lab.samples],
        "metadata_fields": FIELDS, "linelist_format": "csv", "name": "Été 1/2",
    }  # fmt: skip
    return {key: value for key, value in {**good, **changes}.items() if value is not None}


def create(ana: Person, lab: Lab, **changes: Any) -> Any:
    return expect_status(ana.post("/exports", export_body(lab, **changes)), 202)


def downloaded(ana: Person, export_id: str) -> tuple[Any, bytes]:
    link = expect_status(ana.post(f"/exports/{export_id}/download"), 200)
    answer = requests.get(link["url"], timeout=30)
    assert answer.status_code == 200
    assert (len(answer.content), f"{crc32(answer.content):08x}") == (link["size"], link["crc32"])
    return {**link, "headers": answer.headers}, answer.content


def reported(link: Any) -> list[Any]:
    rows: list[Any] = requests.get(link["report_url"], timeout=30).json()
    return rows


def expected(lab: Lab) -> list[list[Any]]:
    first, second = (project["puid"] for project in lab.projects)
    alpha, beta, gamma = (sample["puid"] for sample in lab.samples)
    return [
        [alpha, "Alpha", first, "Canada", 7, "=1+1"],
        [beta, "Bêta", second, 'Côte d\'Ivoire, "CI"\nWest', -5.25, None],
        [gamma, "Gamma", first, None, None, None],
    ]


def everything_in(bucket: str) -> list[str]:
    found = aws.s3().list_objects_v2(Bucket=bucket).get("Contents", [])
    uploads = aws.s3().list_multipart_uploads(Bucket=bucket).get("Uploads", [])
    return [found_object["Key"] for found_object in [*found, *uploads]]


@pytest.mark.parametrize("repeats", [1, 2])
def test_a_csv_holds_the_chosen_columns_and_samples_in_order(ana: Person, lab: Lab, repeats: int) -> None:
    export = create(ana, lab)
    assert export["parameters"] == {
        "namespace_id": lab.group["id"], "sample_count": 3, "metadata_fields": ["country", "age", "note"],
        "linelist_format": "csv", "delimiter": ",", "decimal_mark": ".",
    }  # fmt: skip
    assert run(export, times=repeats) == ["linelist_planned", "ready", "not-wanted"]
    done = expect_status(ana.get(f"/exports/{export['id']}"), 200)
    assert (done["status"], done["warnings"], done["progress"]["percent"]) == ("ready", 0, 100)
    assert done["progress"]["rows_total"] == 3
    assert done["file"]["filename"] == f"{export['id']}.csv"
    link, body = downloaded(ana, export["id"])
    assert link["filename"] == "Été 1_2.csv"
    assert link["headers"]["Content-Type"] == "text/csv; charset=utf-8"
    assert body.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))
    assert rows[0] == HEADER
    texts = [["" if cell is None else str(cell) for cell in row] for row in expected(lab)]
    texts[0][5] = "'=1+1"
    assert rows[1:] == texts
    frame = pd.read_csv(io.BytesIO(body), dtype={"AGE": float})
    assert list(frame.columns) == HEADER
    assert frame["AGE"].tolist()[:2] == [7.0, -5.25]
    assert [row["outcome"] for row in reported(link)] == ["included"] * 3


@pytest.mark.parametrize("linelist_format", ["xlsx", "tsv", "json"])
def test_the_other_formats_have_the_same_contents(ana: Person, lab: Lab, linelist_format: str) -> None:
    export = create(ana, lab, linelist_format=linelist_format, name=None)
    run(export)
    link, body = downloaded(ana, export["id"])
    suffix = {"json": "jsonl"}.get(linelist_format, linelist_format)
    assert link["filename"] == f"{export['id']}.{suffix}"
    if linelist_format == "json":
        rows = [json.loads(line) for line in body.decode().splitlines()]
        assert [list(row.values()) for row in rows] == expected(lab)
        assert {tuple(row) for row in rows} == {(*HEADER[:3], "country", "age", "note")}
    elif linelist_format == "tsv":
        lines = list(csv.reader(io.StringIO(body.decode(), newline=""), delimiter="\t"))
        assert lines[0] == HEADER
        assert lines[2][3:] == ['Côte d\'Ivoire, "CI"\nWest', "-5.25", ""]
    else:
        sheet = openpyxl.load_workbook(io.BytesIO(body))["linelist"]
        assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [HEADER, *expected(lab)]
        assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:F4")


def test_a_selection_is_in_the_order_of_puids(ana: Person, lab: Lab) -> None:
    export = create(ana, lab, sample_ids=None, selection={"all": True, "q": None}, linelist_format="tsv")
    assert export["parameters"]["sample_count"] is None
    run(export)
    body = downloaded(ana, export["id"])[1].decode()
    puids = [row[0] for row in csv.reader(io.StringIO(body, newline=""), delimiter="\t")][1:]
    assert puids == sorted(sample["puid"] for sample in lab.samples)
    some = create(ana, lab, sample_ids=None, selection={"all": True, "q": "bêt"}, linelist_format="tsv")
    run(some)
    body = downloaded(ana, some["id"])[1].decode()
    assert len(list(csv.reader(io.StringIO(body, newline=""), delimiter="\t"))) == 2


def test_a_sample_deleted_after_the_plan_is_reported(ana: Person, lab: Lab) -> None:
    export = create(ana, lab)
    beta = lab.samples[1]

    def between(name: str, _: Any) -> None:
        assert name == "render"
        assert ana.call("DELETE", f"/samples/{beta['id']}").status == 204

    assert "ready" in run(export, between=between)
    assert expect_status(ana.get(f"/exports/{export['id']}"), 200)["warnings"] == 1
    link, body = downloaded(ana, export["id"])
    assert len(list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))) == 3
    assert reported(link) == [
        {"id": lab.samples[0]["id"], "outcome": "included", "row": 1},
        {"id": beta["id"], "outcome": "skipped", "reason": "sample-not-found"},
        {"id": lab.samples[2]["id"], "outcome": "included", "row": 2},
    ]


def test_a_lost_role_omits_rows_or_refuses_the_download(ana: Person, lab: Lab, sign_in: SignIn) -> None:
    """Bob reads both projects through links to a group of his own."""
    bob = sign_in("bob@example.org")
    group = expect_status(bob.post("/groups", {"name": "Bob's", "path": "bob"}))
    member = f"/namespaces/{group['id']}/members/{ana.get('/me').body['id']}"
    expect_status(bob.call("PUT", member, {"role": "guest"}), 200)
    links = [f"/namespaces/{project['id']}/links/{group['id']}" for project in lab.projects]
    for link in links:
        expect_status(ana.call("PUT", link, {"role": "analyst"}), 200)
    export = create(bob, lab, namespace_id=group["id"])

    def between(*_: Any) -> None:
        assert ana.call("DELETE", links[1]).status == 204

    run(export, between=between)
    found, _ = downloaded(bob, export["id"])
    assert [row.get("reason") for row in reported(found)] == [None, "no-longer-allowed", None]
    assert ana.call("DELETE", links[0]).status == 204
    assert bob.post(f"/exports/{export['id']}/download").status == 403


def test_an_export_without_any_row_fails(ana: Person, lab: Lab) -> None:
    empty = create(ana, lab, sample_ids=None, selection={"all": True, "q": "nothing-like-this"})
    assert run(empty) == ["failed", "failed"]
    assert expect_status(ana.get(f"/exports/{empty['id']}"), 200)["failure"]["code"] == "nothing-to-export"
    vanished = create(ana, lab)

    def between(*_: Any) -> None:
        for sample in lab.samples:
            ana.call("DELETE", f"/samples/{sample['id']}")

    assert run(vanished, between=between) == ["linelist_planned", "failed", "failed"]
    assert not [key for key in everything_in(settings().exports_bucket) if key.startswith(vanished["id"])]


def test_a_removed_export_is_noticed_while_its_rows_are_written(
    ana: Person, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linelist_work, "_PROGRESS_INTERVAL", 0.0)
    monkeypatch.setattr(streaming_upload, "upload", _removing(ana, streaming_upload.upload))
    export = create(ana, lab)
    assert run(export) == ["linelist_planned", "removed"]
    assert not [key for key in everything_in(settings().exports_bucket) if key.startswith(export["id"])]


def _removing(ana: Person, upload: Callable[..., Any]) -> Callable[..., Any]:
    def removed_first(store: Any, target: Any, chunks: Any) -> Any:
        assert ana.call("DELETE", f"/exports/{target.key.split('/')[0]}").status == 204
        return upload(store, target, chunks)

    return removed_first


def test_two_simultaneous_renders_give_one_outcome(ana: Person, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second begins and ends while the first is at work."""
    export = create(ana, lab)
    state = {"export_id": export["id"], "attempt": 1, "plan": 1}
    inner: list[Any] = []
    upload = streaming_upload.upload

    def with_a_duplicate(store: Any, target: Any, chunks: Any) -> Any:
        if not inner:
            inner.append(None)
            inner[0] = step.render_linelist(state)
        return upload(store, target, chunks)

    monkeypatch.setattr(streaming_upload, "upload", with_a_duplicate)
    assert run(export)[:2] == ["linelist_planned", "ready"]
    assert inner[0]["outcome"] == "ready"
    downloaded(ana, export["id"])
    trail = [event["action"] for event in expect_status(ana.get(f"/exports/{export['id']}/events"), 200)["items"]]
    assert trail.count("ready") == 1


def test_an_interrupted_render_is_repeated(ana: Person, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    export = create(ana, lab)
    verify = streaming_upload.verify
    monkeypatch.setattr(streaming_upload, "verify", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        run(export)
    monkeypatch.setattr(streaming_upload, "verify", verify)
    assert run(export)[:2] == ["linelist_planned", "ready"]
    downloaded(ana, export["id"])


def test_progress_counts_rows_and_never_goes_back(ana: Person, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linelist_work, "_PROGRESS_INTERVAL", 0.0)
    export = create(ana, lab)
    seen: list[tuple[int, int]] = []
    set_rows_done = attempts.set_rows_done

    def result(*arguments: Any) -> bool:
        done = set_rows_done(*arguments)
        progress = expect_status(ana.get(f"/exports/{export['id']}"), 200)["progress"]
        seen.append((progress["rows_done"], progress["percent"]))
        return done

    monkeypatch.setattr(attempts, "set_rows_done", result)
    run(export)
    assert seen == [(1, 33), (2, 64), (3, 95)]
    assert set_rows_done(export["id"], 1, 9, "2026-11-24T00:00:00.000Z") is False


def test_the_clean_up_leaves_nothing_of_a_removed_linelist(ana: Person, lab: Lab) -> None:
    export = create(ana, lab)
    run(export)
    assert ana.get(f"/exports/{export['id']}/preview").status == 404
    assert ana.call("DELETE", f"/exports/{export['id']}").status == 204
    clean_up()
    assert record.find(export["id"]) is None
    assert everything_in(settings().exports_bucket) == []
    assert everything_in(settings().work_bucket) == [request_key(export["id"])]  # to create it again


def test_a_linelist_beyond_the_limit_is_refused_or_fails(
    ana: Person, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAX_EXPORT_SAMPLES", "2")
    settings.cache_clear()
    answer = ana.post("/exports", export_body(lab))
    assert (answer.status, answer.body["type"].rsplit("/", 1)[-1]) == (422, "limit-exceeded")
    export = create(ana, lab, sample_ids=None, selection={"all": True})
    assert run(export) == ["failed", "failed"]
    assert expect_status(ana.get(f"/exports/{export['id']}"), 200)["failure"]["code"] == "too-large"


def test_a_linelist_that_takes_too_long_fails_with_that_reason(
    ana: Person, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linelist_work, "_PROGRESS_INTERVAL", 0.0)
    monkeypatch.setattr(linelist_work, "_TIME", -1.0)
    export = create(ana, lab)
    assert run(export) == ["linelist_planned", "failed", "failed"]
    assert expect_status(ana.get(f"/exports/{export['id']}"), 200)["failure"]["code"] == "too-large"
    assert not [key for key in everything_in(settings().exports_bucket) if key.startswith(export["id"])]


def test_the_estimate_counts_samples(ana: Person, lab: Lab) -> None:
    result = expect_status(ana.post("/exports/estimate", export_body(lab)), 200)
    assert (result["samples"], result["files"], result["exact"], result["exceeds"]) == (3, 0, True, [])


REFUSALS: list[tuple[dict[str, Any], str, list[str]]] = [
    ({"sample_ids": []}, "no-sample", ["/sample_ids"]),
    ({"sample_ids": ["no-such"]}, "sample-not-found", ["/sample_ids/0"]),
    ({"metadata_fields": []}, "no-metadata-field", ["/metadata_fields"]),
    ({"metadata_fields": ["a", "\x00"]}, "invalid", ["/metadata_fields/1"]),
    ({"metadata_fields": [f"{i:0250d}" for i in range(200)]}, "invalid", ["/metadata_fields"]),
    ({"linelist_format": "ods"}, "unknown-linelist-format", ["/linelist_format"]),
    ({"linelist_format": None, "sample_ids": None}, "invalid", ["/linelist_format", "/sample_ids"]),
]


@pytest.mark.parametrize(("changes", "slug", "pointers"), REFUSALS, ids=[f"{row[1]} {row[2][0]}" for row in REFUSALS])
def test_each_broken_rule_is_named(
    ana: Person, lab: Lab, changes: dict[str, Any], slug: str, pointers: list[str]
) -> None:
    for path in ("/exports", "/exports/estimate"):
        answer = ana.post(path, export_body(lab, **changes))
        assert (answer.status, answer.body["type"].rsplit("/", 1)[-1]) == (422, slug)
        assert sorted(row["pointer"] for row in answer.body["errors"]) == sorted(pointers)


@pytest.mark.parametrize(("role", "status"), [(None, 404), ("uploader", 403), ("analyst", 202)])
def test_an_analyst_is_required(ana: Person, lab: Lab, sign_in: SignIn, role: str | None, status: int) -> None:
    bob = sign_in("bob@example.org")
    if role:
        member = f"/namespaces/{lab.group['id']}/members/{bob.get('/me').body['id']}"
        expect_status(ana.call("PUT", member, {"role": role}), 200)
    assert bob.post("/exports", export_body(lab)).status == status
