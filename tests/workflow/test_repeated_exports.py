"""Exports that are created again, also from ones that are gone."""

from typing import Any

import pytest

from chalicelib import aws
from chalicelib.exports.storage import request_key
from chalicelib.settings import settings
from tests.harness import Person, Reply, expect_status
from tests.lab import grant, new_sample
from tests.workflow.clean_up import clean_up
from tests.workflow.state_machine import run
from tests.workflow.steps import create, objects_of
from tests.workflow.test_sample_exports import archive_of


def slug(reply: Reply) -> tuple[int, str]:
    return reply.status, reply.body["type"].rsplit("/", 1)[1]


def again(ana: Person, export_id: str) -> Any:
    return expect_status(ana.post(f"/exports/{export_id}/repeat"), 202)


def test_the_same_export_is_created_while_it_is_there_and_after_it_is_gone(ana: Person, project: str) -> None:
    objects_of(ana, project, {"a.txt": 10, "b.txt": 20})
    export = create(ana, project, name="Éclosion", email_notification=True)
    assert run(export)[-2] == "ready"
    first = expect_status(ana.get(f"/exports/{export['id']}"), 200)
    second = again(ana, export["id"])
    assert ana.call("DELETE", f"/exports/{export['id']}").status == 204
    clean_up()
    assert slug(ana.get(f"/exports/{export['id']}")) == (410, "gone")
    third = again(ana, export["id"])
    for made in (second, third):
        assert run(made)[-2] == "ready"
        done = expect_status(ana.get(f"/exports/{made['id']}"), 200)
        for member in ("name", "type", "parameters", "email_notification"):
            assert done[member] == first[member]
        assert done["id"] != export["id"]
        names = {name.rsplit("/", 1)[-1] for name in archive_of(ana, made["id"]).namelist() if "/" in name}
        assert names == {"a.txt", "b.txt"}


def test_a_selection_is_evaluated_again(ana: Person, project: str) -> None:
    new_sample(ana, {"id": project}, "First", {"country": "Canada"})
    body = {
        "type": "linelist",
        "namespace_id": project,
        "selection": {
            "all": True,
            "filters": [{"column": "metadata.country", "operator": "is", "values": ["canada"]}],
        },
        "metadata_fields": ["country"],
        "linelist_format": "csv",
    }
    export = expect_status(ana.post("/exports", body), 202)
    run(export)
    new_sample(ana, {"id": project}, "Second", {"country": "Canada"})
    repeated = again(ana, export["id"])
    run(repeated)
    assert expect_status(ana.get(f"/exports/{export['id']}"), 200)["parameters"]["sample_count"] == 1
    assert expect_status(ana.get(f"/exports/{repeated['id']}"), 200)["parameters"]["sample_count"] == 2


@pytest.mark.parametrize(
    "body", [None, {}, b"", b"{", b"\xff", b"[" * 10_000], ids=["none", "object", "empty", "cut", "not-text", "deep"]
)
def test_the_same_key_creates_one_whatever_the_body_is(ana: Person, project: str, body: Any) -> None:
    objects_of(ana, project, {"a.txt": 10})
    export = create(ana, project)
    key = {"Idempotency-Key": "again-1"}
    path = f"/exports/{export['id']}/repeat"
    made = {expect_status(ana.call("POST", path, body, **key), 202)["id"] for _ in range(2)}
    assert len(made) == 1


def test_only_the_owner_and_only_with_the_right(ana: Person, project: str, sign_in: Any) -> None:
    objects_of(ana, project, {"a.txt": 10})
    ben = sign_in("ben@example.org")
    assert slug(ben.post(f"/exports/{create(ana, project)['id']}/repeat")) == (404, "not-found")
    assert slug(ben.post("/exports/nothing/repeat")) == (404, "not-found")
    grant(ana, project, ben, "analyst")
    export = create(ben, project)
    grant(ana, project, ben, "guest")
    assert slug(ben.post(f"/exports/{export['id']}/repeat")) == (403, "right-lost")


def test_a_request_that_is_no_longer_stored_is_reported(ana: Person, project: str) -> None:
    objects_of(ana, project, {"a.txt": 10})
    export = create(ana, project)
    aws.s3().delete_object(Bucket=settings().work_bucket, Key=request_key(export["id"]))
    assert slug(ana.post(f"/exports/{export['id']}/repeat")) == (409, "request-expired")
