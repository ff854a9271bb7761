import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib import aws
from chalicelib.catalog.files.model import File
from tests.harness import Person, expect_status, upload
from tests.lab import bind_source, grant

SignIn = Callable[..., Person]
ROLES = ("guest", "uploader", "analyst", "maintainer", "owner")


@pytest.fixture
def olga(sign_in: SignIn) -> Person:
    return sign_in("olga@example.org")


@pytest.fixture
def place(olga: Person) -> dict[str, Any]:
    """A group in a group, a project in it, a sample in that; all of Olga."""
    top = expect_status(olga.post("/groups", {"name": "Top", "path": "top"}))
    inner = expect_status(olga.post("/groups", {"name": "Inner", "path": "inner", "parent_id": top["puid"]}))
    project = expect_status(olga.post("/projects", {"name": "Pro", "path": "pro", "group_id": inner["id"]}))
    sample = expect_status(
        olga.post(f"/projects/{project['puid']}/samples", {"name": "S 1", "metadata": {" Organism ": "x"}})
    )
    return {"top": top, "inner": inner, "project": project, "sample": sample}


def test_resources_are_found_by_id_and_by_puid(olga: Person, place: dict[str, Any]) -> None:
    assert re.fullmatch(r"INXT_GRP_[A-Z2-7]{10}", place["top"]["puid"])
    assert place["project"]["full_path"] == "top/inner/pro"
    for key in ("top", "inner", "project"):
        by_id = expect_status(olga.get(f"/namespaces/{place[key]['id']}"), 200)
        assert expect_status(olga.get(f"/namespaces/{place[key]['puid']}"), 200) == by_id
    assert expect_status(olga.get(f"/samples/{place['sample']['puid']}"), 200) == place["sample"]
    assert place["sample"]["metadata"] == {"organism": "x"}


@pytest.mark.parametrize("role", ROLES)
def test_a_role_in_a_group_applies_below_it_only(
    role: str, olga: Person, place: dict[str, Any], sign_in: SignIn
) -> None:
    bob = sign_in("bob@example.org")
    project, sample, inner = place["project"]["id"], place["sample"]["id"], place["inner"]["id"]
    assert bob.get(f"/namespaces/{project}").status == 404
    grant(olga, inner, bob, role)
    assert expect_status(bob.get(f"/namespaces/{project}"), 200)["role"] == role
    assert bob.get(f"/namespaces/{place['top']['id']}").status == 404
    rank = ROLES.index(role)
    cases: list[tuple[str, str, Any, int, int]] = [  # method, path, body, least rank, status if allowed
        ("GET", f"/samples/{sample}", None, 0, 200),
        ("GET", f"/samples/{sample}/files", None, 0, 200),
        ("POST", f"/projects/{project}/samples", {"name": "n"}, 1, 201),
        ("PATCH", f"/samples/{sample}", {"name": "n"}, 1, 200),
        ("POST", f"/samples/{sample}/files", {"filename": "a.fa", "size": 1}, 1, 201),
        ("POST", "/projects", {"name": "n", "path": "n", "group_id": inner}, 3, 201),
        ("GET", f"/namespaces/{project}/members", None, 3, 200),
        ("DELETE", f"/samples/{sample}", None, 3, 204),
    ]
    for method, path, body, least, status in cases:
        assert bob.call(method, path, body).status == (status if rank >= least else 403), (method, path)


def test_grants_are_capped_at_the_granters_role_and_the_last_owner_is_kept(
    olga: Person, place: dict[str, Any], sign_in: SignIn
) -> None:
    max_, eve = sign_in("max@example.org"), sign_in("eve@example.org")
    olgas, eves = olga.get("/me").body["id"], eve.get("/me").body["id"]
    top = f"/namespaces/{place['top']['id']}/members"
    grant(olga, place["top"]["id"], max_, "maintainer")
    assert max_.call("PUT", f"{top}/{eves}", {"role": "owner"}).status == 403
    assert max_.call("PUT", f"{top}/{olgas}", {"role": "guest"}).status == 403
    assert max_.call("DELETE", f"{top}/{olgas}").status == 403
    assert max_.call("PUT", f"{top}/{eves}", {"role": "analyst"}).status == 200
    assert olga.call("DELETE", f"{top}/{olgas}").status == 409
    assert olga.call("PUT", f"{top}/{olgas}", {"role": "analyst"}).status == 403
    assert max_.call("DELETE", f"{top}/{eves}").status == 204
    assert [member["role"] for member in max_.get(top).body["items"]].count("owner") == 1


