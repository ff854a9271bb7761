"""Lists of a large laboratory: their reads are bounded, however many samples and projects there are."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.client import BaseClient
from chalice.test import Client

from chalicelib.catalog.samples import queries as sample_queries
from chalicelib.settings import settings
from tests.harness import Person, expect_status
from tests.scale.seed_data import Laboratory
from tests.scale.sorted_rows import SortedRows

SAMPLES, PROJECTS = 100_000, 500
SIGNED_IN = 12  # requests for authentication and permissions


@pytest.fixture
def owner(sign_in: Callable[..., Person]) -> Person:
    return sign_in("olga@example.org")


@dataclass
class Reads:
    """Requests to DynamoDB, and the items that these looked at."""

    requests: int = 0
    items: int = 0


@contextmanager
def counting_reads(monkeypatch: pytest.MonkeyPatch, rows: SortedRows) -> Iterator[Reads]:
    """Count what is read; the samples table is `rows`, the others are moto's."""
    reads = Reads()
    call = BaseClient._make_api_call  # type: ignore[attr-defined]

    def answered(client: Any, operation: str, requested: Any) -> Any:
        table = settings().samples_table
        if operation == "BatchGetItem" and table in requested["RequestItems"]:
            assert len(requested["RequestItems"]) == 1
            return {"Responses": {table: rows.got(requested["RequestItems"][table]["Keys"])}, "UnprocessedKeys": {}}
        return (
            rows.answer(operation, requested)
            if requested.get("TableName") == table
            else call(client, operation, requested)
        )

    def counted(client: Any, operation: str, requested: Any) -> Any:
        assert operation != "Scan"
        answer = answered(client, operation, requested)
        reads.requests += 1
        batches = answer.get("Responses", {}).values()
        reads.items += int(answer.get("ScannedCount", 0)) + sum(map(len, batches)) + ("Item" in answer)
        return answer

    with monkeypatch.context() as patched:
        patched.setattr(BaseClient, "_make_api_call", counted)
        yield reads


def test_lists_of_100_000_samples_and_500_projects_read_a_bounded_number_of_rows(
    client: Client, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    group = expect_status(owner.post("/groups", {"name": "Lab", "path": "lab"}))
    project = expect_status(owner.post("/projects", {"name": "Big", "path": "big", "group_id": group["id"]}))
    lab = Laboratory(group["id"], project["id"], SAMPLES, PROJECTS)
    for row in lab.project_rows():
        row.save()
    rows = SortedRows(lab.sample_rows())

    def read(path: str) -> tuple[Any, Reads]:
        with counting_reads(monkeypatch, rows) as reads:
            body = expect_status(owner.get(path), 200)
        return body, reads

    for namespace_id in (group["id"], project["id"]):
        for sort in ("name", "-name", "puid", "-created_at", "updated_at"):
            page, reads = read(f"/namespaces/{namespace_id}/samples?sort={sort}")
            assert (len(page["items"]), page["total"]) == (20, SAMPLES)
            assert "total_is_exact" not in page
            assert reads.items <= 4 * 21 + 20 + 16 + SIGNED_IN
            assert reads.requests <= 4 + 1 + 1 + SIGNED_IN
    found, reads = read(f"/namespaces/{group['id']}/samples?q=077777")
    assert [sample["name"] for sample in found["items"]] == ["Sample 077777"]
    assert (reads.items <= 30, reads.requests <= 9 + SIGNED_IN) == (True, True)
    some, reads = read(f"/namespaces/{group['id']}/samples?q=sample%20012&limit=1000&sort=-name")
    assert [sample["name"] for sample in some["items"]] == [f"Sample {i:06d}" for i in range(12_999, 11_999, -1)]
    assert (some["total"], some["next_cursor"]) == (1000, None)
    assert reads.items <= 3 * 1000 + 20
    most, reads = read(f"/namespaces/{group['id']}/samples?q=SAMPLE&sort=-name")
    assert [sample["name"] for sample in most["items"]] == [f"Sample {i:06d}" for i in range(99_999, 99_979, -1)]
    assert (most["total"], most["total_is_exact"]) == (10_000, False)
    assert reads.items <= sample_queries.MAX_COUNT + 8_000 + 4 * sample_queries.MAX_IN_MEMORY
    projects, reads = read("/projects?limit=1000")
    assert len(projects["items"]) == projects["total"] == PROJECTS
    assert reads.items <= PROJECTS + 20
    assert reads.requests <= SIGNED_IN

    with counting_reads(monkeypatch, rows) as reads:
        middle = sample_queries.page(
            [group["id"]], sort="name", descending=False, q=None, after="sample 050000\x00", limit=20
        )
    assert [sample.name for sample in middle.samples] == [f"Sample {i:06d}" for i in range(50_000, 50_020)]
    assert reads.items <= 4 * 21 + 16
