"""Fields of metadata with their counts, and templates of them."""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from chalicelib.catalog.samples import metadata_field_counts, metadata_templates
from chalicelib.catalog.samples import repository as samples
from chalicelib.catalog.samples.model import Sample
from chalicelib.errors import Conflict
from tests.harness import Person, expect_status
from tests.lab import Lab, new_group, new_project

SignIn = Callable[..., Person]


@pytest.fixture
def olga(sign_in: SignIn) -> Person:
    return sign_in("olga@example.org")


@pytest.fixture
def lab(olga: Person) -> Lab:
    """Two projects in a group within a group."""
    top = new_group(olga, f"top-{uuid4().hex[:8]}")
    inner = new_group(olga, "inner", top)
    return Lab(olga, top, (new_project(olga, inner, "one"), new_project(olga, inner, "two")))


def fields(person: Person, namespace: Any, **query: str) -> dict[str, int]:
    requested = "&".join(f"{key}={value}" for key, value in {"limit": "1000", **query}.items())
    items = expect_status(person.get(f"/namespaces/{namespace['id']}/metadata-fields?{requested}"), 200)["items"]
    return {item["name"]: item["samples"] for item in items}


def add(person: Person, project: Any, metadata: dict[str, Any]) -> Any:
    return expect_status(person.post(f"/projects/{project['id']}/samples", {"name": "S", "metadata": metadata}))


def test_fields_are_counted_in_a_project_and_its_groups(olga: Person, lab: Lab) -> None:
    add(olga, lab.projects[0], {"Organism": "x", " host ": "y"})
    batch = {"samples": [{"name": f"B{i}", "metadata": {"organism": i, "weird.field #1": "z"}} for i in range(60)]}
    expect_status(olga.post(f"/projects/{lab.projects[1]['id']}/samples/batch", batch))
    assert fields(olga, lab.projects[0]) == {"host": 1, "organism": 1}
    assert fields(olga, lab.projects[1]) == {"organism": 60, "weird.field #1": 60}
    for above in ({"id": lab.project["parent_id"]}, lab.group):
        assert fields(olga, above) == {"host": 1, "organism": 61, "weird.field #1": 60}
    assert list(fields(olga, lab.group, sort="-samples")) == ["organism", "weird.field #1", "host"]
    assert fields(olga, lab.group, q="eird") == {}
    assert fields(olga, lab.group, q="ORG") == {"organism": 61}
    page = expect_status(olga.get(f"/namespaces/{lab.group['id']}/metadata-fields?limit=2"), 200)
    assert [item["name"] for item in page["items"]] == ["host", "organism"]
    assert page["total"] == 3
    assert page["next_cursor"]


def test_counts_follow_patches_and_deletions(olga: Person, lab: Lab) -> None:
    sample = add(olga, lab.projects[0], {"a": 1, "b": 2})
    add(olga, lab.projects[0], {"b": 3})
    expect_status(olga.call("PATCH", f"/samples/{sample['id']}/metadata", {"A": None, "c": "new", "B": 9}), 200)
    assert fields(olga, lab.projects[0]) == {"b": 2, "c": 1}
    expect_status(olga.call("PATCH", f"/samples/{sample['id']}", {"name": "renamed"}), 200)
    assert fields(olga, lab.group) == {"b": 2, "c": 1}
    expect_status(olga.call("DELETE", f"/samples/{sample['id']}"), 204)
    assert fields(olga, lab.projects[0]) == fields(olga, lab.group) == {"b": 1}


def test_simultaneous_patches_keep_counts_exact(olga: Person, lab: Lab) -> None:
    sample = samples.find(add(olga, lab.projects[0], {"a": 1})["id"])

    def patch(number: int) -> None:
        def how(present: Sample) -> Sample:
            metadata = {"a": 1, f"f{number}": number} if number % 2 else {"a": 2}
            return replace(present, metadata=metadata)

        with suppress(Conflict):
            samples.update_with(sample, how)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(patch, range(8)))
    carried = samples.find(sample.id).metadata
    assert metadata_field_counts.counted([lab.projects[0]["id"]]) == dict.fromkeys(carried, 1)


def test_a_sample_changed_just_before_its_deletion_is_no_longer_counted(olga: Person, lab: Lab) -> None:
    older = samples.find(add(olga, lab.projects[0], {"a": 1})["id"])
    samples.update(older, name="S", description=None, metadata={"b": 1, "c": 1})
    samples.delete(older)
    assert metadata_field_counts.counted([lab.group["id"]]) == {}