def test_a_membership_can_expire(olga: Person, place: dict[str, Any], sign_in: SignIn) -> None:
    bob = sign_in("bob@example.org")
    path = f"/namespaces/{place['top']['id']}/members/{bob.get('/me').body['id']}"
    assert olga.call("PUT", path, {"role": "guest", "expires_at": "2020-01-01T00:00:00Z"}).status == 422
    assert olga.call("PUT", path, {"role": "guest", "expires_at": "tomorrow"}).status == 422
    granted = expect_status(olga.call("PUT", path, {"role": "guest", "expires_at": "2099-01-01T00:00:00+01:00"}), 200)
    assert granted["expires_at"] == "2098-12-31T23:00:00.000Z"
    assert bob.get(f"/namespaces/{place['top']['id']}").status == 200


def test_lists_contain_what_the_user_can_see_with_their_role(
    olga: Person, place: dict[str, Any], sign_in: SignIn
) -> None:
    bob = sign_in("bob@example.org")
    assert bob.get("/groups").body == {"items": [], "next_cursor": None, "total": 0}
    grant(olga, place["top"]["id"], bob, "analyst")
    groups = bob.get("/groups?sort=path").body
    assert [(item["full_path"], item["role"]) for item in groups["items"]] == [
        ("top", "analyst"),
        ("top/inner", "analyst"),
    ]
    assert [item["path"] for item in bob.get("/projects").body["items"]] == ["pro"]


def test_each_sample_is_on_one_page_only(olga: Person, place: dict[str, Any]) -> None:
    project = place["project"]["id"]
    batch = {"samples": [{"name": f"Sample {i:02d}"} for i in range(24)]}
    assert len(expect_status(olga.post(f"/projects/{project}/samples/batch", batch))["samples"]) == 24
    for sort in ("name", "-name", "puid", "-created_at", "updated_at"):
        names: list[str] = []
        cursor = ""
        while True:
            page = expect_status(olga.get(f"/namespaces/{place['top']['id']}/samples?limit=7&sort={sort}{cursor}"), 200)
            assert page["total"] == 25
            names += [item["name"] for item in page["items"]]
            if page["next_cursor"] is None:
                break
            cursor = f"&cursor={page['next_cursor']}"
        assert len(names) == len(set(names)) == 25
        if sort.endswith("name"):
            assert names == sorted(names, reverse=sort.startswith("-"), key=str.casefold)
    assert olga.get(f"/namespaces/{project}/samples?q=sample%201").body["total"] == 10
    assert olga.get(f"/namespaces/{project}/samples?q=S%201").body["total"] == 1
    assert olga.get(f"/namespaces/{project}/samples?q={place['sample']['puid'].lower()}").body["total"] == 1


@pytest.mark.parametrize(
    "parameters", ["limit=0", "limit=1001", "limit=x", "sort=size", "cursor=%21", "cursor=W10", "limit=-1"]
)
def test_bad_parameters_of_a_list_are_named(olga: Person, place: dict[str, Any], parameters: str) -> None:
    answer = olga.get(f"/namespaces/{place['project']['id']}/samples?{parameters}")
    assert answer.status == 400
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_batch_with_violations_writes_nothing_and_names_all(olga: Person, place: dict[str, Any]) -> None:
    project = place["project"]["id"]
    puid = "INXT_SAM_AAAAAAAAAA"
    wrong = {"samples": [{"name": ""}, {"name": "ok"}, {"colour": 1, "name": "y"}]}
    answer = olga.post(f"/projects/{project}/samples/batch", wrong)
    assert answer.status == 422
    assert {error["pointer"] for error in answer.body["errors"]} == {"/samples/0/name", "/samples/2/colour"}
    twice = {"samples": [{"name": "a", "puid": puid}, {"name": "b", "puid": puid}, {"name": "c", "puid": "NO"}]}
    pointers = [error["pointer"] for error in olga.post(f"/projects/{project}/samples/batch", twice).body["errors"]]
    assert pointers == ["/samples/1/puid", "/samples/2/puid"]
    assert olga.get(f"/namespaces/{project}/samples").body["total"] == 1


