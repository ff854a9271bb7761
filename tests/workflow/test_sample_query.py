"""Queries over samples: the API, the snapshot, and what changed since."""

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
import requests

from chalicelib import aws
from chalicelib.catalog.sample_query import query as sample_query
from chalicelib.catalog.sample_query import snapshot_store
from chalicelib.settings import settings
from tests.harness import Functions, expect_status
from tests.iam import as_function
from tests.lab import Lab, grant, new_lab, new_sample
from tests.workflow.state_machine import run

COUNTRIES = ("Canada", "Peru", "Éthiopie")
Rows = dict[str, dict[str, Any]]


@pytest.fixture
def lab(sign_in: Any, functions: Functions) -> Lab:
    return new_lab(sign_in("olga@example.org"), "P", "Q")


def refresh(namespace_id: str) -> dict[str, Any]:
    """Call the function as Lambda does."""
    from app import refresh_samples

    with as_function("refresh_samples"):
        outcome: dict[str, Any] = refresh_samples({"namespace_id": namespace_id}, None)
    return outcome


def fill(lab: Lab, count: int, seed: int = 1) -> None:
    """Samples with random metadata, in both projects."""
    chance = random.Random(seed)
    for number, project in enumerate(lab.projects):
        made = [
            {
                "name": f"Isolate {number}-{seed}-{i}",
                "metadata": {
                    "country": chance.choice(COUNTRIES),
                    "collected": f"2026-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}",
                    **({"ct": round(chance.uniform(10, 40), 1)} if chance.random() < 0.8 else {}),
                },
            }
            for i in range(count // len(lab.projects))
        ]
        expect_status(lab.owner.post(f"/projects/{project['id']}/samples/batch", {"samples": made}))


def everything(lab: Lab) -> list[Any]:
    listed: list[Any] = []
    for project in lab.projects:
        listed += expect_status(lab.owner.get(f"/namespaces/{project['id']}/samples?limit=1000"), 200)["items"]
    return listed


def ask(lab: Lab, namespace: str | None = None, **body: Any) -> Any:
    path = f"/namespaces/{namespace or lab.group['id']}/samples/query"
    return expect_status(lab.owner.post(path, {"limit": 1000, **body}), 200)


def names(page: Any) -> list[str]:
    return [item["name"] for item in page["items"]]


FILTERS = [
    {"column": "metadata.country", "operator": "is", "values": ["canada", "ETHIOPIE"]},
    {"column": "metadata.collected", "operator": "between", "values": ["2026-03", "2026-08"]},
]


def check(lab: Lab) -> None:
    """What queries find is what a loop over all samples finds."""
    samples = everything(lab)
    wanted = [
        sample
        for sample in samples
        if sample["metadata"]["country"] != "Peru" and "2026-03" <= sample["metadata"]["collected"] < "2026-09"
    ]
    assert 0 < len(wanted) < len(samples)
    page = ask(lab, filters=FILTERS, sort="metadata.collected")
    assert page["total"] == len(page["items"]) == len(wanted)
    assert names(page) == [
        sample["name"] for sample in sorted(wanted, key=lambda one: (one["metadata"]["collected"], one["puid"]))
    ]
    by_ct = ask(lab, sort="-metadata.ct")
    numbers = [item["metadata"].get("ct") for item in by_ct["items"]]
    known = [number for number in numbers if number is not None]
    assert known == sorted(known, reverse=True)
    assert numbers == [*known, *[None] * (len(samples) - len(known))]
    of_q = ask(lab, sort="-project.name", filters=[{"column": "project.name", "operator": "is", "values": ["q"]}])
    assert sorted(names(of_q)) == sorted(
        sample["name"] for sample in samples if sample["project_id"] == lab.projects[1]["id"]
    )
    assert names(ask(lab, q="isolate 0-1-1", sort="name")) == sorted(
        sample["name"] for sample in samples if sample["name"].startswith("Isolate 0-1-1")
    )


def test_queries_find_the_same_with_and_without_a_snapshot(lab: Lab) -> None:
    fill(lab, 30)
    check(lab)
    made = refresh(lab.group["id"])
    assert (made["outcome"], made["samples"]) == ("refreshed", 30)
    check(lab)
    # Changed, created and deleted since.
    fill(lab, 10, seed=2)
    first, second, third, *_ = everything(lab)
    patch = {"country": "Canada", "collected": "2026-05-05", "ct": None, "new": "x"}
    expect_status(lab.owner.call("PATCH", f"/samples/{first['id']}/metadata", patch), 200)
    expect_status(lab.owner.call("PATCH", f"/samples/{second['id']}", {"name": "Isolate 0-1-1 renamed"}), 200)
    assert lab.owner.call("DELETE", f"/samples/{third['id']}").status == 204
    check(lab)
    new = [{"column": "metadata.new", "operator": "is_not_empty", "values": []}]
    assert ask(lab, filters=new)["total"] == 1
    # The next snapshot is made from the first, and knows it all.
    assert refresh(lab.group["id"])["samples"] == 39
    check(lab)
    assert ask(lab, filters=new)["total"] == 1
    assert ask(lab, lab.projects[0]["id"])["total"] == 19


def test_what_is_seen_is_what_is_exported(lab: Lab) -> None:
    fill(lab, 20)
    refresh(lab.group["id"])
    page = ask(lab, filters=FILTERS)
    by_id, by_puid, *rest = page["items"]
    selection = {"all": True, "filters": FILTERS, "excluded_sample_ids": [by_id["id"], by_puid["puid"]]}
    body = {
        "type": "linelist",
        "namespace_id": lab.group["id"],
        "selection": selection,
        "metadata_fields": ["country", "collected"],
        "linelist_format": "tsv",
    }
    estimate = expect_status(lab.owner.post("/exports/estimate", body), 200)
    assert (estimate["samples"], estimate["exact"]) == (len(rest), True)
    made = expect_status(lab.owner.post("/exports", body), 202)
    assert run(made)[-1] != "failed"
    link = expect_status(lab.owner.post(f"/exports/{made['id']}/download"), 200)
    header, *rows = requests.get(link["url"], timeout=30).text.splitlines()
    assert header.split("\t")[3:] == ["COUNTRY", "COLLECTED"]
    assert [row.split("\t")[0] for row in rows] == sorted(item["puid"] for item in rest)
    for row in rows:
        _, _, _, country, collected = row.split("\t")
        assert country in {"Canada", "Éthiopie"}
        assert "2026-03" <= collected < "2026-09"


def test_filters_of_a_selection_are_validated(lab: Lab) -> None:
    fill(lab, 2)
    body = {
        "type": "sample",
        "namespace_id": lab.group["id"],
        "selection": {"all": True, "filters": [{"column": "size", "operator": "is", "values": []}]},
        "file_formats": ["fastq"],
    }
    refused = expect_status(lab.owner.post("/exports", body), 422)
    assert [row["pointer"] for row in refused["errors"]] == [
        "/selection/filters/0/values",
        "/selection/filters/0/column",
    ]


def test_pages_are_consecutive_and_fields_are_chosen(lab: Lab) -> None:
    fill(lab, 20)
    whole = ask(lab, sort="-name", fields=["CT", "nothing"])
    assert all(item["metadata"].keys() <= {"ct"} for item in whole["items"])
    assert {project["name"] for project in whole["projects"]} == {"P", "Q"}
    found: list[str] = []
    page: Any = {"next_offset": 0}
    while page["next_offset"] is not None:
        page = ask(lab, sort="-name", limit=7, offset=page["next_offset"])
        found += names(page)
    assert found == names(whole) == sorted(found, reverse=True)
    assert ask(lab, offset=100) == {"items": [], "total": 20, "next_offset": None, "projects": []}


def test_a_puid_that_was_given_again_is_found_once(lab: Lab) -> None:
    fill(lab, 4)
    sample = everything(lab)[0]
    refresh(lab.group["id"])
    assert lab.owner.call("DELETE", f"/samples/{sample['id']}").status == 204
    assert ask(lab)["total"] == 3
    body = {"name": "Again", "puid": sample["puid"], "metadata": {"country": "Peru"}}
    expect_status(lab.owner.post(f"/projects/{lab.projects[1]['id']}/samples", body))
    assert names(ask(lab)).count("Again") == 1
    assert ask(lab)["total"] == 4


def test_all_samples_deleted_since(lab: Lab) -> None:
    fill(lab, 4)
    refresh(lab.group["id"])
    for sample in everything(lab):
        assert lab.owner.call("DELETE", f"/samples/{sample['id']}").status == 204
    for _ in range(2):
        assert ask(lab, q="i", sort="project.name", filters=FILTERS)["total"] == 0
        assert refresh(lab.group["id"])["samples"] == 0


def test_the_reads_of_a_query_are_bounded(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = []
    for seed in (1, 2):
        fill(lab, 12 * seed, seed=seed)
        refresh(lab.group["id"])
        with counted_calls(monkeypatch) as calls:
            page = ask(lab, filters=FILTERS, sort="-metadata.ct", limit=1)
        assert page["total"] > 0
        counts.append(Counter(call for call in calls if call in {"GetObject", "Query", "BatchGetItem"}))
    assert counts[0] == counts[1]  # three times as many samples
    assert counts[0]["GetObject"] == 4  # the tail, and three columns
    assert counts[0].total() < 20, counts[0]


@contextmanager
def counted_calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The names of the requests to DynamoDB and S3 meanwhile."""
    from botocore.client import BaseClient

    calls: list[str] = []
    call = BaseClient._make_api_call  # type: ignore[attr-defined]

    def counting(self: Any, operation: str, parameters: Any) -> Any:
        calls.append(operation)
        return call(self, operation, parameters)

    with monkeypatch.context() as patched:
        patched.setattr(BaseClient, "_make_api_call", counting)
        yield calls


def test_too_many_changes_are_indexed_first(lab: Lab, functions: Functions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample_query, "MAX_CHANGED", 10)
    monkeypatch.setattr(sample_query, "REFRESH_AT", 6)
    fill(lab, 8)
    group = lab.group["id"]
    assert ask(lab)["total"] == 8
    assert functions.invoked == [{"namespace_id": group}]
    fill(lab, 8, seed=2)
    refused = lab.owner.post(f"/namespaces/{group}/samples/query", {})
    assert (refused.status, refused.body["type"].rsplit("/", 1)[1]) == (503, "not-indexed")
    assert refused.headers["Retry-After"] == "3"
    assert len(functions.invoked) == 1  # requested a moment ago
    for event in functions.invoked:
        refresh(event["namespace_id"])
    assert ask(lab)["total"] == 16
    fill(lab, 12, seed=3)
    assert lab.owner.post(f"/namespaces/{group}/samples/query", {}).status == 503


def test_a_snapshot_that_was_deleted_is_made_again(lab: Lab) -> None:
    fill(lab, 6)
    refresh(lab.group["id"])
    listed = aws.s3().list_objects_v2(Bucket=settings().work_bucket, Prefix="columns/")["Contents"]
    for item in listed:
        boto3.client("s3").delete_object(Bucket=settings().work_bucket, Key=item["Key"])
    check(lab)
    assert refresh(lab.group["id"])["samples"] == 6
    check(lab)


def test_an_older_snapshot_does_not_replace_a_later_one(lab: Lab) -> None:
    fill(lab, 2)
    refresh(lab.group["id"])
    current = snapshot_store.current(lab.group["id"])
    assert not snapshot_store.put(lab.group["id"], b"", 0, since="2026-01-01T00:00:00.000Z")
    assert snapshot_store.current(lab.group["id"]) == current


def test_only_members_query_and_see_what_they_may(lab: Lab, sign_in: Any) -> None:
    fill(lab, 4)
    bob = sign_in("bob@example.org")
    path = f"/namespaces/{lab.group['id']}/samples/query"
    assert bob.post(path, {}).status == 404
    grant(lab.owner, lab.projects[0]["id"], bob, "guest")
    assert bob.post(path, {}).status == 404
    assert expect_status(bob.post(f"/namespaces/{lab.projects[0]['id']}/samples/query", {}), 200)["total"] == 2


def test_every_broken_rule_is_named(lab: Lab) -> None:
    def pointers(**body: Any) -> list[str]:
        refused = lab.owner.post(f"/namespaces/{lab.group['id']}/samples/query", body)
        return [row["pointer"] for row in expect_status(refused, 422)["errors"]]

    assert pointers(
        sort="colour",
        filters=[
            {"column": "project_id", "operator": "is", "values": ["x"]},
            {"column": "metadata.", "operator": "is", "values": []},
            {"column": "name", "operator": "is_empty", "values": ["x"]},
            {"column": "name", "operator": "between", "values": [None, None]},
            {"column": "name", "operator": "contains", "values": ["x", None]},
        ],
    ) == [
        "/filters/0/column",
        "/filters/1/values",
        "/filters/1/column",
        "/filters/2/values",
        "/filters/3/values",
        "/filters/4/values",
        "/sort",
    ]
    assert pointers(limit=0, offset=-1, filters=[{"column": "name", "operator": "like"}]) == [
        "/filters/0/operator",
        "/limit",
        "/offset",
    ]


def test_a_sample_of_a_shared_project_is_found_once(lab: Lab) -> None:
    new_sample(lab.owner, lab.projects[0], "Once")
    other = new_lab(lab.owner, "R", path="other")
    for namespace in (lab.projects[0], lab.group):
        path = f"/namespaces/{namespace['id']}/links/{other.group['id']}"
        expect_status(lab.owner.call("PUT", path, {"role": "guest"}), 200)
    assert names(ask(lab, other.group["id"])) == ["Once"]