def test_what_is_shared_with_a_group_is_counted_in_it(olga: Person, lab: Lab) -> None:
    other = expect_status(olga.post("/groups", {"name": "Other", "path": f"other-{uuid4().hex[:8]}"}))
    add(olga, lab.projects[0], {"a": 1})
    expect_status(olga.call("PUT", f"/namespaces/{lab.projects[0]['id']}/links/{other['id']}", {"role": "guest"}), 200)
    assert fields(olga, other) == {"a": 1}


@pytest.fixture
def deep_recursion() -> Iterator[None]:
    """moto reads an expression of hundreds of actions by recursion."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    yield
    sys.setrecursionlimit(before)


@pytest.mark.usefixtures("deep_recursion")
def test_fields_of_a_sample_and_of_a_group_are_limited(olga: Person, lab: Lab) -> None:
    add(olga, lab.projects[0], {f"field {i:04d}": i for i in range(600)})
    assert fields(olga, lab.group) == {f"field {i:04d}": 1 for i in range(600)}
    more = {"name": "S", "metadata": {f"other {i:04d}": i for i in range(500)}}
    refused = olga.post(f"/projects/{lab.projects[1]['id']}/samples", more)
    assert (refused.status, refused.body["type"].rsplit("/", 1)[1]) == (422, "too-many-fields")
    assert fields(olga, lab.projects[1]) == {}


def test_templates_apply_below_their_namespace_and_are_changed_only_in_it(
    olga: Person, lab: Lab, sign_in: SignIn
) -> None:
    def templates(namespace: Any) -> list[Any]:
        items: list[Any] = expect_status(olga.get(f"/namespaces/{namespace['id']}/metadata-templates"), 200)["items"]
        return items

    path = f"/namespaces/{lab.group['id']}/metadata-templates"
    core = expect_status(olga.post(path, {"name": "Core", "fields": ["Organism", " host", "ORGANISM"]}))
    assert core["fields"] == ["organism", "host"]
    own = expect_status(
        olga.post(f"/namespaces/{lab.projects[0]['id']}/metadata-templates", {"name": "Core", "fields": ["x"]})
    )
    assert templates(lab.projects[0]) == sorted([core, own], key=lambda template: template["id"])
    assert templates(lab.projects[1]) == [core]
    below = f"/namespaces/{lab.projects[0]['id']}/metadata-templates"
    assert olga.call("PATCH", f"{below}/{core['id']}", {"fields": ["y"]}).status == 404
    changed = expect_status(olga.call("PATCH", f"{path}/{core['id']}", {"name": "core", "fields": ["y"]}), 200)
    assert (changed["name"], changed["fields"]) == ("core", ["y"])
    assert olga.post(path, {"name": "CORE", "fields": ["z"]}).status == 409
    expect_status(olga.call("PATCH", f"{path}/{core['id']}", {"name": "Other"}), 200)
    expect_status(olga.post(path, {"name": "CORE", "fields": ["z"]}))
    assert olga.call("PATCH", f"{path}/{core['id']}", {"name": "cOre"}).status == 409
    expect_status(olga.call("DELETE", f"{path}/{core['id']}"), 204)
    assert olga.call("DELETE", f"{path}/{core['id']}").status == 404
    expect_status(olga.post(path, {"name": "Other", "fields": ["z"]}))
    guest = sign_in("gus@example.org")
    member = guest.get("/me").body["id"]
    expect_status(olga.call("PUT", f"/namespaces/{lab.projects[0]['id']}/members/{member}", {"role": "guest"}), 200)
    assert len(expect_status(guest.get(below), 200)["items"]) == 3
    assert guest.post(below, {"name": "n", "fields": ["a"]}).status == 403


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": "n", "fields": []}, "/fields"),
        ({"name": "n", "fields": [" "]}, "/fields/0"),
        ({"name": "n", "fields": [f"f{i}" for i in range(301)]}, "/fields"),
        ({"name": "", "fields": ["a"]}, "/name"),
        ({"fields": ["a"]}, "/name"),
    ],
)
def test_an_invalid_template_is_refused_with_its_field(olga: Person, lab: Lab, body: Any, pointer: str) -> None:
    refused = olga.post(f"/namespaces/{lab.group['id']}/metadata-templates", body)
    assert (refused.status, [row["pointer"] for row in refused.body["errors"]]) == (422, [pointer])


def test_templates_of_a_namespace_are_limited(olga: Person, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata_templates, "MAX_TEMPLATES", 1)
    path = f"/namespaces/{lab.group['id']}/metadata-templates"
    body = {"name": "one", "fields": ["a"]}
    key = {"Idempotency-Key": uuid4().hex}
    first = expect_status(olga.call("POST", path, body, **key))
    assert expect_status(olga.call("POST", path, body, **key)) == first
    refused = olga.post(path, {"name": "two", "fields": ["a"]})
    assert (refused.status, refused.body["type"].rsplit("/", 1)[1]) == (409, "too-many-templates")