def test_puids_and_paths_are_unique(olga: Person, place: dict[str, Any]) -> None:
    project = place["project"]["id"]
    puid = "INXT_SAM_AAAAAAAAAA"
    expect_status(olga.post(f"/projects/{project}/samples", {"name": "a", "puid": puid}))
    assert olga.post(f"/projects/{project}/samples", {"name": "b", "puid": puid}).status == 409
    assert olga.post("/groups", {"name": "again", "path": "TOP"}).status == 409
    assert olga.post("/groups", {"name": "g", "path": "g", "puid": place["top"]["puid"]}).status == 409


def test_two_fastq_files_become_a_pair_under_the_first_ones_puid(olga: Person, place: dict[str, Any]) -> None:
    sample = place["sample"]["id"]
    reverse = upload(olga, sample, "a_S1_L001_R2_001.fastq.gz")
    assert "direction" not in reverse
    forward = upload(olga, sample, "a_S1_L001_R1_001.fastq.gz", b"ACGTACGT")
    assert (forward["direction"], forward["type"], forward["paired_with"]) == ("forward", "illumina_pe", reverse["id"])
    listed = {file["id"]: file for file in olga.get(f"/samples/{sample}/files").body["items"]}
    assert listed[reverse["id"]]["direction"] == "reverse"
    assert listed[reverse["id"]]["puid"] == forward["puid"] == reverse["puid"]


