"""Lists of samples that change meanwhile: each remaining sample is shown once, and reads are bounded."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from chalice.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.catalog.namespaces.model import Namespace
from chalicelib.catalog.samples import creation
from chalicelib.catalog.samples import index as sample_index
from chalicelib.catalog.samples import queries as sample_queries
from chalicelib.catalog.samples import repository as samples
from chalicelib.catalog.samples.model import NewSample, Sample
from chalicelib.ids import Ids
from tests.harness import Person, expect_status, forget_rows, upload
from tests.lab import new_lab, new_sample

SignIn = Callable[..., Person]


def project(depth: int = 1) -> Namespace:
    """A project without rows of its own, as the lists do not read them."""
    above = tuple(str(uuid4()) for _ in range(depth))
    identity = str(uuid4())
    return Namespace(identity, "project", "P", "p", "p", "INXT_PRJ_AAAAAAAAAA", above[-1], above, None, "")


def pages(where: list[str], *, sort: str, descending: bool, q: str | None, limit: int) -> Iterator[list[str]]:
    after = None
    while True:
        page = sample_queries.page(
            where,
            sort=sort,  # type: ignore[arg-type]
            descending=descending,
            q=q,
            after=after,
            limit=limit,
        )
        yield [entry.id for entry in page.samples]
        after = page.next
        if after is None:
            return


NAMES = st.sampled_from(["S 1", "s-2", "S 10", "Zoë", "alpha beta", "Alpha", "beta", "É", "x"])
CHANGES = st.lists(st.one_of(NAMES, st.integers(0, 30)), max_size=4)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    names=st.lists(NAMES, min_size=1, max_size=12),
    changes=st.lists(CHANGES, max_size=5),
    sort=st.sampled_from(sample_queries.SORT_KEYS),
    descending=st.booleans(),
    q=st.sampled_from([None, "s", "beta", "INXT_SAM_"]),
    limit=st.integers(1, 4),
    max_in_memory=st.sampled_from([1, 1000]),
)
def test_samples_that_stay_are_listed_exactly_once_while_others_come_and_go(
    client: Client,
    names: list[str],
    changes: list[list[str | int]],
    sort: str,
    descending: bool,
    q: str | None,
    limit: int,
    max_in_memory: int,
) -> None:
    """`changes` happen after each page: a text creates a sample, a number deletes one. `max_in_memory` decides whether
    a search sorts its matches in memory or walks the list."""
    forget_rows()
    where = project()
    there = creation.create_many(where, [NewSample(name) for name in names], Ids())
    staying = {entry.id: entry for entry in there}
    shown: list[str] = []
    remaining = list(changes)
    patch = pytest.MonkeyPatch()
    with patch.context() as patched:
        patched.setattr(sample_queries, "MAX_IN_MEMORY", max_in_memory)
        for page in pages([where.ancestor_ids[0]], sort=sort, descending=descending, q=q, limit=limit):
            assert len(page) <= limit
            shown += page
            for change in remaining.pop(0) if remaining else []:
                if isinstance(change, str):
                    creation.create(where, NewSample(change), Ids())
                elif staying and there[change % len(there)].id in staying:
                    samples.delete(staying.pop(there[change % len(there)].id))
    assert len(shown) == len(set(shown))
    found = {entry.id for entry in staying.values() if listed(entry).is_found_by(q)}
    assert found <= set(shown)
    total = sample_queries.page([where.id], sort="name", descending=False, q=None, after=None, limit=1000)
    assert (total.total, total.total_is_exact) == (len(total.samples), True)


def listed(sample: Sample) -> sample_index.SampleListEntry:
    return sample_index.listed(
        id=sample.id, puid=sample.puid, name=sample.name, created_at=sample.created_at, updated_at=sample.updated_at
    )


def test_a_renamed_sample_is_found_by_its_new_name_only(client: Client) -> None:
    where = project()
    sample = creation.create(where, NewSample("old blue whale"), Ids())
    changed = samples.update(sample, name="new blue fish", description=None, metadata={})

    def found(q: str) -> int:
        return sample_queries.page([where.id], sort="name", descending=False, q=q, after=None, limit=9).total

    assert [found(q) for q in ("old", "whale", "new", "blue", "fish", sample.id[:9])] == [0, 0, 1, 1, 1, 1]
    samples.delete(changed)
    assert [found(q) for q in ("new", "blue", "fish", sample.id[:9], sample.puid)] == [0] * 5
    assert (
        list(sample_index.TermRow.query(sample_index.partition("TERM", where.id, sample_index.shard_of(sample.puid))))
        == []
    )


def test_a_cursor_belongs_to_its_list(sign_in: SignIn) -> None:
    ana = sign_in("ana@example.org")
    group = expect_status(ana.post("/groups", {"name": "G", "path": "g"}))
    project, other = (
        expect_status(ana.post("/projects", {"name": "P", "path": path, "group_id": group["id"]}))["id"]
        for path in ("p", "q")
    )
    expect_status(ana.post(f"/projects/{project}/samples/batch", {"samples": [{"name": f"S{i}"} for i in range(5)]}))
    cursor = expect_status(ana.get(f"/namespaces/{project}/samples?limit=2"), 200)["next_cursor"]
    assert (
        expect_status(ana.get(f"/namespaces/{project}/samples?limit=3&cursor={cursor}"), 200)["items"][0]["name"]
        == "S2"
    )
    flipped = ("A" if cursor[0] != "A" else "B") + cursor[1:]
    for path in (
        f"/namespaces/{other}/samples?cursor={cursor}",
        f"/namespaces/{project}/samples?cursor={cursor}&sort=-name",
        f"/namespaces/{project}/samples?cursor={cursor}&q=s",
        f"/namespaces/{project}/samples?cursor={flipped}",
        f"/namespaces/{project}/samples?cursor={cursor[:-1]}",
        f"/groups?cursor={cursor}",
    ):
        answer = ana.get(path)
        assert (answer.status, answer.body["type"].rsplit("/", 1)[1]) == (400, "bad-cursor"), path


def test_complete_files_of_samples_in_the_list_are_counted(sign_in: SignIn) -> None:
    lab = new_lab(sign_in("olga@example.org"), "P", "Q")
    first, second = (new_sample(lab.owner, lab.project, name) for name in ("A", "B"))
    elsewhere = new_sample(lab.owner, lab.projects[1], "C")
    for name, body in (("a_1.fastq", b"ACGT"), ("a_2.fastq", b"ACG")):
        upload(lab.owner, first["id"], name, body)
    upload(lab.owner, elsewhere["id"], "c.fastq")
    expect_status(lab.owner.post(f"/samples/{second['id']}/files", {"filename": "b.fastq", "size": 9}))
    request = {"sample_ids": [first["id"], second["puid"], elsewhere["id"], "nothing", second["id"]]}
    path = f"/namespaces/{lab.project['id']}/samples/file-counts"
    assert expect_status(lab.owner.post(path, request), 200)["items"] == [
        {"sample_id": first["id"], "files": 2, "size": 7},
        {"sample_id": second["id"], "files": 0, "size": 0},
    ]
    of_group = expect_status(lab.owner.post(f"/namespaces/{lab.group['id']}/samples/file-counts", request), 200)[
        "items"
    ]
    assert [item["files"] for item in of_group] == [2, 0, 1]
    assert lab.owner.post(path, {"sample_ids": ["x"] * 101}).status == 422
