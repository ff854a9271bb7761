"""Workflow executions: what is accepted, who sees and changes them, how they are listed, and their outputs."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chalicelib import aws, tables
from chalicelib.catalog.runs import outputs as run_outputs
from chalicelib.catalog.runs import queries as run_queries
from chalicelib.catalog.runs import repository as workflow_executions
from chalicelib.catalog.runs.states import FINAL, RunState, may_become
from tests.harness import Person, expect_status, upload
from tests.lab import Lab, Record, bind_source, grant, new_lab, new_sample

SignIn = Callable[..., Person]
ROLES = ("guest", "uploader", "analyst", "maintainer", "owner")


@pytest.fixture
def ana(sign_in: SignIn) -> Person:
    return sign_in("ana@example.org")


@pytest.fixture
def lab(ana: Person) -> Lab:
    lab = new_lab(ana, "P", "Q")
    return replace(lab, samples=tuple(new_sample(ana, lab.project, name) for name in ("one", "two")))


@pytest.fixture
def foreign(ana: Person, lab: Lab) -> Record:
    """A sample of another project."""
    return new_sample(ana, lab.projects[1], "foreign")


def run(lab: Lab, **changes: Any) -> dict[str, Any]:
    return {
        "name": "Assembly",
        "workflow": {"name": "phac-nml/mikrokondo", "version": "0.9.0"},
        "state": "initial",
        "namespace_id": lab.project["id"],
        "automated": False,
        "shared_with_namespace": False,
        "samples": [{"sample_id": sample["id"], "samplesheet": {"sample": sample["puid"]}} for sample in lab.samples],
        **changes,
    }


def put(key: str, body: bytes = b"ACGT", bucket: str = "test-catalog") -> str:
    aws.s3().put_object(Bucket=bucket, Key=key, Body=body)
    return f"s3://{bucket}/{key}"


def slug(answer: Any) -> str:
    found: str = answer.body["type"].rsplit("/", 1)[-1]
    return found


def test_a_run_is_created_and_shown_with_its_samplesheet(ana: Person, lab: Lab) -> None:
    first, two = lab.samples
    sheet = {"sample": first["puid"], "sample_name": "One", "depth": 12.5, "fastq_2": None}
    body = run(lab, samples=[{"sample_id": two["puid"]}, {"sample_id": first["id"], "samplesheet": sheet}])
    answer = ana.post("/workflow-executions", body)
    created = expect_status(answer)
    assert answer.headers["Location"] == f"https://seqport.test/api/v1/workflow-executions/{created['id']}"
    assert {**created, "id": "", "created_at": "", "updated_at": ""} == {
        "id": "",
        "name": "Assembly",
        "workflow": {"name": "phac-nml/mikrokondo", "version": "0.9.0"},
        "state": "initial",
        "namespace_id": lab.project["id"],
        "automated": False,
        "shared_with_namespace": False,
        "submitter_id": ana.get("/me").body["id"],
        "sample_count": 2,
        "created_at": "",
        "updated_at": "",
    }
    nothing = {"output_count": 0, "outputs": []}
    assert expect_status(ana.get(f"/workflow-executions/{created['id']}"), 200) == {
        **created,
        **nothing,
        "samples": [
            {
                "sample_id": two["id"],
                "puid": two["puid"],
                "name": "two",
                "deleted": False,
                "samplesheet": {},
                **nothing,
            },
            {
                "sample_id": first["id"],
                "puid": first["puid"],
                "name": "one",
                "deleted": False,
                "samplesheet": sheet,
                **nothing,
            },
        ],
        "next_cursor": None,
    }


def test_the_name_of_a_deleted_sample_survives_in_the_samplesheet(ana: Person, lab: Lab) -> None:
    first, two = lab.samples
    rows = [
        {"sample_id": first["id"], "samplesheet": {"sample_name": "Once"}},
        {"sample_id": two["id"], "samplesheet": {"sample_name": " "}},
    ]
    made_run = expect_status(ana.post("/workflow-executions", run(lab, samples=rows)))
    for sample in lab.samples:
        assert ana.call("DELETE", f"/samples/{sample['id']}").status == 204
    shown = expect_status(ana.get(f"/workflow-executions/{made_run['id']}"), 200)["samples"]
    assert [(row["name"], row["deleted"], row["puid"]) for row in shown] == [
        ("Once", True, first["puid"]),
        (None, True, two["puid"]),
    ]
    uri = put(f"runs/{made_run['id']}/late.txt")
    late = {"s3_uri": uri, "sample_id": two["puid"]}
    expect_status(ana.post(f"/workflow-executions/{made_run['id']}/outputs/register", late))


REFUSALS: list[tuple[dict[str, Any], list[str]]] = [
    ({"workflow": {"name": "x"}}, ["/workflow/version"]),
    ({"state": "done"}, ["/state"]),
    ({"name": "a\nb"}, ["/name"]),
    ({"automated": "yes", "colour": 1}, ["/automated", "/colour"]),
    ({"samples": [{"sample_id": "x", "samplesheet": {"a": [1]}}]}, ["/samples/0/samplesheet/a"]),
    ({"samples": [{"sample_id": "x"}] * 1001}, ["/samples"]),
]


@pytest.mark.parametrize(("changes", "pointers"), REFUSALS)
def test_each_broken_rule_is_named(ana: Person, lab: Lab, changes: dict[str, Any], pointers: list[str]) -> None:
    answer = ana.post("/workflow-executions", run(lab, **changes))
    assert answer.status == 422
    assert sorted(row["pointer"] for row in answer.body["errors"]) == pointers


def test_unknown_duplicate_and_oversized_samples_each_get_an_error(ana: Person, lab: Lab, foreign: Record) -> None:
    sample = lab.samples[0]
    rows = [
        {"sample_id": sample["id"]},
        {"sample_id": "nothing"},
        {"sample_id": foreign["id"]},
        {"sample_id": sample["puid"]},
        {"sample_id": lab.samples[1]["id"], "samplesheet": {"a": "x" * 20_000}},
    ]
    answer = ana.post("/workflow-executions", run(lab, samples=rows))
    assert (answer.status, [row["pointer"] for row in answer.body["errors"]]) == (
        422,
        [
            "/samples/1/sample_id",
            "/samples/2/sample_id",
            "/samples/3/sample_id",
            "/samples/4/samplesheet",
        ],
    )
    expect_status(ana.post("/workflow-executions", run(lab, namespace_id=lab.group["puid"], samples=rows[2:3])))


@pytest.mark.parametrize(("role", "status"), [(None, 404), ("guest", 403), ("uploader", 403), ("analyst", 201)])
def test_creation_requires_an_analyst(ana: Person, lab: Lab, sign_in: SignIn, role: str | None, status: int) -> None:
    bob = sign_in("bob@example.org")
    if role:
        grant(ana, lab.group["id"], bob, role)
    assert bob.post("/workflow-executions", run(lab)).status == status


def test_states_only_move_forward(ana: Person, lab: Lab) -> None:
    first = expect_status(ana.post("/workflow-executions", run(lab)))
    path = f"/workflow-executions/{first['id']}"

    def patch(state: str) -> int:
        return ana.call("PATCH", path, {"state": state}).status

    assert [patch(state) for state in ("submitted", "submitted", "prepared", "running", "completed", "completed")] == [
        200,
        200,
        409,
        200,
        200,
        200,
    ]
    refused = ana.call("PATCH", path, {"state": "error"})
    assert (refused.status, slug(refused)) == (409, "state-not-possible")
    assert refused.body["detail"] == "An execution can't change from completed to error."
    assert expect_status(ana.get(path), 200)["state"] == "completed"
    assert patch("lost") == 422
    assert [row["state"] for row in expect_status(ana.get("/workflow-executions"), 200)["items"]] == ["completed"]


def test_every_transition_between_states() -> None:
    forward = ["initial", "prepared", "submitted", "running", "completing", "canceling"]
    for i, present in enumerate(forward):
        allowed = {present, *forward[i:], "completed", "error", "canceled"}
        assert {wanted.value for wanted in RunState if may_become(RunState(present), wanted)} == allowed
    for final in FINAL:
        assert {wanted for wanted in RunState if may_become(final, wanted)} == {final}


def test_members_see_automated_and_shared_runs_only(ana: Person, lab: Lab, sign_in: SignIn) -> None:
    bob = sign_in("bob@example.org")
    grant(ana, lab.project["id"], bob, "guest")
    bodies: dict[str, dict[str, Any]] = {
        "private": {},
        "automated": {"automated": True},
        "shared": {"shared_with_namespace": True},
        "elsewhere": {"automated": True, "namespace_id": lab.projects[1]["id"], "samples": []},
        "group's": {"shared_with_namespace": True, "namespace_id": lab.group["id"]},
        "group's automated": {"automated": True, "namespace_id": lab.group["id"]},
    }
    ids = {
        name: expect_status(ana.post("/workflow-executions", run(lab, name=name, **more)))["id"]
        for name, more in bodies.items()
    }
    assert {name for name, id_ in ids.items() if bob.get(f"/workflow-executions/{id_}").status == 200} == {
        "automated",
        "shared",
    }
    hidden, nothing = bob.get(f"/workflow-executions/{ids['private']}"), bob.get("/workflow-executions/nothing")
    assert (hidden.status, hidden.body) == (nothing.status, nothing.body)

    def names(person: Person, path: str) -> list[str]:
        return sorted(row["name"] for row in expect_status(person.get(path), 200)["items"])

    assert names(bob, f"/namespaces/{lab.project['puid']}/workflow-executions") == ["automated", "shared"]
    assert names(ana, f"/namespaces/{lab.group['id']}/workflow-executions") == ["group's"]
    assert names(ana, "/workflow-executions") == sorted(bodies)
    assert names(bob, "/workflow-executions") == []
    assert bob.get(f"/namespaces/{lab.projects[1]['id']}/workflow-executions").status == 404


def test_who_may_report_and_register(ana: Person, lab: Lab, sign_in: SignIn) -> None:
    bob, eve = sign_in("bob@example.org"), sign_in("eve@example.org")
    member = f"/namespaces/{lab.project['id']}/members/{eve.get('/me').body['id']}"
    grant(ana, lab.project["id"], eve, "analyst")
    shared = expect_status(eve.post("/workflow-executions", run(lab, shared_with_namespace=True)))["id"]
    private = expect_status(eve.post("/workflow-executions", run(lab)))["id"]
    uris = {run_id: put(f"runs/{run_id}/a.txt") for run_id in (shared, private)}

    def statuses(person: Person, run_id: str) -> tuple[int, int]:
        path = f"/workflow-executions/{run_id}"
        return (
            person.call("PATCH", path, {"state": "running"}).status,
            person.post(f"{path}/outputs/register", {"s3_uri": uris[run_id]}).status,
        )

    for role in ROLES:
        grant(ana, lab.project["id"], bob, role)
        assert statuses(bob, shared) == ((200, 201) if ROLES.index(role) >= 2 else (403, 403)), role
        assert statuses(bob, private) == (404, 404)
    assert statuses(eve, private) == statuses(eve, shared) == (200, 201)
    expect_status(ana.call("DELETE", member), 204)
    # Users who left the project lose access to what they submitted there.
    assert statuses(eve, private) == statuses(eve, shared) == (404, 404)
    assert eve.get(f"/workflow-executions/{private}").status == 404
    assert expect_status(eve.get("/workflow-executions"), 200)["total"] == 0
    export_request = {"type": "analysis", "analysis_type": "user", "workflow_execution_ids": [private]}
    assert eve.post("/exports", export_request).status == eve.post("/exports/estimate", export_request).status == 422


def test_an_object_is_one_output_however_often_it_is_registered(ana: Person, lab: Lab) -> None:
    first = expect_status(ana.post("/workflow-executions", run(lab)))["id"]
    register = f"/workflow-executions/{first}/outputs/register"
    uri = put(f"runs/{first}/summary.txt.gz", b"all is well")
    output = expect_status(ana.post(register, {"s3_uri": uri, "puid": "INXT_ATT_AAAAAAAAAA"}))
    assert {**output, "id": "", "created_at": ""} == {
        "id": "",
        "puid": "INXT_ATT_AAAAAAAAAA",
        "filename": "summary.txt.gz",
        "format": "text",
        "size": 11,
        "created_at": "",
        "checksums": {},
        "s3_uri": uri,
    }
    again = expect_status(ana.post(register, {"s3_uri": uri, "filename": "other.txt", "puid": "INXT_ATT_BBBBBBBBBB"}))
    assert again == output
    of_sample = expect_status(ana.post(register, {"s3_uri": uri, "sample_id": lab.samples[0]["puid"]}))
    assert of_sample["id"] != output["id"]
    put(f"runs/{first}/summary.txt.gz", b"all is very well")
    changed = expect_status(ana.post(register, {"s3_uri": uri}))
    assert changed == {**output, "size": 16}
    shown = expect_status(ana.get(f"/workflow-executions/{first}"), 200)
    assert (shown["output_count"], shown["outputs"]) == (1, [changed])
    assert [(row["puid"], row["outputs"]) for row in shown["samples"]] == [
        (lab.samples[0]["puid"], [of_sample]),
        (lab.samples[1]["puid"], []),
    ]


def test_invalid_registrations_are_refused(ana: Person, lab: Lab, sign_in: SignIn, foreign: Record) -> None:
    first, second = (expect_status(ana.post("/workflow-executions", run(lab)))["id"] for _ in range(2))
    register = f"/workflow-executions/{first}/outputs/register"
    aws.s3().create_bucket(Bucket="bound")
    own, theirs = put(f"runs/{first}/a.txt"), put(f"runs/{second}/a.txt")
    bound, secret = put("out/a b.pdf", bucket="bound"), put("secret/a.pdf", bucket="bound")
    bind_source(lab.group["id"], "bound", "out")
    for uri in (theirs, secret, f"s3://test-catalog/runs/{first}/missing.txt", f"s3://test-catalog/runs/{first}/../x"):
        answer = ana.post(register, {"s3_uri": uri})
        assert (answer.status, slug(answer)) == (422, "source-not-allowed"), uri
        assert answer.body["detail"] == "This object does not exist or can't be registered here."
    assert expect_status(ana.post(register, {"s3_uri": bound}))["filename"] == "a b.pdf"
    file = upload(ana, lab.samples[0]["id"], "mine.txt")
    expect_status(ana.post(register, {"s3_uri": file["s3_uri"], "filename": "mine.txt"}))
    taken = ana.post(register, {"s3_uri": own, "puid": file["puid"]})
    assert (taken.status, slug(taken)) == (409, "puid-taken")
    wrong = ana.post(register, {"s3_uri": own, "sample_id": foreign["id"]})
    assert [row["pointer"] for row in wrong.body["errors"]] == ["/sample_id"]
    assert ana.post(register, {"s3_uri": own, "puid": "X"}).status == 422


def test_lists_are_sorted_searched_filtered_and_paged(ana: Person, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        ("Gamma ray", "completed"),
        ("alpha", "running"),
        (None, "error"),
        ("Beta", "completed"),
        ("delta", "initial"),
    ]
    ids = [
        expect_status(ana.post("/workflow-executions", run(lab, name=name, state=state, automated=True)))["id"]
        for name, state in rows
    ]

    def names(query: str) -> list[str | None]:
        found: list[str | None] = []
        cursor = ""
        while True:
            page = expect_status(
                ana.get(f"/namespaces/{lab.project['id']}/workflow-executions?limit=2&{query}{cursor}"), 200
            )
            found += [row["name"] for row in page["items"]]
            if page["next_cursor"] is None:
                assert page["total"] == len(found)
                assert "total_is_exact" not in page
                return found
            cursor = f"&cursor={page['next_cursor']}"

    created = [name for name, _ in rows]
    assert names("") == created[::-1]
    assert names("sort=created_at") == created
    assert names("sort=name") == [None, "alpha", "Beta", "delta", "Gamma ray"]
    assert names("sort=-name") == ["Gamma ray", "delta", "Beta", "alpha", None]
    assert names("sort=state") == ["Gamma ray", "Beta", None, "delta", "alpha"]
    assert names("state=completed") == ["Beta", "Gamma ray"]
    assert names("state=completed&q=ray") == names("q=RAY") == names(f"q={ids[0][:13]}") == ["Gamma ray"]
    expect_status(ana.call("PATCH", f"/workflow-executions/{ids[1]}", {"state": "completed"}), 200)
    assert names("sort=-updated_at")[0] == "alpha"
    assert names("state=running") == []
    assert names("state=completed&sort=name") == ["alpha", "Beta", "Gamma ray"]
    assert ana.get("/workflow-executions?state=done").status == 400
    cursor = expect_status(ana.get("/workflow-executions?limit=1&state=error"), 200)["next_cursor"]
    assert cursor is None
    cursor = expect_status(ana.get("/workflow-executions?limit=1&state=completed"), 200)["next_cursor"]
    assert ana.get(f"/workflow-executions?limit=1&state=error&cursor={cursor}").status == 400


def test_a_bounded_search_yields_a_short_page_with_a_cursor(
    ana: Person, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("Gamma ray", "a", "b", "c", "d"):
        expect_status(ana.post("/workflow-executions", run(lab, name=name)))
    monkeypatch.setattr(run_queries, "MAX_ROWS_READ", 2)
    page = expect_status(ana.get("/workflow-executions?q=gamma&limit=3"), 200)
    assert (page["items"], page["total_is_exact"]) == ([], False)
    page = expect_status(ana.get(f"/workflow-executions?q=gamma&limit=3&cursor={page['next_cursor']}"), 200)
    page = expect_status(ana.get(f"/workflow-executions?q=gamma&limit=3&cursor={page['next_cursor']}"), 200)
    assert [row["name"] for row in page["items"]] == ["Gamma ray"]


def test_a_run_too_large_for_one_response_continues_at_its_cursor(
    ana: Person, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.http.views.workflow_executions.MAX_ANSWER", 10)
    first = expect_status(ana.post("/workflow-executions", run(lab)))["id"]
    expect_status(ana.post(f"/workflow-executions/{first}/outputs/register", {"s3_uri": put(f"runs/{first}/a.txt")}))
    pages = [expect_status(ana.get(f"/workflow-executions/{first}"), 200)]
    while pages[-1]["next_cursor"] is not None:
        pages.append(expect_status(ana.get(f"/workflow-executions/{first}?cursor={pages[-1]['next_cursor']}"), 200))
    assert [(len(page["outputs"]), [row["name"] for row in page["samples"]]) for page in pages] == [
        (1, []),
        (0, ["one"]),
        (0, ["two"]),
    ]


def test_the_same_idempotency_key_creates_one_run_and_one_output(ana: Person, lab: Lab) -> None:
    runs = [
        expect_status(ana.call("POST", "/workflow-executions", run(lab), **{"Idempotency-Key": "r"})) for _ in range(2)
    ]
    assert runs[0] == runs[1]
    assert expect_status(ana.get("/workflow-executions"), 200)["total"] == 1
    path, body = (
        f"/workflow-executions/{runs[0]['id']}/outputs/register",
        {"s3_uri": put(f"runs/{runs[0]['id']}/a.txt")},
    )
    outputs = [expect_status(ana.call("POST", path, body, **{"Idempotency-Key": "o"})) for _ in range(2)]
    assert outputs[0] == outputs[1]


def test_an_interrupted_creation_of_a_run_is_completed_by_repeating_the_request(
    ana: Person, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_off(*_: Any, **__: Any) -> None:
        raise RuntimeError("the service ends here")

    with monkeypatch.context() as patched:
        patched.setattr(workflow_executions, "transact_write", cut_off)
        assert ana.call("POST", "/workflow-executions", run(lab), **{"Idempotency-Key": "r"}).status == 500
    assert expect_status(ana.get("/workflow-executions"), 200)["total"] == 0
    done = expect_status(ana.call("POST", "/workflow-executions", run(lab), **{"Idempotency-Key": "r"}))
    assert len(expect_status(ana.get(f"/workflow-executions/{done['id']}"), 200)["samples"]) == 2


def test_simultaneous_registrations_get_the_same_output(ana: Person, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    first = expect_status(ana.post("/workflow-executions", run(lab)))["id"]
    path = f"/workflow-executions/{first}/outputs/register"
    body = {"s3_uri": put(f"runs/{first}/a.txt"), "puid": "INXT_ATT_AAAAAAAAAA"}
    look = run_outputs._known
    concurrent: list[Any] = []

    def looked(*place: Any) -> Any:
        found = look(*place)
        if not concurrent:  # after the one has looked, and before it writes, the other does it all
            concurrent.append(None)
            concurrent[0] = expect_status(ana.post(path, body))
        return found

    monkeypatch.setattr(run_outputs, "_known", looked)
    assert [expect_status(ana.post(path, body))] == concurrent
    assert expect_status(ana.get(f"/workflow-executions/{first}"), 200)["output_count"] == 1


def test_concurrent_state_updates_are_validated_against_the_latest_state(
    ana: Person, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = expect_status(ana.post("/workflow-executions", run(lab)))["id"]
    path = f"/workflow-executions/{first}"
    write, states = tables.transact_write, ["submitted", "completed"]

    def meets(*args: Any, **more: Any) -> None:
        if states:
            wanted = states.pop(0)
            monkeypatch.setattr(workflow_executions, "transact_write", write)
            expect_status(ana.call("PATCH", path, {"state": wanted}), 200)
            monkeypatch.setattr(workflow_executions, "transact_write", meets)
        write(*args, **more)

    monkeypatch.setattr(workflow_executions, "transact_write", meets)
    refused = ana.call("PATCH", path, {"state": "running"})
    assert (refused.status, slug(refused)) == (409, "state-not-possible")
    assert expect_status(ana.get(path), 200)["state"] == "completed"


def test_the_first_outputs_are_shown_and_all_are_counted(
    ana: Person, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.http.schemas.workflow_executions.MAX_OUTPUTS", 1)
    first = expect_status(ana.post("/workflow-executions", run(lab)))["id"]
    for name in ("b.txt", "a.txt"):
        uri = put(f"runs/{first}/{name}")
        expect_status(ana.post(f"/workflow-executions/{first}/outputs/register", {"s3_uri": uri}))
    shown = expect_status(ana.get(f"/workflow-executions/{first}"), 200)
    assert (shown["output_count"], [output["filename"] for output in shown["outputs"]]) == (2, ["b.txt"])
