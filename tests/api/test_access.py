"""What people see through groups and links, how roles are granted, and what is checked again on every call."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib import aws
from chalicelib.access import group_links, memberships
from chalicelib.access.group_links import GroupLink
from chalicelib.access.memberships import Membership
from chalicelib.access.roles import Role
from chalicelib.exports.model import Status
from chalicelib.exports.table import ExportRow
from chalicelib.settings import settings
from tests.harness import Person, expect_status, upload
from tests.lab import Lab, grant, new_group, new_lab

SignIn = Callable[..., Person]
ROLES = ("guest", "uploader", "analyst", "maintainer", "owner")
FAR = "2098-01-01T00:00:00.000Z"


def me(person: Person) -> str:
    return str(person.get("/me").body["id"])


def link(owner: Person, namespace_id: str, group_id: str, role: str) -> None:
    expect_status(owner.call("PUT", f"/namespaces/{namespace_id}/links/{group_id}", {"role": role}), 200)


@pytest.fixture
def olga(sign_in: SignIn) -> Person:
    return sign_in("olga@example.org")


@pytest.fixture
def chain(olga: Person) -> dict[str, Any]:
    """Projects of three laboratories, shared onwards: A's project with B, B with C, and C with D."""
    ids: dict[str, Any] = {}
    for lab in "abcd":
        group = expect_status(olga.post("/groups", {"name": lab, "path": lab}))
        project = expect_status(olga.post("/projects", {"name": lab, "path": "p", "group_id": group["id"]}))
        metadata = {f"field of {lab}": lab}
        sample = expect_status(
            olga.post(f"/projects/{project['id']}/samples", {"name": f"sample of {lab}", "metadata": metadata})
        )
        upload(olga, sample["id"], f"{lab}.fastq", lab.encode())
        ids |= {f"group {lab}": group["id"], f"project {lab}": project["id"], f"sample {lab}": sample["id"]}
    link(olga, ids["project a"], ids["group b"], "analyst")
    link(olga, ids["group b"], ids["group c"], "analyst")
    link(olga, ids["group c"], ids["group d"], "analyst")
    return ids


# Where somebody is a member, and whose samples they see in the lists of each group.
SEEN = [
    ("group a", {"group a": "a"}),
    ("project a", {"project a": "a"}),
    ("group b", {"group b": "ab"}),
    ("project b", {"project b": "b"}),
    ("group c", {"group c": "bc", "group b": "b"}),
    ("group d", {"group d": "cd", "group c": "c"}),
    ("project d", {"project d": "d"}),
]


@pytest.mark.parametrize(("member_of", "seen"), SEEN, ids=[row[0] for row in SEEN])
def test_lists_fields_searches_estimates_and_exports_contain_only_what_the_user_may_read(
    olga: Person, chain: dict[str, Any], sign_in: SignIn, member_of: str, seen: dict[str, str]
) -> None:
    bob = sign_in("bob@example.org")
    grant(olga, chain[member_of], bob, "analyst")
    for name in [f"{kind} {lab}" for kind in ("group", "project") for lab in "abcd"]:
        path = f"/namespaces/{chain[name]}"
        labs = seen.get(name, "")
        if not labs and made_or_none(bob, path) is None:
            for route in ("samples", "metadata-fields", "workflow-executions"):
                assert bob.get(f"{path}/{route}").status == 404, (name, route)
            continue
        labs = labs or name[-1]
        expected = {f"sample of {lab}" for lab in labs}
        listed = expect_status(bob.get(f"{path}/samples"), 200)
        assert ({row["name"] for row in listed["items"]}, listed["total"]) == (expected, len(labs)), name
        found = expect_status(bob.get(f"{path}/samples?q=sample"), 200)
        assert ({row["name"] for row in found["items"]}, found["total"]) == (expected, len(labs)), name
        fields = {row["name"] for row in expect_status(bob.get(f"{path}/metadata-fields"), 200)["items"]}
        assert fields == {f"field of {lab}" for lab in labs}, name
        export_request = {
            "type": "sample",
            "namespace_id": chain[name],
            "selection": {"all": True},
            "file_formats": ["fastq"],
        }
        estimate = expect_status(bob.post("/exports/estimate", export_request), 200)
        assert (estimate["samples"], estimate["files"]) == (len(labs), len(labs)), name
        ids = [chain[f"sample {lab}"] for lab in "abcd"]
        answer = bob.post("/exports", {**export_request, "selection": None, "sample_ids": ids})
        refused = {row["pointer"] for row in answer.body["errors"]}
        assert refused == {f"/sample_ids/{'abcd'.index(lab)}" for lab in set("abcd") - set(labs)}, name
    for lab in "abcd":
        is_seen = any(lab in labs for labs in seen.values())
        assert bob.get(f"/samples/{chain[f'sample {lab}']}").status == (200 if is_seen else 404), lab


