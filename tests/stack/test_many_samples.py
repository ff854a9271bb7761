"""A large batch and long lists, on the deployed stack."""

from urllib.parse import quote
from uuid import uuid4

from infra.demo.api import Api
from tests.stack import exports
from tests.stack.local_stack import Running

SAMPLES = 1000  # the most that one request may make


def names(api: Api, namespace_id: str, query: str) -> tuple[list[str], int]:
    """All names of a list, page by page, and how many pages that took."""
    found: list[str] = []
    cursor, pages = "", 0
    while True:
        page = api.get(f"/namespaces/{namespace_id}/samples?limit=300&{query}{cursor}")
        assert page["total"] == SAMPLES or query.startswith("q=")
        found += [sample["name"] for sample in page["items"]]
        pages += 1
        if page["next_cursor"] is None:
            return found, pages
        cursor = f"&cursor={quote(page['next_cursor'])}"


def test_a_thousand_samples_are_made_at_once_listed_and_found(stack: Running) -> None:
    ana = stack.person("ana@example.org")
    project = exports.project(ana)
    wanted = [f"Isolate {i:04d}/lake {'north' if i % 2 else 'south'}" for i in range(SAMPLES)]
    body = {"samples": [{"name": name, "metadata": {"number": i}} for i, name in enumerate(wanted)]}
    made = ana.call("POST", f"/projects/{project['id']}/samples/batch", body, **{"Idempotency-Key": str(uuid4())}).body
    assert [sample["name"] for sample in made["samples"]] == wanted
    for namespace_id in (project["id"], project["parent_id"]):
        assert names(ana, namespace_id, "sort=name") == (wanted, 4)
        assert names(ana, namespace_id, "sort=-name") == (wanted[::-1], 4)
        assert names(ana, namespace_id, "q=NORTH&sort=name") == (wanted[1::2], 2)
        assert names(ana, namespace_id, "q=isolate%20012") == (wanted[120:130], 1)
    assert names(ana, project["id"], f"q={made['samples'][7]['id'][:13]}") == ([wanted[7]], 1)