def test_two_mates_that_are_completed_at_the_same_moment_find_each_other(
    olga: Person, place: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.catalog.files import pairs

    sample = place["sample"]["id"]
    first, second = (
        expect_status(olga.post(f"/samples/{sample}/files", {"filename": f"c_{mate}.fq", "size": 4})) for mate in (1, 2)
    )
    for begun in (first, second):
        key = re.search(r"files/[0-9a-f/-]+", begun["upload"]["parts"][0]["url"])
        assert key is not None
        aws.s3().put_object(Bucket="test-catalog", Key=key.group(), Body=b"ACGT")
    look, between = pairs._best_mate, [second["id"]]

    def looked(file: File, candidates: Any) -> File | None:
        found = look(file, candidates)
        if between:  # after the first has looked, and before it writes, the second is completed
            expect_status(olga.post(f"/files/{between.pop()}/complete", {"parts": []}), 200)
        return found

    monkeypatch.setattr(pairs, "_best_mate", looked)
    done = expect_status(olga.post(f"/files/{first['id']}/complete", {"parts": []}), 200)
    assert (done["direction"], done["paired_with"]) == ("forward", second["id"])
    listed = {file["id"]: file for file in olga.get(f"/samples/{sample}/files").body["items"]}
    assert {file["puid"] for file in listed.values()} == {second["puid"]}
    assert listed[second["id"]]["direction"] == "reverse"


def test_two_files_with_different_given_puids_stay_single(olga: Person, place: dict[str, Any]) -> None:
    sample = place["sample"]["id"]
    upload(olga, sample, "b_1.fq", puid="INXT_ATT_AAAAAAAAAA")
    second = upload(olga, sample, "b_2.fq", puid="INXT_ATT_BBBBBBBBBB")
    assert second["puid"] == "INXT_ATT_BBBBBBBBBB"
    assert "paired_with" not in second


def test_a_file_is_visible_once_its_upload_is_complete(olga: Person, place: dict[str, Any]) -> None:
    sample = place["sample"]["id"]
    begun = expect_status(olga.post(f"/samples/{sample}/files", {"filename": "a.txt", "size": 4}))
    assert olga.get(f"/samples/{sample}/files").body["total"] == 0
    assert olga.post(f"/files/{begun['id']}/complete", {"parts": []}).status == 409
    assert expect_status(olga.get(f"/files/{begun['id']}/upload"), 200)["upload"]["parts"][0]["part_number"] == 1
    done = upload(olga, sample, "a.txt", b"four")
    assert done["format"] == "text"
    assert expect_status(olga.post(f"/files/{done['id']}/complete", {"parts": []}), 200)["id"] == done["id"]
    assert olga.get(f"/samples/{sample}/files").body["total"] == 1


def test_a_large_file_is_uploaded_in_parts(olga: Person, place: dict[str, Any]) -> None:
    sample = place["sample"]["id"]
    size = 200 * 1024 * 1024
    begun = expect_status(olga.post(f"/samples/{sample}/files", {"filename": "big.fastq.gz", "size": size}))
    assert begun["upload"]["part_size"] == 64 * 1024 * 1024
    assert [part["part_number"] for part in begun["upload"]["parts"]] == [1, 2, 3, 4]
    huge = expect_status(olga.post(f"/samples/{sample}/files", {"filename": "huge.bam", "size": 1 << 40}))
    assert len(huge["upload"]["parts"]) <= 1000


@pytest.mark.parametrize(
    "uri",
    [
        "s3://bound/elsewhere/a.fa",
        "s3://bound/reads",
        "s3://bound/readsx/a.fa",
        "s3://bound/reads/../secret/a.fa",
        "s3://bound/reads/%2e%2e/secret/a.fa",
        "s3://bound//reads/a.fa",
        "s3://bound/reads/missing.fa",
        "s3://other/reads/a.fa",
        "http://bound/reads/a.fa",
        "s3://",
        "s3://test-catalog/files/x",
    ],
)
def test_refusals_to_register_do_not_reveal_what_exists(olga: Person, place: dict[str, Any], uri: str) -> None:
    aws.s3().create_bucket(Bucket="bound")
    for key in ("reads/a.fa", "secret/a.fa", "elsewhere/a.fa", "readsx/a.fa"):
        aws.s3().put_object(Bucket="bound", Key=key, Body=b"ACGT")
    bind_source(place["top"]["id"], "bound", "reads")
    answer = olga.post(f"/samples/{place['sample']['id']}/files/register", {"s3_uri": uri})
    assert answer.status == 422
    assert answer.body["type"].endswith("/source-not-allowed")
    assert answer.body["detail"] == "This object does not exist or can't be registered here."


def test_an_object_under_a_bound_prefix_is_registered_and_kept_when_its_record_is_deleted(
    olga: Person, place: dict[str, Any], sign_in: SignIn
) -> None:
    aws.s3().create_bucket(Bucket="bound")
    aws.s3().put_object(Bucket="bound", Key="reads/a b.fa", Body=b"ACGT")
    bind_source(place["top"]["id"], "bound", "reads/")
    sample = place["sample"]["id"]
    file = expect_status(olga.post(f"/samples/{sample}/files/register", {"s3_uri": "s3://bound/reads/a b.fa"}))
    assert (file["filename"], file["size"], file["s3_uri"]) == ("a b.fa", 4, "s3://bound/reads/a b.fa")
    bob = sign_in("bob@example.org")
    own = expect_status(bob.post("/groups", {"name": "Bob", "path": "bob"}))
    project = expect_status(bob.post("/projects", {"name": "B", "path": "b", "group_id": own["id"]}))
    his = expect_status(bob.post(f"/projects/{project['id']}/samples", {"name": "B"}))["id"]
    theft = bob.post(f"/samples/{his}/files/register", {"s3_uri": file["s3_uri"]})
    assert theft.body["type"].endswith("/source-not-allowed")
    grant(olga, place["top"]["id"], bob, "analyst")
    named = expect_status(
        olga.post(f"/samples/{sample}/files/register", {"s3_uri": file["s3_uri"], "filename": "b.fa"})
    )
    assert named["filename"] == "b.fa"
    taken = expect_status(bob.post(f"/samples/{his}/files/register", {"s3_uri": file["s3_uri"]}))
    assert taken["filename"] in {"a b.fa", "b.fa"}  # what a file of the object is called, whichever is found
    assert olga.call("DELETE", f"/samples/{sample}").status == 204
    assert olga.get(f"/samples/{sample}").status == 404
    assert aws.s3().head_object(Bucket="bound", Key="reads/a b.fa")["ContentLength"] == 4


def test_the_same_idempotency_key_creates_one_resource(olga: Person, place: dict[str, Any]) -> None:
    project, sample = place["project"]["id"], place["sample"]["id"]
    creations: list[tuple[str, Any]] = [
        ("/groups", {"name": "K", "path": "k"}),
        ("/projects", {"name": "K", "path": "k", "group_id": place["top"]["id"]}),
        (f"/projects/{project}/samples", {"name": "K"}),
        (f"/projects/{project}/samples/batch", {"samples": [{"name": f"K{i}"} for i in range(30)]}),
    ]
    for path, body in creations:
        first = olga.call("POST", path, body, **{"Idempotency-Key": f"key {path}"})
        again = olga.call("POST", path, body, **{"Idempotency-Key": f"key {path}"})
        assert (first.status, first.body) == (201, again.body)
        assert first.headers.get("Location") == again.headers.get("Location")
        spaced = olga.call("POST", path, json.dumps(body, indent=1).encode(), **{"Idempotency-Key": f"key {path}"})
        assert spaced.body == first.body
        different = {"samples": [{"name": "other"}]} if "samples" in body else {**body, "name": "other"}
        other = olga.call("POST", path, different, **{"Idempotency-Key": f"key {path}"})
        assert (other.status, other.body["type"].rsplit("/", 1)[-1]) == (422, "idempotency-key-reused")
    assert olga.get(f"/namespaces/{project}/samples?limit=100").body["total"] == 1 + 1 + 30
    file = {"filename": "a.txt", "size": 4}
    uploads_ = [
        expect_status(olga.call("POST", f"/samples/{sample}/files", file, **{"Idempotency-Key": "f"})) for _ in range(2)
    ]
    assert uploads_[0]["id"] == uploads_[1]["id"]
    assert olga.call("POST", "/groups", {"name": "K", "path": "k2"}, **{"Idempotency-Key": "x" * 256}).status == 400


def test_an_interrupted_batch_is_completed_by_repeating_the_request(
    olga: Person, place: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.catalog.samples import creation

    project = place["project"]["id"]
    letters = "ABCDEFGH"
    puids = [f"INXT_SAM_AAAAAAAA{letters[i % 8]}{letters[i // 8]}" for i in range(12)]
    body = {"samples": [{"name": f"B{i}", "puid": puid} for i, puid in enumerate(puids)]}
    monkeypatch.setattr(creation, "_TRANSACTION", 20)  # large transactions take moto very long
    write, calls = creation._write_new, []

    def cut_off(chunk: Any) -> None:
        calls.append(len(chunk))
        if len(calls) == 3:
            raise RuntimeError("the service ends here")
        write(chunk)

    with monkeypatch.context() as patched:
        patched.setattr(creation, "_write_new", cut_off)
        assert olga.call("POST", f"/projects/{project}/samples/batch", body, **{"Idempotency-Key": "b"}).status == 500
    assert 1 < olga.get(f"/namespaces/{project}/samples").body["total"] < 13
    done = olga.call("POST", f"/projects/{project}/samples/batch", body, **{"Idempotency-Key": "b"})
    assert [sample["puid"] for sample in expect_status(done)["samples"]] == puids
    assert olga.get(f"/namespaces/{project}/samples").body["total"] == 13


def test_group_link_caps_the_members_role(olga: Person, place: dict[str, Any], sign_in: SignIn) -> None:
    bob, eve = sign_in("bob@example.org"), sign_in("eve@example.org")
    team = expect_status(bob.post("/groups", {"name": "Team", "path": "team"}))
    grant(bob, team["id"], eve, "guest")
    grant(bob, team["id"], olga, "guest")
    project, sample = place["project"]["id"], place["sample"]
    link = f"/namespaces/{project}/links/{team['puid']}"
    assert bob.call("PUT", link, {"role": "analyst"}).status == 404
    assert expect_status(olga.call("PUT", link, {"role": "analyst"}), 200)["group_id"] == team["id"]
    links = expect_status(olga.get(f"/namespaces/{project}/links"), 200)["items"]
    assert [(one["group_id"], one["group_name"], one["role"]) for one in links] == [(team["id"], "Team", "analyst")]
    assert bob.get(f"/namespaces/{project}/links").status == 403
    assert expect_status(bob.get(f"/namespaces/{project}"), 200)["role"] == "analyst"
    assert expect_status(eve.get(f"/namespaces/{project}"), 200)["role"] == "guest"
    assert bob.get(f"/namespaces/{place['inner']['id']}").status == 404
    assert [item["id"] for item in bob.get("/projects").body["items"]] == [project]
    listed = expect_status(bob.get(f"/namespaces/{team['id']}/samples"), 200)
    assert [item["id"] for item in listed["items"]] == [sample["id"]]
    upload(olga, sample["id"], "a.txt")
    export_request = {
        "type": "sample",
        "namespace_id": team["id"],
        "sample_ids": [sample["id"]],
        "file_formats": ["text"],
    }
    assert bob.post("/exports", export_request).status == 202
    assert eve.post("/exports", export_request).status == 403
    assert bob.call("DELETE", link).status == 403
    assert olga.call("DELETE", link).status == 204
    assert olga.call("DELETE", link).status == 404
    assert bob.get(f"/namespaces/{project}").status == 404
    assert bob.post("/exports", export_request).status == 422
    assert olga.call("PUT", f"/namespaces/{project}/links/{place['top']['id']}", {"role": "guest"}).status == 422


def test_metadata_is_merged_lower_cased_and_bounded(olga: Person, place: dict[str, Any]) -> None:
    path = f"/samples/{place['sample']['id']}/metadata"
    changed = expect_status(olga.call("PATCH", path, {"ORGANISM": None, "Depth": 12.5, "id": "00012"}), 200)
    assert changed["metadata"] == {"depth": 12.5, "id": "00012"}
    assert olga.call("PATCH", path, {"a": True}).status == 422
    assert olga.call("PATCH", path, {f"f{i}": "x" * 30_000 for i in range(11)}).status == 422
    assert olga.get(f"/samples/{place['sample']['id']}").body["metadata"] == changed["metadata"]


@pytest.mark.parametrize(
    ("body", "headers", "status", "slug"),
    [
        (b"{", {}, 400, "malformed-json"),
        (b"", {}, 400, "malformed-json"),
        (b"{}", {"Content-Type": "text/plain"}, 400, "content-type"),
        (b"[]", {}, 422, "invalid"),
        (b'{"name": "x"}', {"Content-Type": "application/json; charset=utf-8"}, 422, "invalid"),
        (b'{"name": 5, "path": "x"}', {}, 422, "invalid"),
        (b'{"name": "x", "path": "../x"}', {}, 422, "invalid"),
        (b'{"name": "a\\u0000b", "path": "x"}', {}, 422, "invalid"),
        (b'{"name": "' + b"x" * 256 + b'", "path": "x"}', {}, 422, "invalid"),
        (b"x" * (6 * 1024 * 1024 + 1), {}, 413, "too-large"),
    ],
    ids=lambda value: value[:30] if isinstance(value, bytes) else None,
)
def test_bad_bodies_get_problems(olga: Person, body: bytes, headers: dict[str, str], status: int, slug: str) -> None:
    answer = olga.call("POST", "/groups", body, **headers)
    assert (answer.status, answer.body["type"].rsplit("/", 1)[-1]) == (status, slug)
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_users_are_looked_up_by_maintainers_only(olga: Person, place: dict[str, Any], sign_in: SignIn) -> None:
    bob = sign_in("bob@example.org")
    grant(olga, place["project"]["id"], bob, "guest")
    assert [item["email"] for item in olga.get("/users?email=BOB@example.org").body["items"]] == ["bob@example.org"]
    assert olga.get("/users?email=bo@example.org").body["items"] == []
    assert olga.get("/users").status == 400
    assert bob.get("/users?email=olga@example.org").status == 403


def test_shares_with_a_group_are_visible_from_its_parent_groups(
    olga: Person, place: dict[str, Any], sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = sign_in("bob@example.org")
    house = expect_status(bob.post("/groups", {"name": "House", "path": "house"}))
    room = expect_status(bob.post("/groups", {"name": "Room", "path": "room", "parent_id": house["id"]}))
    grant(bob, room["id"], olga, "guest")
    inner, project = place["inner"]["id"], place["project"]["id"]
    expect_status(olga.call("PUT", f"/namespaces/{inner}/links/{room['id']}", {"role": "analyst"}), 200)
    expect_status(olga.call("PUT", f"/namespaces/{project}/links/{room['id']}", {"role": "guest"}), 200)
    assert {(item["id"], item["role"]) for item in bob.get("/projects").body["items"]} == {(project, "analyst")}
    assert {item["id"] for item in bob.get("/groups").body["items"]} == {house["id"], room["id"], inner}
    # The project is below the inner group, which is shared as well: its sample is listed once.
    listed = expect_status(bob.get(f"/namespaces/{room['id']}/samples"), 200)
    assert ([item["id"] for item in listed["items"]], listed["total"]) == ([place["sample"]["id"]], 1)
    assert bob.get(f"/namespaces/{house['id']}/samples").body["total"] == 0
    monkeypatch.setattr("chalicelib.catalog.namespaces.sharing.MAX_LINKS", 2)
    many = olga.call("PUT", f"/namespaces/{place['top']['id']}/links/{room['id']}", {"role": "guest"})
    assert (many.status, many.body["type"].rsplit("/", 1)[1]) == (409, "too-many-links")
    assert olga.call("DELETE", f"/namespaces/{inner}/links/{room['id']}").status == 204
    assert olga.call("DELETE", f"/namespaces/{inner}/links/{room['id']}").status == 404
    assert {(item["id"], item["role"]) for item in bob.get("/projects").body["items"]} == {(project, "guest")}