def made_or_none(person: Person, path: str) -> Any:
    answer = person.get(path)
    return answer.body if answer.status == 200 else None


def test_access_by_a_second_path_counts(olga: Person, chain: dict[str, Any], sign_in: SignIn) -> None:
    bob = sign_in("bob@example.org")
    grant(olga, chain["group c"], bob, "guest")
    grant(olga, chain["project a"], bob, "guest")
    listed = expect_status(bob.get(f"/namespaces/{chain['group b']}/samples"), 200)
    assert {row["name"] for row in listed["items"]} == {"sample of a", "sample of b"}


def test_expired_links_and_memberships_give_no_access(olga: Person, chain: dict[str, Any], sign_in: SignIn) -> None:
    bob = sign_in("bob@example.org")
    grant(olga, chain["group b"], bob, "guest")
    past = "2020-01-01T00:00:00.000Z"
    group_links.put(GroupLink(chain["project a"], chain["group b"], Role.ANALYST, past), [chain["group b"]])
    names = {row["name"] for row in expect_status(bob.get(f"/namespaces/{chain['group b']}/samples"), 200)["items"]}
    assert names == {"sample of b"}
    memberships.grant(Membership(chain["group b"], me(bob), Role.GUEST, past))
    assert bob.get(f"/namespaces/{chain['group b']}/samples").status == 404


@pytest.fixture
def lab(olga: Person) -> Lab:
    return new_lab(olga)


@pytest.fixture
def friends(olga: Person) -> str:
    return str(new_group(olga, "friends")["id"])


