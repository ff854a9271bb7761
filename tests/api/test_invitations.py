"""Invitations of people by their address: who may invite, when they take effect, and what they reveal."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from chalice.test import Client

from chalicelib import timestamps
from chalicelib.access import invitations, memberships
from chalicelib.access.roles import Role
from infra.local.issuer import Issuer
from tests.harness import Person, expect_status
from tests.lab import Lab, grant, new_lab

SignIn = Callable[..., Person]
BEN = "ben@example.org"


@pytest.fixture
def lab(sign_in: SignIn) -> Lab:
    return new_lab(sign_in("olga@example.org"))


def invite(person: Person, lab: Lab, email: str = BEN, role: str = "analyst", **more: Any) -> Any:
    body = {"email": email, "role": role, **more}
    return expect_status(person.post(f"/namespaces/{lab.project['id']}/invitations", body))


def invited(lab: Lab) -> list[Any]:
    items: list[Any] = expect_status(lab.owner.get(f"/namespaces/{lab.project['id']}/invitations"), 200)["items"]
    return items


def status_of_project(person: Person, lab: Lab) -> int:
    return person.get(f"/namespaces/{lab.project['id']}").status


def test_a_person_who_never_signed_in_becomes_a_member_when_they_do(lab: Lab, sign_in: SignIn) -> None:
    made = invite(lab.owner, lab, "Ben@Example.org", expires_at="2098-01-01T00:00:00Z")
    assert invited(lab) == [made]
    assert (made["email"], made["role"], made["expires_at"]) == (BEN, "analyst", "2098-01-01T00:00:00.000Z")
    ben = sign_in(BEN)
    user_id = expect_status(ben.get("/me"), 200)["id"]
    assert expect_status(ben.get(f"/namespaces/{lab.project['id']}"), 200)["role"] == "analyst"
    assert invited(lab) == []
    members = expect_status(lab.owner.get(f"/namespaces/{lab.project['id']}/members"), 200)["items"]
    assert [(one["role"], one["expires_at"]) for one in members if one["user_id"] == user_id] == [
        ("analyst", "2098-01-01T00:00:00.000Z")
    ]


def test_a_known_address_and_an_unknown_one_get_the_same_response(lab: Lab, sign_in: SignIn) -> None:
    expect_status(sign_in(BEN).get("/me"), 200)
    known, unknown = invite(lab.owner, lab), invite(lab.owner, lab, "nobody@example.org")
    assert known.keys() == unknown.keys()
    assert {one["email"] for one in invited(lab)} == {BEN, "nobody@example.org"}


def test_what_was_joined_is_in_one_response(lab: Lab, client: Client, signer: Issuer) -> None:
    invite(lab.owner, lab)
    ben = Person(client, signer.token({"email": BEN}))
    joined = {"namespace_id": lab.project["id"], "type": "project", "name": lab.project["name"], "role": "analyst"}
    assert [expect_status(ben.get("/me"), 200)["joined"] for _ in range(2)] == [[joined], []]


def test_someone_else_does_not_join(lab: Lab, sign_in: SignIn) -> None:
    invite(lab.owner, lab)
    eve = sign_in("eve@example.org")
    expect_status(eve.get("/me"), 200)
    assert status_of_project(eve, lab) == 404
    assert len(invited(lab)) == 1


def test_a_withdrawn_invitation_has_no_effect(lab: Lab, sign_in: SignIn) -> None:
    path = f"/namespaces/{lab.project['id']}/invitations/{invite(lab.owner, lab)['id']}"
    assert lab.owner.call("DELETE", path).status == 204
    assert lab.owner.call("DELETE", path).status == 404
    ben = sign_in(BEN)
    expect_status(ben.get("/me"), 200)
    assert status_of_project(ben, lab) == 404


def test_the_latest_invitation_counts(lab: Lab, sign_in: SignIn) -> None:
    invite(lab.owner, lab, role="maintainer")
    invite(lab.owner, lab, role="guest")
    ben = sign_in(BEN)
    expect_status(ben.get("/me"), 200)
    assert expect_status(ben.get(f"/namespaces/{lab.project['id']}"), 200)["role"] == "guest"


def _outdated(lab: Lab, max_: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    past = datetime.now(UTC) - timedelta(days=31)
    monkeypatch.setattr(timestamps, "now", lambda: past)
    invite(lab.owner, lab)
    monkeypatch.undo()


def _maker_left(lab: Lab, max_: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    invite(max_, lab)
    member = expect_status(max_.get("/me"), 200)["id"]
    assert lab.owner.call("DELETE", f"/namespaces/{lab.project['id']}/members/{member}").status == 204


def _maker_has_a_lower_role(lab: Lab, max_: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    invite(max_, lab, role="maintainer")
    grant(lab.owner, lab.project["id"], max_, "analyst")


@pytest.mark.parametrize("case", [_outdated, _maker_left, _maker_has_a_lower_role])
def test_an_invitation_that_could_not_be_made_today_makes_no_member(
    lab: Lab, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, case: Callable[..., None]
) -> None:
    max_, ben = sign_in("max@example.org"), sign_in(BEN)
    grant(lab.owner, lab.project["id"], max_, "maintainer")
    case(lab, max_, monkeypatch)
    expect_status(ben.get("/me"), 200)
    assert status_of_project(ben, lab) == 404
    assert invited(lab) == []


def test_an_invitation_neither_exceeds_nor_outlasts_the_role_of_its_maker(lab: Lab, sign_in: SignIn) -> None:
    max_ = sign_in("max@example.org")
    path = f"/namespaces/{lab.project['id']}/invitations"
    grant(lab.owner, lab.project["id"], max_, "maintainer", "2098-01-01T00:00:00.000Z")
    assert max_.post(path, {"email": BEN, "role": "owner"}).status == 403
    assert max_.post(path, {"email": BEN, "role": "guest"}).body["type"].endswith("outlasts-own-role")
    invite(max_, lab, role="guest", expires_at="2097-01-01T00:00:00Z")
    owners = invite(lab.owner, lab, "owner@example.org", "owner")
    assert max_.call("DELETE", f"{path}/{owners['id']}").status == 403


def test_members_are_not_invited_again(lab: Lab, sign_in: SignIn) -> None:
    ben = sign_in(BEN)
    grant(lab.owner, lab.project["id"], ben, "guest")
    refused = lab.owner.post(f"/namespaces/{lab.project['id']}/invitations", {"email": BEN, "role": "analyst"})
    assert (refused.status, refused.body["type"].rpartition("/")[2]) == (409, "already-member")


def test_a_role_that_a_person_has_meanwhile_is_kept(lab: Lab, sign_in: SignIn) -> None:
    invite(lab.owner, lab, role="guest")
    ben = sign_in("other@example.org")
    user_id = expect_status(ben.get("/me"), 200)["id"]
    grant(lab.owner, lab.project["id"], ben, "maintainer")
    (invitation,) = invitations.of_address(BEN)
    assert not invitations.accept(invitation, user_id)
    assert memberships.role_of(user_id, [lab.project["id"]]) is Role.MAINTAINER


def test_simultaneous_requests_of_an_invited_person_all_succeed(lab: Lab, sign_in: SignIn) -> None:
    invite(lab.owner, lab)
    ben = sign_in(BEN)
    with ThreadPoolExecutor(4) as pool:
        assert [reply.status for reply in pool.map(ben.get, ["/me"] * 4)] == [200] * 4
    assert expect_status(ben.get(f"/namespaces/{lab.project['id']}"), 200)["role"] == "analyst"


@pytest.mark.parametrize("email", ["", "ben", "ben@", "@example.org", "a b@example.org", f"{'a' * 320}@b", 5, None])
def test_what_is_no_address_is_refused(lab: Lab, email: Any) -> None:
    refused = lab.owner.post(f"/namespaces/{lab.project['id']}/invitations", {"email": email, "role": "guest"})
    assert (refused.status, [error["pointer"] for error in refused.body["errors"]]) == (422, ["/email"])


def test_invitations_are_limited(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.catalog.namespaces.sharing.MAX_INVITATIONS", 1)
    invite(lab.owner, lab)
    invite(lab.owner, lab, role="guest")
    refused = lab.owner.post(f"/namespaces/{lab.project['id']}/invitations", {"email": "c@d.e", "role": "guest"})
    assert refused.body["type"].endswith("too-many-invitations")
