"""Every route, requested by every role, for their own, another's and non-existent resources: over HTTP, deployed.

The table says which role a route needs; the statuses follow from it, and from the ways by which somebody can have a
role. What a user may not see must be indistinguishable from what does not exist.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from infra.demo.api import Api, ApiError
from tests.stack import exports
from tests.stack.local_stack import Running

ROLES = ("guest", "uploader", "analyst", "maintainer", "owner")
WAYS = ("direct", "inherited", "linked", "chained", "expired")
GUEST, UPLOADER, ANALYST, MAINTAINER, OWNER = range(5)


@dataclass(frozen=True)
class Place:
    """Ids of a group, a project in it and its contents (the run is shared); of another laboratory, or invented."""

    group: str
    project: str
    sample: str
    file: str
    pending: str
    run: str
    template: str
    imported: str
    invitation: str
    webhook: str
    delivery: str


@dataclass(frozen=True)
class Somebody:
    """A person and the rank that they have on the project and on the group above it; None: no role."""

    name: str
    api: Api
    id: str
    project: int | None
    group: int | None


@dataclass(frozen=True)
class Case:
    """A route below `/api/v1`, the role that it needs, on the project or the group, and the status of who has it."""

    method: str
    route: str
    least: int
    status: int
    body: Callable[[Place], Any] = lambda _: None
    on: str = "project"
    below: int = 403  # the status of who has too low a role
    deletes: str | None = None  # the resource that it deletes; a new one is created for each request


def name() -> str:
    return f"n{uuid4().hex[:10]}"


def _group(place: Place) -> Any:
    return {"name": "G", "path": name(), "parent_id": place.group}


def _project(place: Place) -> Any:
    return {"name": "P", "path": name(), "group_id": place.group}


def _export(place: Place) -> Any:
    return {"type": "sample", "namespace_id": place.project, "sample_ids": [place.sample], "file_formats": ["text"]}


def _sample_ids(place: Place) -> Any:
    return {"sample_ids": [place.sample]}


def _invitation(_: Place) -> Any:
    return {"email": f"{name()}@example.org", "role": "guest"}


def _template(_: Place) -> Any:
    return {"name": name(), "fields": ["a"]}


def _run(project: str) -> Any:
    workflow = {"name": "w", "version": "1"}
    return {"workflow": workflow, "state": "running", "namespace_id": project, "shared_with_namespace": True}


CASES = [
    Case("GET", "/namespaces/{project}", GUEST, 200),
    Case("GET", "/namespaces/{group}", GUEST, 200, on="group"),
    Case("GET", "/namespaces/{project}/samples", GUEST, 200),
    Case("GET", "/namespaces/{group}/samples", GUEST, 200, on="group"),
    Case("POST", "/namespaces/{project}/samples/query", GUEST, 200, lambda _: {}),
    Case("POST", "/namespaces/{group}/samples/query", GUEST, 200, lambda _: {}, on="group"),
    Case("POST", "/namespaces/{project}/samples/file-counts", GUEST, 200, _sample_ids),
    Case("POST", "/namespaces/{group}/samples/file-counts", GUEST, 200, _sample_ids, on="group"),
    Case("GET", "/namespaces/{project}/members", MAINTAINER, 200),
    Case("PUT", "/namespaces/{project}/members/{member}", MAINTAINER, 200, lambda _: {"role": "guest"}),
    Case("DELETE", "/namespaces/{project}/members/{member}", MAINTAINER, 204),
    Case("GET", "/namespaces/{project}/invitations", MAINTAINER, 200),
    Case("POST", "/namespaces/{project}/invitations", MAINTAINER, 201, _invitation),
    Case("DELETE", "/namespaces/{project}/invitations/{invitation}", MAINTAINER, 204, deletes="invitation"),
    Case("GET", "/namespaces/{project}/links", MAINTAINER, 200),
    Case("GET", "/namespaces/{project}/sources", UPLOADER, 200),
    Case("PUT", "/namespaces/{project}/links/{open}", OWNER, 200, lambda _: {"role": "guest"}),
    Case("DELETE", "/namespaces/{project}/links/{open}", OWNER, 204),
    Case("GET", "/namespaces/{project}/metadata-fields", GUEST, 200),
    Case("GET", "/namespaces/{group}/metadata-fields", GUEST, 200, on="group"),
    Case("GET", "/namespaces/{project}/metadata-templates", GUEST, 200),
    Case("POST", "/namespaces/{project}/metadata-templates", MAINTAINER, 201, _template),
    Case(
        "PATCH",
        "/namespaces/{project}/metadata-templates/{template}",
        MAINTAINER,
        200,
        lambda _: {"fields": ["a"]},
        deletes="template",
    ),
    Case("DELETE", "/namespaces/{project}/metadata-templates/{template}", MAINTAINER, 204, deletes="template"),
    Case("GET", "/namespaces/{project}/export-events", MAINTAINER, 200),
    Case("POST", "/groups", MAINTAINER, 201, _group, on="group"),
    Case("POST", "/projects", MAINTAINER, 201, _project, on="group"),
    Case("POST", "/projects/{project}/samples", UPLOADER, 201, lambda _: {"name": "S"}),
    Case("POST", "/projects/{project}/samples/batch", UPLOADER, 201, lambda _: {"samples": [{"name": "S"}]}),
    Case("POST", "/projects/{project}/import", ANALYST, 200, lambda _: {"samplesheet": "sample\nA\n", "dry_run": True}),
    Case("GET", "/imports/{imported}", MAINTAINER, 200, below=404),
    Case("GET", "/samples/{sample}", GUEST, 200),
    Case("PATCH", "/samples/{sample}", UPLOADER, 200, lambda _: {"description": name()}),
    Case("PATCH", "/samples/{sample}/metadata", UPLOADER, 200, lambda _: {"field": name()}),
    Case("DELETE", "/samples/{sample}", MAINTAINER, 204, deletes="sample"),
    Case("GET", "/samples/{sample}/files", GUEST, 200),
    Case("POST", "/samples/{sample}/files", UPLOADER, 201, lambda _: {"filename": "a.txt", "size": 1}),
    Case("POST", "/samples/{sample}/files/register", UPLOADER, 422, lambda _: {"s3_uri": "s3://elsewhere/a.txt"}),
    Case("GET", "/files/{pending}/upload", UPLOADER, 200),
    Case("POST", "/files/{file}/complete", UPLOADER, 200, lambda _: {"parts": []}),
    Case("PATCH", "/files/{file}", UPLOADER, 200, lambda _: {"paired_with": None}),
    Case("DELETE", "/files/{file}", MAINTAINER, 204, deletes="file"),
    Case("GET", "/namespaces/{project}/workflow-executions", GUEST, 200),
    Case("GET", "/namespaces/{group}/workflow-executions", GUEST, 200, on="group"),
    Case("POST", "/workflow-executions", ANALYST, 201, lambda place: _run(place.project)),
    Case("GET", "/workflow-executions/{run}", GUEST, 200),
    Case("PATCH", "/workflow-executions/{run}", ANALYST, 200, lambda _: {"state": "running"}),
    Case("POST", "/workflow-executions/{run}/complete", ANALYST, 422, lambda _: {"output_uri": "s3://x/y"}),
    Case("GET", "/namespaces/{project}/webhooks", MAINTAINER, 200),
    Case(
        "POST",
        "/namespaces/{group}/webhooks",
        MAINTAINER,
        422,
        lambda _: {"url": "ftp://x", "events": ["export.ready"]},
        on="group",
    ),
    Case("PATCH", "/webhooks/{webhook}", MAINTAINER, 200, lambda _: {"events": ["export.failed"]}, below=404),
    Case("POST", "/webhooks/{webhook}/rotate-secret", MAINTAINER, 200, lambda _: {}, below=404),
    Case("POST", "/webhooks/{webhook}/test", MAINTAINER, 202, lambda _: {}, below=404),
    Case("GET", "/webhooks/{webhook}/deliveries", MAINTAINER, 200, below=404),
    Case("POST", "/webhooks/{webhook}/deliveries/{delivery}/retry", MAINTAINER, 409, lambda _: {}, below=404),
    Case("DELETE", "/webhooks/{webhook}", MAINTAINER, 204, deletes="webhook", below=404),
    Case("POST", "/workflow-executions/{run}/outputs/register", ANALYST, 422, lambda _: {"s3_uri": "s3://x/a.txt"}),
    Case("POST", "/exports", ANALYST, 202, _export),
    Case("POST", "/exports/estimate", ANALYST, 200, _export),
]
# Routes about oneself need no role; those about one's own exports are tested further down.
PERSONAL = {
    "/health",
    "/sign-in",
    "/openapi.json",
    "/me",
    "/me/tokens",
    "/me/tokens/{token_id}",
    "/me/webhooks",
    "/users",
}
OWN_EXPORT = [
    ("GET", "/exports/{}"), ("GET", "/exports/{}/preview"), ("GET", "/exports/{}/warnings"),
    ("GET", "/exports/{}/files"),
    ("POST", "/exports/{}/download"),
    ("GET", "/exports/{}/download"), ("POST", "/exports/{}/retry"), ("POST", "/exports/{}/repeat"),
    ("POST", "/exports/{}/extend"),
    ("GET", "/exports/{}/events"), ("DELETE", "/exports/{}"),
]  # fmt: skip


def answer_to(api: Api, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    try:
        answer = api.call(method, path, body)
    except ApiError as error:
        return error.status, error.problem
    return answer.status, answer.body


def lab(api: Api) -> Place:
    group = api.post("/groups", {"name": "Lab", "path": name()})
    project = api.post("/projects", {"name": "Pro", "path": "pro", "group_id": group["id"]})
    sample = api.post(f"/projects/{project['id']}/samples", {"name": "S"})
    file = exports.upload(api, sample["id"], "a.txt", b"text")
    pending = api.post(f"/samples/{sample['id']}/files", {"filename": "b.txt", "size": 9})
    run = api.post("/workflow-executions", _run(project["id"]))
    template = new_template(api, project["id"])
    imported = api.post(f"/projects/{project['id']}/import", {"samplesheet": "sample\nA\n", "dry_run": False})
    group_id, project_id, sample_id, file_id, pending_id, run_id = (
        item["id"] for item in (group, project, sample, file, pending, run)
    )
    invitation, webhook = new_invitation(api, project["id"]), new_webhook(api, project["id"])
    delivery = api.post(f"/webhooks/{webhook}/test", {})["id"]
    return Place(
        group_id, project_id, sample_id, file_id, pending_id, run_id, template, imported["id"], invitation, webhook,
        delivery,
    )  # fmt: skip


def new_sample(api: Api, project_id: str) -> str:
    return str(api.post(f"/projects/{project_id}/samples", {"name": "to go"})["id"])


def new_template(api: Api, project_id: str) -> str:
    return str(api.post(f"/namespaces/{project_id}/metadata-templates", {"name": name(), "fields": ["a"]})["id"])


def new_file(api: Api, project_id: str) -> str:
    return str(exports.upload(api, new_sample(api, project_id), "c.txt", b"text")["id"])


def new_invitation(api: Api, project_id: str) -> str:
    return str(api.post(f"/namespaces/{project_id}/invitations", {"email": f"{name()}@x.org", "role": "guest"})["id"])


def new_webhook(api: Api, project_id: str) -> str:
    """A webhook whose receiver does not exist."""
    body = {"url": "http://127.0.0.1:9/", "events": ["export.ready"]}
    return str(api.post(f"/namespaces/{project_id}/webhooks", body)["id"])


REPLACEMENTS = {
    "sample": new_sample, "template": new_template, "file": new_file, "invitation": new_invitation,
    "webhook": new_webhook,
}  # fmt: skip


@dataclass(frozen=True)
class World:
    """Two laboratories, one of which the people have their roles in."""

    olga: Api
    own: Place
    others: Place
    nobodys: Place
    open: str
    member: str
    people: list[Somebody]


@pytest.fixture(scope="module")
def world(stack: Running) -> World:
    olga, eve = stack.person("olga@example.org"), stack.person("eve@example.org")
    own, others = lab(olga), lab(eve)
    absent = Place(*(str(uuid4()) for _ in fields(Place)))
    people = []
    open_to_all = olga.post("/groups", {"name": "Open", "path": name()})["id"]

    def grant(namespace: str, person: str, role: str, **more: Any) -> None:
        olga.call("PUT", f"/namespaces/{namespace}/members/{person}", {"role": role, **more})

    for rank, role in enumerate(ROLES):
        for way in WAYS:
            api = stack.person(f"{role}.{way}@rights.example.org")
            identity = api.get("/me")["id"]
            grant(open_to_all, identity, "guest")
            if way == "direct":
                grant(own.project, identity, role)
            elif way == "inherited":
                grant(own.group, identity, role)
            elif way == "linked":
                friends = olga.post("/groups", {"name": "Friends", "path": name()})["id"]
                grant(friends, identity, "owner")
                olga.call("PUT", f"/namespaces/{own.project}/links/{friends}", {"role": role})
            elif way == "chained":  # the project is shared with a group that is shared with theirs
                friends, theirs = (
                    olga.post("/groups", {"name": group_name, "path": name()})["id"]
                    for group_name in ("Friends", "Theirs")
                )
                grant(theirs, identity, "owner")
                olga.call("PUT", f"/namespaces/{friends}/links/{theirs}", {"role": role})
                olga.call("PUT", f"/namespaces/{own.project}/links/{friends}", {"role": role})
            on_project = None if way in {"expired", "chained"} else rank
            people.append(Somebody(f"{role} {way}", api, identity, on_project, rank if way == "inherited" else None))
    soon = datetime.now(UTC) + timedelta(seconds=5)
    for who in people:
        role, way = who.name.split()
        if way == "expired":
            grant(own.group, who.id, role, expires_at=soon.isoformat())
    stranger = stack.person("stranger@rights.example.org")
    people.append(Somebody("nobody", stranger, stranger.get("/me")["id"], None, None))
    member = stack.person("member@rights.example.org").get("/me")["id"]
    while datetime.now(UTC) <= soon:
        time.sleep(0.5)
    return World(olga, own, others, absent, open_to_all, member, people)


def expected(case: Case, who: Somebody) -> int:
    rank = who.project if case.on == "project" else who.group
    if rank is None:
        return 404
    return case.status if rank >= case.least else case.below


def mistakes(world: World, who: Somebody, cases: list[Case]) -> Iterator[str]:
    """The deviations for one of the people. Roles elsewhere are tested by one person each."""
    tests_others = any(word in who.name for word in ("direct", "owner", "nobody"))
    for case in cases:
        place = world.own
        if case.deletes and expected(case, who) == case.status:
            place = replace(place, **{case.deletes: REPLACEMENTS[case.deletes](world.olga, place.project)})
        filled = case.route.format(**vars(place), member=world.member, open=world.open)
        status, body = answer_to(who.api, case.method, filled, case.body(place))
        if status != expected(case, who):
            yield f"{who.name}: {case.method} {case.route}: {status}, not {expected(case, who)}: {body}"
        refusals = []
        for elsewhere in (world.others, world.nobodys) if tests_others else ():
            filled = case.route.format(**vars(elsewhere), member=world.member, open=world.open)
            refusals.append(answer_to(who.api, case.method, filled, case.body(elsewhere)))
        if refusals and (refusals[0] != refusals[1] or refusals[0][0] != 404):
            yield f"{who.name}: {case.method} {case.route}: another's {refusals[0]}, nobody's {refusals[1]}"


def test_every_route_obeys_roles_and_reveals_nothing_else(stack: Running, world: World) -> None:
    # Cases that change the same member or the same group can't run concurrently.
    alone = [case for case in CASES if "{member}" in case.route or "{open}" in case.route]
    wrong = {who.name: list(mistakes(world, who, alone)) for who in world.people}
    rest = [case for case in CASES if case not in alone]
    with ThreadPoolExecutor(4) as pool:
        for who, lines in zip(
            world.people, pool.map(lambda who: list(mistakes(world, who, rest)), world.people), strict=True
        ):
            wrong[who.name] += lines
    print(f"\n\n{table(world.people, wrong)}\n")
    assert [line for lines in wrong.values() for line in lines] == []


def table(people: list[Somebody], wrong: dict[str, list[str]]) -> str:
    """How many of the routes each of the people may use, what the others respond, and how many did otherwise."""
    lines = ["| person | routes | allowed | 403 | as if nothing were there | wrong |", "|---|--:|--:|--:|--:|--:|"]
    for who in people:
        statuses = [expected(case, who) for case in CASES]
        is_allowed = [status == case.status for case, status in zip(CASES, statuses, strict=True)]
        counts = (sum(is_allowed), statuses.count(403), len(CASES) - sum(is_allowed) - statuses.count(403))
        lines.append(f"| {who.name} | {len(CASES)} | {' | '.join(map(str, counts))} | {len(wrong[who.name])} |")
    return "\n".join(lines)


def test_the_table_has_every_route(stack: Running) -> None:
    from app import app

    covered = {case.route for case in CASES} | {route.format("{export_id}") for _, route in OWN_EXPORT} | PERSONAL
    names = {
        "{project}": "{namespace_id}", "{group}": "{namespace_id}", "{member}": "{user_id}", "{open}": "{group_id}",
        "{sample}": "{sample_id}", "{file}": "{file_id}", "{pending}": "{file_id}", "{run}": "{execution_id}",
        "{template}": "{template_id}",
        "{invitation}": "{invitation_id}",
        "{imported}": "{import_id}", "{webhook}": "{webhook_id}", "{delivery}": "{delivery_id}",
    }  # fmt: skip
    shapes = set()
    for route in covered:
        shape = route
        for ours, theirs in names.items():
            shape = shape.replace(ours, theirs)
        shapes.add(shape.replace("/projects/{namespace_id}", "/projects/{project_id}"))
    # The pages are the same for everybody: they hold nothing but what the API gives the user who is signed in.
    assert {path.removeprefix("/api/v1") for path in app.routes if path.startswith("/api/v1")} == shapes


def test_an_export_belongs_to_its_creator_only(stack: Running, world: World) -> None:
    made = world.olga.post("/exports", _export(world.own))
    exports.wait(world.olga, made["id"])
    for who in (person for person in world.people if person.name in {"owner inherited", "analyst direct", "nobody"}):
        for method, route in OWN_EXPORT:
            body: dict[str, Any] | None = {} if method == "POST" else None
            others = answer_to(who.api, method, route.format(made["id"]), body)
            assert others == answer_to(who.api, method, route.format(str(uuid4())), body), (who.name, method, route)
            assert others[0] == 404
    assert world.olga.get(f"/exports/{made['id']}")["status"] == "ready"
    listed = {export["id"] for export in world.olga.all("/exports")}
    assert made["id"] in listed
    for who in world.people:
        assert made["id"] not in {export["id"] for export in who.api.all("/exports")}


def test_only_maintainers_look_users_up(stack: Running, world: World) -> None:
    for who in world.people:
        # The linked and the chained own their group of friends.
        is_maintainer = who.name.endswith(("linked", "chained")) or (who.project or 0) >= MAINTAINER
        status, _ = answer_to(who.api, "GET", "/users?email=olga@example.org")
        assert status == (200 if is_maintainer else 403), who.name


def test_one_of_two_owners_who_leave_at_once_stays(stack: Running) -> None:
    ana, bob = stack.person("ana@example.org"), stack.person("bob@example.org")
    first, second = ana.get("/me")["id"], bob.get("/me")["id"]
    for _ in range(5):
        group = ana.post("/groups", {"name": "G", "path": name()})["id"]
        ana.call("PUT", f"/namespaces/{group}/members/{second}", {"role": "owner"})
        with ThreadPoolExecutor(2) as pool:
            leaving = [
                pool.submit(answer_to, ana, "DELETE", f"/namespaces/{group}/members/{second}"),
                pool.submit(answer_to, bob, "DELETE", f"/namespaces/{group}/members/{first}"),
            ]
            statuses = sorted(request.result()[0] for request in leaving)
        # The one who was second is no member any more, or finds that the last owner stays.
        assert statuses in ([204, 404], [204, 409])
        owners = [api for api in (ana, bob) if answer_to(api, "GET", f"/namespaces/{group}/members")[0] == 200]
        assert len(owners) == 1