def test_operators_decide_who_creates_top_level_groups(
    olga: Person, lab: Lab, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob = sign_in("bob@example.org")
    grant(olga, lab.group["id"], bob, "maintainer")
    monkeypatch.setenv("GROUP_CREATORS", "admin@example.org Olga@example.org")
    settings.cache_clear()
    refused = bob.post("/groups", {"name": "G", "path": "g"})
    assert (refused.status, refused.body["type"].rsplit("/", 1)[-1]) == (403, "group-creators")
    assert bob.post("/groups", {"name": "G", "path": "g", "parent_id": lab.group["id"]}).status == 201
    assert olga.post("/groups", {"name": "G", "path": "g"}).status == 201


# How somebody is maintainer of the project, until when, what they grant until when, and the status.
GRANTS: list[tuple[str, str | None, str, str | None, int]] = [
    ("direct", None, "maintainer", None, 200),
    ("direct", None, "owner", None, 403),
    ("direct", FAR, "maintainer", FAR, 200),
    ("direct", FAR, "guest", "2097-01-01T00:00:00Z", 200),
    ("direct", FAR, "guest", None, 422),
    ("direct", FAR, "guest", "2099-01-01T00:00:00Z", 422),
    ("inherited", None, "maintainer", None, 200),
    ("inherited", FAR, "maintainer", None, 422),
    ("inherited", FAR, "maintainer", FAR, 200),
    ("linked", None, "maintainer", None, 200),
    ("linked", FAR, "maintainer", None, 422),
    ("linked", FAR, "guest", FAR, 200),
    ("linked through an expiring membership", FAR, "guest", None, 422),
    ("linked through an expiring membership", FAR, "guest", FAR, 200),
]


@pytest.mark.parametrize(("way", "until", "role", "expires_at", "status"), GRANTS)
def test_a_granted_role_neither_exceeds_nor_outlasts_that_of_the_granter(
    olga: Person,
    lab: Lab,
    sign_in: SignIn,
    way: str,
    until: str | None,
    role: str,
    expires_at: str | None,
    status: int,
    friends: str,
) -> None:
    max_, eve = sign_in("max@example.org"), sign_in("eve@example.org")
    if way == "direct":
        grant(olga, lab.project["id"], max_, "maintainer", until)
    elif way == "inherited":
        grant(olga, lab.group["id"], max_, "maintainer", until)
    else:
        is_membership = "membership" in way
        grant(olga, friends, max_, "owner", until if is_membership else None)
        body = {"role": "maintainer", "expires_at": None if is_membership else until}
        expect_status(olga.call("PUT", f"/namespaces/{lab.project['id']}/links/{friends}", body), 200)
    path = f"/namespaces/{lab.project['id']}/members/{me(eve)}"
    answer = max_.call("PUT", path, {"role": role, "expires_at": expires_at})
    assert answer.status == status, answer.body
    if status == 422:
        assert answer.body["errors"][0]["pointer"] == "/expires_at"
        assert until is not None
        assert until in answer.body["detail"]


def test_ownership_and_shares_of_an_expiring_maintainer_expire_too(olga: Person, lab: Lab, sign_in: SignIn) -> None:
    max_ = sign_in("max@example.org")
    grant(olga, lab.group["id"], max_, "maintainer", FAR)
    group = expect_status(max_.post("/groups", {"name": "G", "path": "g", "parent_id": lab.group["id"]}))
    project = expect_status(max_.post("/projects", {"name": "N", "path": "n", "group_id": lab.group["id"]}))
    own = expect_status(max_.post("/groups", {"name": "Own", "path": "own"}))
    for namespace, until in ((group, FAR), (project, FAR), (own, None)):
        (member,) = expect_status(max_.get(f"/namespaces/{namespace['id']}/members"), 200)["items"]
        assert (member["user_id"], member["role"], member["expires_at"]) == (me(max_), "owner", until)
    path = f"/namespaces/{project['id']}/links/{own['id']}"
    assert max_.call("PUT", path, {"role": "owner"}).status == 422
    assert max_.call("PUT", path, {"role": "owner", "expires_at": FAR}).status == 200


@pytest.mark.parametrize("role", ROLES)
def test_members_may_leave_but_not_change_their_own_role(olga: Person, lab: Lab, sign_in: SignIn, role: str) -> None:
    bob = sign_in("bob@example.org")
    path = f"/namespaces/{lab.project['id']}/members/{me(bob)}"
    grant(olga, lab.project["id"], bob, role, FAR)
    for wanted in ROLES:
        for body in ({"role": wanted}, {"role": wanted, "expires_at": "2099-01-01T00:00:00Z"}):
            assert bob.call("PUT", path, body).status == 403
    assert bob.call("DELETE", path).status == 204
    assert bob.get(f"/namespaces/{lab.project['id']}").status == 404


def test_refusals_to_remove_a_link_do_not_reveal_whether_it_exists(olga: Person, lab: Lab, sign_in: SignIn) -> None:
    eve = sign_in("eve@example.org")
    own = expect_status(eve.post("/groups", {"name": "Own", "path": "own"}))["id"]
    answers = [
        eve.call("DELETE", f"/namespaces/{own}/links/{target}")
        for target in (lab.group["id"], lab.project["id"], "nothing")
    ]
    assert {(answer.status, str(answer.body)) for answer in answers} == {(404, str(answers[0].body))}


def test_users_find_by_address_only_those_who_share_a_group_with_them(olga: Person, lab: Lab, sign_in: SignIn) -> None:
    people = {name: sign_in(f"{name}@example.org") for name in ("bob", "eve", "ann")}
    grant(olga, lab.project["id"], people["bob"], "maintainer")
    inner = expect_status(olga.post("/groups", {"name": "Inner", "path": "inner", "parent_id": lab.group["id"]}))["id"]
    grant(olga, inner, people["ann"], "guest")
    expect_status(people["eve"].post("/groups", {"name": "Own", "path": "own"}))

    def found(person: Person, name: str) -> bool:
        return bool(expect_status(person.get(f"/users?email={name}@example.org"), 200)["items"])

    assert found(olga, "bob")
    assert found(olga, "ann")
    assert found(people["bob"], "ann")  # both are somewhere in the laboratory
    assert found(people["bob"], "olga")
    assert found(people["eve"], "eve")
    assert not any(found(people["eve"], name) for name in ("olga", "bob", "ann"))
    assert not found(olga, "eve")
    assert not found(olga, "nobody")
    assert olga.get("/users?email=" + "é" * 161).status == 400
    assert expect_status(people["eve"].get("/users?email=eve@example.org"), 200)["total"] == 1


@pytest.fixture
def ready(olga: Person, lab: Lab, sign_in: SignIn) -> dict[str, Any]:
    """A ready export of Bob's, with record, manifest and sources, but without a file."""
    bob = sign_in("bob@example.org")
    grant(olga, lab.project["id"], bob, "analyst")
    sample = expect_status(olga.post(f"/projects/{lab.project['id']}/samples", {"name": "s"}))["id"]
    upload(olga, sample, "a.fastq")
    export_request = {
        "type": "sample",
        "namespace_id": lab.project["id"],
        "sample_ids": [sample],
        "file_formats": ["fastq"],
    }
    export_id = expect_status(bob.post("/exports", export_request), 202)["id"]
    key = f"{export_id}/1-t/archive.zip"
    values = {"status": "ready", "file_key": key, "file_size": 1, "file_crc32": "00000000", "file_files": 1}
    until = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    actions = [getattr(ExportRow, name).set(value) for name, value in values.items()]
    ExportRow(export_id).update(
        actions=[*actions, ExportRow.warnings.set(1), ExportRow.expires_at.set(until), ExportRow.ready_at.set(until)]
    )
    documents = {
        "sources.json": f'["{lab.project["id"]}"]',
        "warnings.json": '[["x", "missing", 1, "secret name", "p"]]',
        "manifest.json": '{"type": "Samples Export", "date": "2026-11-25", "children": []}',
    }
    for name, body in documents.items():
        aws.s3().put_object(Bucket=settings().exports_bucket, Key=f"{export_id}/1-t/{name}", Body=body.encode())
    return {"project": lab.project["id"], "bob": bob, "export": export_id}


CONTENTS = [
    ("GET", "preview"),
    ("GET", "preview?q=a"),
    ("GET", "preview?path="),
    ("GET", "warnings"),
    ("GET", "events"),
    ("POST", "download"),
    ("GET", "download"),
    ("POST", "extend"),
]


@pytest.mark.parametrize("loss", ["demoted", "removed"])
def test_every_request_for_contents_checks_the_right_to_read_again(
    olga: Person, ready: dict[str, Any], loss: str
) -> None:
    bob, member = ready["bob"], f"/namespaces/{ready['project']}/members/{me(ready['bob'])}"
    base = f"/exports/{ready['export']}"
    for method, route in CONTENTS:
        assert bob.call(method, f"{base}/{route}", {} if method == "POST" else None).status in (200, 303), route
    change = ("DELETE", None) if loss == "removed" else ("PUT", {"role": "guest"})
    assert olga.call(change[0], member, change[1]).status in (200, 204)
    for method, route in CONTENTS:
        answer = bob.call(method, f"{base}/{route}", {} if method == "POST" else None)
        assert (answer.status, answer.body["type"].rsplit("/", 1)[1]) == (403, "right-lost"), route
    # The export itself is theirs: they see that it is there, and may remove it.
    assert expect_status(bob.get(base), 200)["status"] == "ready"
    assert bob.call("DELETE", base).status == 204
    assert bob.get(f"{base}/events").status == 403


def test_an_export_removed_while_it_is_extended_is_gone(ready: dict[str, Any]) -> None:
    from chalicelib.errors import Gone
    from chalicelib.exports import lifecycle, record

    export = record.find(ready["export"])
    assert export is not None
    assert lifecycle.remove(export, at=FAR, actor="x")
    with pytest.raises(Gone):
        lifecycle.extend(export, at=FAR, expires_at=FAR, actor="x", source_ip=None)


def test_private_responses_are_neither_stored_nor_sniffed(
    client: Any, olga: Person, ready: dict[str, Any], sign_in: SignIn
) -> None:
    sample = expect_status(olga.get(f"/namespaces/{ready['project']}/samples"), 200)["items"][0]["id"]
    pending = expect_status(olga.post(f"/samples/{sample}/files", {"filename": "b.txt", "size": 1}))["id"]
    paths = [
        "/me",
        "/me/tokens",
        "/groups",
        "/projects",
        "/exports",
        "/workflow-executions",
        f"/samples/{sample}",
        f"/samples/{sample}/files",
        f"/files/{pending}/upload",
        f"/namespaces/{ready['project']}/samples",
        f"/namespaces/{ready['project']}/members",
        "/users?email=olga@example.org",
        "/nothing",
        "/health",
    ]
    answers = [(path, olga.get(path)) for path in paths]
    answers += [(path, ready["bob"].get(f"/exports/{ready['export']}{path}")) for path in ("", "/preview", "/events")]
    answers += [("POST", olga.post(f"/samples/{sample}/files", {"filename": "c.txt", "size": 1}))]
    for path, answer in answers:
        assert answer.headers["Cache-Control"] == "no-store", path
        assert answer.headers["X-Content-Type-Options"] == "nosniff", path


def test_simultaneous_requests_start_no_more_exports_than_allowed(
    olga: Person, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAX_RUNNING_EXPORTS", "3")
    settings.cache_clear()
    sample = expect_status(olga.post(f"/projects/{lab.project['id']}/samples", {"name": "s"}))["id"]
    upload(olga, sample, "a.fastq")
    export_request = {
        "type": "sample",
        "namespace_id": lab.project["id"],
        "sample_ids": [sample],
        "file_formats": ["fastq"],
    }
    from chalicelib.errors import SeqportError
    from chalicelib.exports.commands import create_export
    from chalicelib.exports.types.registry import TYPES, ExportRequest
    from chalicelib.ids import Ids

    spec = TYPES["sample"].body.model_validate(export_request).to_spec(me(olga))

    def create(_: int) -> str:
        try:
            export = create_export(
                ExportRequest("sample", spec, None, False), me_id, Ids(), source_ip=None, pages_url=""
            )
        except SeqportError as error:
            return error.slug
        return export.id

    me_id = me(olga)
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(create, range(8)))
    assert results.count("too-many-exports") == 5
    begun = [result for result in results if result != "too-many-exports"]
    assert {row["id"] for row in expect_status(olga.get("/exports"), 200)["items"]} == set(begun)
    # A failed export can't be retried while the others run, but can once one of them has ended.
    ExportRow(begun[0]).update(actions=[ExportRow.status.set(Status.FAILED), ExportRow.failure_code.set("internal")])
    fourth = expect_status(olga.post("/exports", export_request), 202)["id"]
    assert olga.post(f"/exports/{begun[0]}/retry").status == 429
    assert olga.call("DELETE", f"/exports/{fourth}").status == 204
    assert olga.post(f"/exports/{begun[0]}/retry").status == 202
    assert olga.post("/exports", export_request).status == 429
