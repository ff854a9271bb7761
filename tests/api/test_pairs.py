"""Which files become pairs: declared ones first, then by name within one folder, newest first, never across runs."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from chalice.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib import aws
from chalicelib.access.identity import Identity
from chalicelib.catalog.files import repository as files
from chalicelib.catalog.files import uploads
from chalicelib.catalog.files.model import DeclaredMate, File
from chalicelib.catalog.files.registration import RegistrableObject
from chalicelib.catalog.files.s3_objects import StoredObject
from chalicelib.catalog.namespaces import repository as namespaces
from chalicelib.catalog.samples import creation
from chalicelib.catalog.samples.model import NewSample, Sample
from chalicelib.ids import Ids
from tests.harness import Person, expect_status, upload
from tests.lab import bind_source, new_lab

SignIn = Callable[..., Person]
PUID = "INXT_ATT_AZJMZW6U4P"


@pytest.fixture
def olga(sign_in: SignIn) -> Person:
    return sign_in("olga@example.org")


@pytest.fixture
def sample(olga: Person) -> str:
    lab = new_lab(olga)
    group, project = lab.group, lab.project
    aws.s3().create_bucket(Bucket="bound")
    bind_source(group["id"], "bound", "")
    return str(expect_status(olga.post(f"/projects/{project['id']}/samples", {"name": "s"}))["id"])


def register(person: Person, sample: str, key: str, **more: Any) -> Any:
    aws.s3().put_object(Bucket="bound", Key=key, Body=key.encode())
    return expect_status(person.post(f"/samples/{sample}/files/register", {"s3_uri": f"s3://bound/{key}", **more}))


def state(person: Person, sample: str) -> dict[str, Any]:
    """The files of the sample by id, checked to be whole pairs or single."""
    found = {file["id"]: file for file in expect_status(person.get(f"/samples/{sample}/files?limit=100"), 200)["items"]}
    for file in found.values():
        if "paired_with" in file:
            mate = found[file["paired_with"]]
            assert (mate["paired_with"], mate["puid"]) == (file["id"], file["puid"])
            assert {file["direction"], mate["direction"]} == {"forward", "reverse"}
        else:
            assert "direction" not in file
    puids = [file["puid"] for file in found.values()]
    assert all(
        puids.count(puid) == (2 if "paired_with" in file else 1)
        for puid, file in zip(puids, found.values(), strict=True)
    )
    return found


def mate(person: Person, sample: str, file: Any) -> str | None:
    paired_with: str | None = state(person, sample)[file["id"]].get("paired_with")
    return paired_with


def test_reads_of_two_runs_are_never_paired_with_each_other(olga: Person, sample: str) -> None:
    first = register(olga, sample, "first/k_R1.fastq.gz")
    second = [register(olga, sample, f"second/k_R{number}.fastq.gz") for number in (1, 2)]
    assert mate(olga, sample, second[0]) == second[1]["id"]
    assert mate(olga, sample, first) is None
    late = register(olga, sample, "first/k_R2.fastq.gz")
    assert mate(olga, sample, first) == late["id"]


def test_the_newest_upload_of_a_name_is_the_mate(olga: Person, sample: str) -> None:
    broken, good = (upload(olga, sample, "x_R1.fastq.gz", body) for body in (b"A", b"AC"))
    reverse = upload(olga, sample, "x_R2.fastq.gz")
    assert mate(olga, sample, reverse) == good["id"]
    assert mate(olga, sample, broken) is None
    # What was declared to be a mate while it is single is paired even so.
    other = upload(olga, sample, "x_R2.fastq.gz", b"ACG", paired_with=broken["id"])
    assert mate(olga, sample, other) == broken["id"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_mates_are_declared_whatever_their_names_are(olga: Person, sample: str, order: tuple[int, int]) -> None:
    names = ["S_X_1_1_HLVTT.D217.fastq.gz", "S_X_1_2_HLVTT.D217.fastq.gz"]
    begun = [expect_status(olga.post(f"/samples/{sample}/files", {"filename": names[0], "size": 4}))]
    body = {"filename": names[1], "size": 4, "paired_with": begun[0]["id"], "direction": "reverse"}
    begun.append(expect_status(olga.post(f"/samples/{sample}/files", body)))
    for place in order:
        key = begun[place]["upload"]["parts"][0]["url"].split(".amazonaws.com/")[1].split("?")[0]
        aws.s3().put_object(Bucket="test-catalog", Key=key, Body=b"ACGT")
        expect_status(olga.post(f"/files/{begun[place]['id']}/complete"), 200)
    found = state(olga, sample)
    assert found[begun[0]["id"]]["direction"] == "forward"
    assert found[begun[1]["id"]]["paired_with"] == begun[0]["id"]


def test_both_mates_can_be_created_with_their_shared_puid(olga: Person, sample: str) -> None:
    first = upload(olga, sample, "y_R1.fastq.gz", puid=PUID)
    upload(olga, sample, "z_R2.fastq.gz")
    second = upload(olga, sample, "y_R2.fastq.gz", puid=PUID)
    assert mate(olga, sample, second) == first["id"]
    for name, puid in (("y_R1.fastq.gz", PUID), ("z.txt", PUID)):
        body = {"filename": name, "size": 1, "puid": puid}
        assert olga.post(f"/samples/{sample}/files", body).status == 409
    assert expect_status(olga.post(f"/samples/{sample}/files", {"filename": "n.txt", "size": 1}))["puid"] != PUID


def test_a_shared_puid_pairs_files_with_unrelated_names(olga: Person, sample: str) -> None:
    first, second = (upload(olga, sample, f"{name}.fastq", name.encode(), puid=PUID) for name in ("left", "right"))
    assert mate(olga, sample, first) == second["id"]
    assert state(olga, sample)[first["id"]]["direction"] == "forward"


def test_a_pair_is_declared_and_dissolved(olga: Person, sample: str) -> None:
    first, other, third = (upload(olga, sample, f"{name}.fastq", name.encode()) for name in ("a", "b", "c"))
    result = expect_status(
        olga.call("PATCH", f"/files/{other['id']}", {"paired_with": first["id"], "direction": "forward"}), 200
    )
    assert (result["direction"], result["paired_with"], result["puid"]) == ("forward", first["id"], first["puid"])
    state(olga, sample)
    swapped = expect_status(
        olga.call("PATCH", f"/files/{first['id']}", {"paired_with": other["id"], "direction": "forward"}), 200
    )
    assert swapped["direction"] == "forward"
    assert olga.call("PATCH", f"/files/{third['id']}", {"paired_with": first["id"]}).status == 409
    single = expect_status(olga.call("PATCH", f"/files/{other['id']}", {"paired_with": None}), 200)
    assert "paired_with" not in single
    found = state(olga, sample)
    assert found[first["id"]]["puid"] == first["puid"]
    assert found[other["id"]]["puid"] != first["puid"]
    assert expect_status(olga.call("PATCH", f"/files/{other['id']}", {"paired_with": None}), 200)["id"] == other["id"]
    expect_status(olga.call("PATCH", f"/files/{third['id']}", {"paired_with": first["id"]}), 200)
    assert mate(olga, sample, third) == first["id"]


def test_invalid_pairs_are_refused(olga: Person, sample: str) -> None:
    reads, text = upload(olga, sample, "a.fastq"), upload(olga, sample, "a.txt")
    project = expect_status(olga.get(f"/samples/{sample}"), 200)["project_id"]
    elsewhere = expect_status(olga.post(f"/projects/{project}/samples", {"name": "t"}))["id"]
    foreign = upload(olga, elsewhere, "b.fastq")
    pending = expect_status(olga.post(f"/samples/{sample}/files", {"filename": "c.fastq", "size": 1}))["id"]
    for other, status in (
        (text["id"], 422),
        (reads["id"], 422),
        (foreign["id"], 422),
        ("nothing", 422),
        (pending, 409),
    ):
        assert olga.call("PATCH", f"/files/{reads['id']}", {"paired_with": other}).status == status, other
        body = {"filename": "d.fastq", "size": 1, "paired_with": other}
        if other in (foreign["id"], "nothing"):
            assert olga.post(f"/samples/{sample}/files", body).body["errors"][0]["pointer"] == "/paired_with"
    assert olga.call("PATCH", f"/files/{reads['id']}", {}).status == 422
    assert (
        olga.post(f"/samples/{sample}/files", {"filename": "d.fastq", "size": 1, "direction": "forward"}).status == 422
    )


def test_a_deleted_files_mate_is_single_and_keeps_the_puid(olga: Person, sample: str) -> None:
    first, other = (upload(olga, sample, f"x_{number}.fq") for number in (1, 2))
    for gone, kept in ((other, first),):
        assert olga.call("DELETE", f"/files/{gone['id']}").status == 204
        (left,) = state(olga, sample).values()
        assert (left["id"], left["puid"]) == (kept["id"], first["puid"])
    again = upload(olga, sample, "x_2.fq")
    assert mate(olga, sample, again) == first["id"]
    assert olga.call("DELETE", f"/files/{first['id']}").status == 204
    (left,) = state(olga, sample).values()
    assert (left["id"], left["puid"]) == (again["id"], first["puid"])
    assert expect_status(olga.call("PATCH", f"/files/{first['puid']}", {"paired_with": None}), 200)["id"] == again["id"]


SCHEMES = ("{}_R#.fastq.gz", "{}_S1_L001_R#_001.fastq.gz", "{}_#.fq", "{}.R#.fq.gz", "{}_R#_val_#.fq.gz")
RUNS = st.lists(
    st.tuples(st.sampled_from(["run1", "run2", "run3"]), st.sampled_from("ab"), st.sampled_from(SCHEMES)),
    max_size=4,
    unique=True,
)


def new_sample() -> Sample:
    user = Identity("u", "", "", "", "", "*").subject
    name = Ids().base32(10)
    group = namespaces.create("group", name=name, path=name, parent=None, owner_id=user, ids=Ids())
    project = namespaces.create("project", name="P", path="p", parent=group, owner_id=user, ids=Ids())
    return creation.create(project, NewSample("s"), Ids())


def arrive(sample: Sample, key: str, mate: DeclaredMate | None = None, ids: Ids | None = None) -> File:
    found = RegistrableObject("bound", key, StoredObject(1, f'"{key}"', None, None), key.rsplit("/", 1)[1])
    return uploads.register_in_place(sample, ids or Ids(), found, mate=mate)


def pairs_of(sample: Sample) -> set[frozenset[str]]:
    there = {file.id: file for file in files.of_sample(sample.id)}
    return {frozenset({file.key, there[file.paired_with].key}) for file in there.values() if file.paired_with}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(runs=RUNS, data=st.data())
def test_mates_of_each_run_are_paired_in_any_order_of_arrival(
    client: Client, runs: Sequence[tuple[str, str, str]], data: st.DataObject
) -> None:
    keys = [f"{run}/{pattern.format(stem).replace('#', number)}" for run, stem, pattern in runs for number in "12"]
    sample = new_sample()
    for key in data.draw(st.permutations(keys)):
        arrive(sample, key)
    expected = {frozenset(keys[place : place + 2]) for place in range(0, len(keys), 2)}
    assert pairs_of(sample) == expected
