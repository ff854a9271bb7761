"""Which exports of workflow executions are accepted, and the missing prerequisite of refused ones."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.exports.types import analysis
from chalicelib.settings import settings
from tests.harness import Person, expect_status
from tests.lab import Lab, Record, grant, new_lab, new_run, register_output

SignIn = Callable[..., Person]


@pytest.fixture
def ana(sign_in: SignIn) -> Person:
    return sign_in("ana@example.org")


@pytest.fixture
def eve(sign_in: SignIn) -> Person:
    return sign_in("eve@example.org")


@pytest.fixture
def lab(ana: Person, eve: Person) -> Lab:
    """A group, two projects in it, and Ana's runs of every kind, each with an output but `empty`; a run of Eve's."""
    lab = new_lab(ana, "project", "other")
    grant(ana, lab.group["id"], eve, "analyst")
    kinds: dict[str, tuple[Record, dict[str, Any]]] = {
        "private": (lab.project, {}),
        "automated": (lab.project, {"automated": True}),
        "shared": (lab.project, {"shared_with_namespace": True}),
        "other's": (lab.projects[1], {"automated": True}),
        "group's": (lab.group, {"shared_with_namespace": True}),
        "running": (lab.project, {"automated": True, "state": "running"}),
        "failed": (lab.project, {"automated": True, "state": "error"}),
        "empty": (lab.project, {"automated": True}),
    }
    runs = {name: str(new_run(ana, namespace, **more)["id"]) for name, (namespace, more) in kinds.items()}
    for name in kinds.keys() - {"empty"}:
        register_output(ana, runs[name], "summary.txt.gz", b"abc")
    runs["eve's"] = new_run(eve, lab.project)["id"]
    register_output(eve, runs["eve's"], "a.txt", b"abc")
    return replace(lab, runs=runs)


def export_body(lab: Lab, kind: str, names: list[str], **more: Any) -> dict[str, Any]:
    place = {} if kind == "user" else {"namespace_id": lab.id_of(kind)}
    ids = [lab.id_of(name) for name in names]
    return {"type": "analysis", "analysis_type": kind, "workflow_execution_ids": ids, **place, **more}


ACCEPTED = [
    ("user", ["private"]),
    ("user", ["private", "automated", "group's", "empty"]),
    ("project", ["automated"]),
    ("project", ["shared", "automated", "empty"]),
    ("group", ["group's"]),
]


def test_completed_runs_of_one_namespace_are_exported(ana: Person, lab: Lab) -> None:
    for kind, names in ACCEPTED:
        body = export_body(lab, kind, [*names, names[0]])
        result = expect_status(ana.post("/exports/estimate", body), 200)
        count = len([name for name in names if name != "empty"])
        assert (result["samples"], result["files"], result["bytes"], result["exact"]) == (0, count, 3 * count, True)
        assert result["by_format"] == {"text": {"files": count, "bytes": 3 * count}}
        export = expect_status(ana.post("/exports", body), 202)
        assert (export["type"], export["status"]) == ("analysis", "processing")
        assert export["parameters"] == {
            "namespace_id": None if kind == "user" else lab.id_of(kind),
            "analysis_type": kind,
            "workflow_execution_count": len(names),
            "packaging": "archive",
            "layout": "flat",
        }
        assert expect_status(ana.get(f"/exports/{export['id']}"), 200) == export
    assert expect_status(ana.get("/exports?type=analysis"), 200)["total"] == len(ACCEPTED)
    assert expect_status(ana.get("/exports?type=sample"), 200)["items"] == []


REFUSED: list[tuple[str, list[str], str, list[int]]] = [
    ("user", [], "no-workflow-execution", []),
    ("user", ["private", "running", "failed"], "not-completed", [1, 2]),
    ("user", ["eve's", "private", "nothing", ""], "workflow-execution-not-found", [0, 2, 3]),
    ("user", ["eve's", "running"], "invalid", [0, 1]),
    ("user", ["empty"], "no-output", []),
    ("project", ["private", "automated", "other's", "group's"], "workflow-execution-not-found", [0, 2, 3]),
    ("project", ["running", "automated"], "not-completed", [0]),
    ("group", ["automated", "group's", "shared"], "workflow-execution-not-found", [0, 2]),
]


def test_each_unmet_requirement_is_named(ana: Person, lab: Lab) -> None:
    for kind, names, slug, positions in REFUSED:
        body = export_body(lab, kind, names)
        answer = ana.post("/exports", body)
        pointers = [f"/workflow_execution_ids/{position}" for position in positions] or ["/workflow_execution_ids"]
        assert (answer.status, answer.body["type"].rsplit("/", 1)[-1]) == (422, slug), names
        assert [row["pointer"] for row in answer.body["errors"]] == pointers
        if slug != "no-output":
            assert ana.post("/exports/estimate", body).body == answer.body
    assert expect_status(ana.get("/exports"), 200)["total"] == 0


BROKEN: list[tuple[dict[str, Any], list[str]]] = [
    ({"namespace_id": None}, ["/namespace_id"]),
    ({"analysis_type": "group"}, ["/namespace_id"]),
    ({"analysis_type": "user"}, ["/namespace_id"]),
    ({"analysis_type": "lab"}, ["/analysis_type"]),
    ({"analysis_type": "user", "workflow_execution_ids": []}, ["/namespace_id", "/workflow_execution_ids"]),
    ({"file_formats": ["text"], "name": "a\nb"}, ["/file_formats", "/name"]),
    ({"workflow_execution_ids": ["x"] * 5_001}, ["/workflow_execution_ids"]),
]


def test_each_broken_rule_is_named(ana: Person, lab: Lab) -> None:
    for changes, pointers in BROKEN:
        body = {**export_body(lab, "project", ["automated"]), **changes}
        answer = ana.post("/exports", {key: value for key, value in body.items() if value is not None})
        assert answer.status == 422
        assert sorted(row["pointer"] for row in answer.body["errors"]) == pointers


def test_refusals_do_not_reveal_what_exists(ana: Person, eve: Person, lab: Lab) -> None:
    answer = eve.post("/exports", export_body(lab, "user", ["running", "private", "nothing"]))
    assert len({row["detail"] for row in answer.body["errors"]}) == 1
    french = eve.call("POST", "/exports", export_body(lab, "user", ["private"]), **{"Accept-Language": "fr"})
    assert french.body["detail"].startswith("Cette exécution de flux de travail n’existe pas ici")


def test_exports_of_a_project_or_group_require_an_analyst(ana: Person, lab: Lab, sign_in: SignIn) -> None:
    bob = sign_in("bob@example.org")
    member = f"/namespaces/{lab.group['id']}/members/{bob.get('/me').body['id']}"
    for role, status in ((None, 404), ("guest", 403), ("uploader", 403), ("analyst", 202)):
        if role:
            expect_status(ana.call("PUT", member, {"role": role}), 200)
        for kind, name in (("project", "automated"), ("group", "group's")):
            assert bob.post("/exports", export_body(lab, kind, [name])).status == status
            assert bob.post("/exports/estimate", export_body(lab, kind, [name])).status == (
                200 if status == 202 else status
            )
        assert bob.post("/exports", export_body(lab, "user", ["automated"])).status == 422
        # Who may not know of a namespace does not learn what it is either.
        wrong = bob.post("/exports", {**export_body(lab, "group", ["group's"]), "analysis_type": "project"})
        assert wrong.status == (422 if status == 202 else status)


def test_exceeded_limit_is_named_with_limit_and_value(ana: Person, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    body = export_body(lab, "project", ["automated", "shared"])
    for limit, value in (("MAX_EXPORT_FILES", "1"), ("MAX_EXPORT_BYTES", "5")):
        with monkeypatch.context() as patched:
            patched.setenv(limit, value)
            settings.cache_clear()
            answer = ana.post("/exports", body)
            assert (answer.status, answer.body["type"].rsplit("/", 1)[-1]) == (422, "limit-exceeded")
            assert f"the limit is {value}" in answer.body["errors"][0]["detail"]
            result = expect_status(ana.post("/exports/estimate", body), 200)
            assert result["exceeds"] == [limit.removeprefix("MAX_EXPORT_").lower()]


def test_large_estimates_of_runs_are_extrapolated_from_a_sample(
    ana: Person, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(analysis, "MAX_SAMPLED", 1)
    result = expect_status(
        ana.post("/exports/estimate", export_body(lab, "project", ["automated", "shared", "empty"])), 200
    )
    assert (result["files"], result["bytes"], result["exact"]) == (3, 9, False)
    expect_status(ana.post("/exports", export_body(lab, "project", ["empty", "automated"])), 202)
