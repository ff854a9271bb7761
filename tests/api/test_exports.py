"""Which requests for exports are accepted, how others are refused, and how exports are listed."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.settings import settings
from tests.harness import Person, expect_status, upload
from tests.lab import Lab, new_lab, new_sample

SignIn = Callable[..., Person]


@pytest.fixture
def ana(sign_in: SignIn) -> Person:
    return sign_in("ana@example.org")


@pytest.fixture
def lab(ana: Person) -> Lab:
    """A sample with files, one without, and one of another project."""
    lab = new_lab(ana, "P", "Q")
    project, other = lab.projects
    full, empty, foreign = (
        new_sample(ana, namespace, name)
        for namespace, name in ((project, "full"), (project, "empty"), (other, "foreign"))
    )
    upload(ana, full["id"], "a.fastq", b"ACGT")
    upload(ana, full["id"], "b.fasta", b"AC")
    return replace(lab, samples=(full, empty, foreign))


def export_body(lab: Lab, **changes: Any) -> dict[str, Any]:
    good = {
        "type": "sample",
        "namespace_id": lab.project["id"],
        "sample_ids": [lab.samples[0]["id"]],
        "file_formats": ["fastq"],
    }
    return {key: value for key, value in {**good, **changes}.items() if value is not None}


REFUSALS: list[tuple[dict[str, Any], str, list[str]]] = [
    ({"file_formats": []}, "no-file-format", ["/file_formats"]),
    ({"file_formats": None}, "no-file-format", ["/file_formats"]),
    ({"file_formats": ["fastq", "bam", "x"]}, "unknown-file-format", ["/file_formats/1", "/file_formats/2"]),
    ({"sample_ids": []}, "no-sample", ["/sample_ids"]),
    ({"sample_ids": None}, "no-sample", ["/sample_ids"]),
    ({"selection": {"all": True}}, "invalid", ["/selection"]),
    ({"sample_ids": None, "selection": {"all": False}}, "invalid", ["/selection/all"]),
    ({"file_formats": ["image"]}, "no-matching-file", ["/file_formats"]),
    ({"name": "x" * 256}, "invalid", ["/name"]),
    ({"name": "a\nb"}, "invalid", ["/name"]),
    ({"email_notification": "yes"}, "invalid", ["/email_notification"]),
    ({"colour": "red", "name": ""}, "invalid", ["/name", "/colour"]),
    ({"colour": "red", "type": "zip"}, "invalid", ["/type"]),
    ({"type": None}, "invalid", ["/type"]),
    ({"type": ["sample"]}, "invalid", ["/type"]),
    ({"sample_ids": [], "file_formats": []}, "invalid", ["/file_formats", "/sample_ids"]),
]


@pytest.mark.parametrize(("changes", "slug", "pointers"), REFUSALS, ids=[f"{row[1]} {row[2][0]}" for row in REFUSALS])
def test_each_broken_rule_is_named(
    ana: Person, lab: Lab, changes: dict[str, Any], slug: str, pointers: list[str]
) -> None:
    answer = ana.post("/exports", export_body(lab, **changes))
    assert (answer.status, answer.body["type"].rsplit("/", 1)[-1]) == (422, slug)
    assert sorted(row["pointer"] for row in answer.body["errors"]) == sorted(pointers)
    assert expect_status(ana.get("/exports"), 200)["total"] == 0


def test_samples_that_can_not_be_exported_get_indistinguishable_errors(ana: Person, lab: Lab, sign_in: SignIn) -> None:
    bob = sign_in("bob@example.org")
    member = f"/namespaces/{lab.project['id']}/members/{bob.get('/me').body['id']}"
    expect_status(ana.call("PUT", member, {"role": "analyst"}), 200)
    ids = ["no-such-sample", lab.samples[0]["puid"], lab.samples[2]["id"], ""]
    answer = bob.post("/exports", export_body(lab, sample_ids=ids))
    assert [row["pointer"] for row in answer.body["errors"]] == ["/sample_ids/0", "/sample_ids/2", "/sample_ids/3"]
    assert len({row["detail"] for row in answer.body["errors"]}) == 1


@pytest.mark.parametrize(("role", "status"), [(None, 404), ("guest", 403), ("uploader", 403), ("analyst", 202)])
def test_an_analyst_is_required(ana: Person, lab: Lab, sign_in: SignIn, role: str | None, status: int) -> None:
    bob = sign_in("bob@example.org")
    if role:
        member = f"/namespaces/{lab.group['id']}/members/{bob.get('/me').body['id']}"
        expect_status(ana.call("PUT", member, {"role": role}), 200)
    assert bob.post("/exports", export_body(lab)).status == status
    assert bob.post("/exports/estimate", export_body(lab)).status == (200 if status == 202 else status)
    assert bob.post("/exports", export_body(lab, namespace_id="no-such-namespace")).status == 404


def test_new_export_is_returned_completely(ana: Person, lab: Lab) -> None:
    body = export_body(lab, sample_ids=[lab.samples[0]["id"], lab.samples[0]["puid"]], name="N")
    answer = ana.post("/exports", body)
    export = expect_status(answer, 202)
    assert answer.headers["Location"] == f"https://seqport.test/api/v1/exports/{export['id']}"
    assert answer.headers["Retry-After"] == "2"
    assert {**export, "id": "", "created_at": ""} == {
        "id": "",
        "name": "N",
        "type": "sample",
        "status": "processing",
        "created_at": "",
        "ready_at": None,
        "extended_at": None,
        "expires_at": None,
        "email_notification": False,
        "email_failure": None,
        "file": None,
        "warnings": 0,
        "failure": None,
        "parameters": {
            "namespace_id": lab.project["id"],
            "sample_count": 1,
            "file_formats": ["fastq"],
            "packaging": "archive",
        },
        "progress": {"step": "queued", "percent": 0, "bytes_done": 0, "bytes_total": 0, "files_total": 0},
    }
    assert expect_status(ana.get(f"/exports/{export['id']}"), 200) == export


def test_the_estimate_counts_by_format_and_creates_nothing(ana: Person, lab: Lab) -> None:
    body = export_body(lab, sample_ids=None, selection={"all": True}, file_formats=["fastq", "fasta", "image"])
    result = expect_status(ana.post("/exports/estimate", body), 200)
    assert (result["samples"], result["files"], result["bytes"], result["exact"], result["exceeds"]) == (
        2,
        2,
        6,
        True,
        [],
    )
    assert result["by_format"] == {"fasta": {"files": 1, "bytes": 2}, "fastq": {"files": 1, "bytes": 4}}
    assert set(result["limits"]) == {"samples", "files", "bytes", "running_exports"}
    assert expect_status(ana.get("/exports"), 200)["total"] == 0


@pytest.mark.parametrize(("limit", "value"), [("MAX_EXPORT_FILES", "1"), ("MAX_EXPORT_BYTES", "5")])
def test_exceeded_limit_is_named_with_limit_and_value(
    ana: Person, lab: Lab, monkeypatch: pytest.MonkeyPatch, limit: str, value: str
) -> None:
    monkeypatch.setenv(limit, value)
    settings.cache_clear()
    body = export_body(lab, file_formats=["fastq", "fasta"])
    answer = ana.post("/exports", body)
    assert (answer.status, answer.body["type"].rsplit("/", 1)[-1]) == (422, "limit-exceeded")
    assert f"the limit is {value}" in answer.body["errors"][0]["detail"]
    assert expect_status(ana.post("/exports/estimate", body), 200)["exceeds"] == [
        limit.removeprefix("MAX_EXPORT_").lower()
    ]


def test_too_many_running_exports_are_refused_with_429(ana: Person, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAX_RUNNING_EXPORTS", "2")
    settings.cache_clear()
    first = expect_status(ana.post("/exports", export_body(lab)), 202)
    expect_status(ana.post("/exports", export_body(lab)), 202)
    answer = ana.post("/exports", export_body(lab))
    assert (answer.status, answer.headers["Retry-After"]) == (429, "30")
    assert ana.call("DELETE", f"/exports/{first['id']}").status == 204
    expect_status(ana.post("/exports", export_body(lab)), 202)


def test_exports_are_searched_filtered_sorted_and_paged(ana: Person, lab: Lab) -> None:
    ids = {
        name: expect_status(ana.post("/exports", export_body(lab, name=name)), 202)["id"]
        for name in ("Beta two", "alpha", "Gamma")
    }

    def names(query: str) -> list[str]:
        return [export["name"] for export in expect_status(ana.get(f"/exports?{query}"), 200)["items"]]

    assert names("") == ["Gamma", "alpha", "Beta two"]
    assert names("sort=name") == ["alpha", "Beta two", "Gamma"]
    assert names("sort=-name&limit=2") == ["Gamma", "Beta two"]
    assert names("q=two") == ["Beta two"]
    assert names(f"q={ids['alpha'][:13]}") == ["alpha"]
    assert names("status=ready") == names("type=linelist") == []
    first = expect_status(ana.get("/exports?limit=2"), 200)
    assert (first["total"], len(first["items"])) == (3, 2)
    ana.call("DELETE", f"/exports/{ids['Gamma']}")
    assert names(f"limit=2&cursor={first['next_cursor']}") == ["Beta two"]
    assert ana.get(f"/exports?sort=name&cursor={first['next_cursor']}").status == 400
    assert ana.get("/exports?status=lost").status == 400
