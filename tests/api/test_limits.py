"""Limits in bytes, bounded validation, and answers that name the limit: never a 500."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from chalicelib import timestamps
from chalicelib.exports import commands
from chalicelib.exports.types import sample as sample_type
from chalicelib.exports.types import sample_selection
from tests.harness import Person, expect_status, upload
from tests.lab import Lab, new_lab, new_run, new_sample

SignIn = Callable[..., Person]
WIDE = "\U0001f9ec" * 255  # 255 characters, 1,020 bytes
QUOTED = "%F0%9F%A7%AC" * 255


@pytest.fixture
def olga(sign_in: SignIn) -> Person:
    return sign_in("olga@example.org")


@pytest.fixture
def lab(olga: Person) -> Lab:
    lab = new_lab(olga)
    run = new_run(olga, lab.project, state="running")
    return replace(lab, samples=(new_sample(olga, lab.project, "s"),), runs={"run": run["id"]})


@pytest.mark.parametrize(
    ("method", "path", "limit"),
    [
        ("POST", "/exports", 120),
        ("POST", "/exports/estimate", 120),
        ("POST", "/projects/{project}/import", 60),
        ("GET", "/users?email=x@example.org", 30),
    ],
)
def test_slow_operations_and_look_ups_are_limited_for_each_user(
    olga: Person, lab: Lab, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, method: str, path: str, limit: int
) -> None:
    now = timestamps.parse("2026-11-25T12:00:30+00:00")
    monkeypatch.setattr("chalicelib.timestamps.now", lambda: now)
    path = path.format(**ids(lab))

    def status(person: Person) -> int:
        return int(person.call(method, path, {} if method == "POST" else None).status)

    assert 429 not in {status(olga) for _ in range(limit)}
    assert status(olga) == 429
    assert status(sign_in("bob@example.org")) != 429
    monkeypatch.setattr("chalicelib.timestamps.now", lambda: now + timedelta(seconds=30))
    assert status(olga) != 429


def ids(lab: Lab) -> dict[str, str]:
    """The ids that paths of the API name."""
    return {
        "group": lab.group["id"],
        "project": lab.project["id"],
        "sample": lab.samples[0]["id"],
        "run": lab.runs["run"],
    }


IDS_IN_PATHS = [
    ("DELETE", "/me/tokens/{id}"),
    ("DELETE", "/namespaces/{project}/members/{id}"),
    ("PUT", "/namespaces/{project}/members/{id}"),
    ("PUT", "/namespaces/{project}/links/{id}"),
    ("DELETE", "/namespaces/{project}/links/{id}"),
    ("GET", "/namespaces/{id}"),
    ("GET", "/samples/{id}"),
    ("GET", "/files/{id}/upload"),
    ("GET", "/workflow-executions/{id}"),
    ("GET", "/exports/{id}"),
    ("GET", "/exports/{id}/events"),
    ("GET", "/imports/{id}"),
    ("DELETE", "/namespaces/{project}/metadata-templates/{id}"),
]


@pytest.mark.parametrize(("method", "path"), IDS_IN_PATHS)
def test_long_ids_in_paths_are_not_found(olga: Person, lab: Lab, method: str, path: str) -> None:
    body = {"role": "guest"} if method == "PUT" else None
    assert olga.call(method, path.format(id=QUOTED, **ids(lab)), body).status == 404


IDS_IN_BODIES: list[tuple[str, dict[str, Any], str]] = [
    (
        "/exports",
        {"type": "sample", "namespace_id": WIDE, "sample_ids": ["x"], "file_formats": ["text"]},
        "namespace_id",
    ),
    (
        "/exports",
        {"type": "sample", "namespace_id": "{project}", "sample_ids": [WIDE], "file_formats": ["text"]},
        "sample_ids/0",
    ),
    (
        "/exports",
        {"type": "analysis", "analysis_type": "user", "workflow_execution_ids": [WIDE]},
        "workflow_execution_ids/0",
    ),
    ("/workflow-executions/{run}/outputs/register", {"s3_uri": "s3://a/b", "sample_id": WIDE}, "sample_id"),
    ("/samples/{sample}/files", {"filename": "a.txt", "size": 1, "puid": WIDE}, "puid"),
    ("/projects/{project}/samples", {"name": "a", "puid": WIDE}, "puid"),
    ("/projects", {"name": "a", "path": "a", "group_id": WIDE}, "group_id"),
    ("/groups", {"name": "a", "path": "a", "parent_id": WIDE}, "parent_id"),
]


@pytest.mark.parametrize(("path", "body", "field"), IDS_IN_BODIES, ids=[f"{row[0]} {row[2]}" for row in IDS_IN_BODIES])
def test_long_ids_in_bodies_are_refused_with_the_limit(
    olga: Person, lab: Lab, path: str, body: dict[str, Any], field: str
) -> None:
    filled = {key: lab.project["id"] if value == "{project}" else value for key, value in body.items()}
    answer = olga.post(path.format(**ids(lab)), filled)
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, f"/{field}")
    assert answer.body["errors"][0]["detail"] == "Must have at most 255 bytes; this has 1020."


@pytest.mark.parametrize(
    "fields", [["é" * 250 + f"{n:03d}" for n in range(100)], [f"{n:03d}" + WIDE[:200] for n in range(50)]]
)
def test_the_names_of_fields_are_limited_in_bytes(olga: Person, lab: Lab, fields: list[str]) -> None:
    size = sum(len(field.encode()) for field in fields)
    template = f"/namespaces/{lab.project['id']}/metadata-templates"
    linelist = {
        "type": "linelist",
        "namespace_id": lab.project["id"],
        "sample_ids": [lab.samples[0]["id"]],
        "linelist_format": "csv",
        "metadata_fields": fields,
    }
    for path, body in ((template, {"name": "t", "fields": fields}), ("/exports", linelist)):
        answer = olga.post(path, body)
        assert answer.status == 422
        assert f"30000 bytes in total; these have {size}." in answer.body["detail"]
    shorter = fields[: 30_000 // len(fields[0].encode())]
    assert expect_status(olga.post(template, {"name": "t", "fields": shorter}))["fields"] == [
        f.lower() for f in shorter
    ]
    assert olga.post("/exports", {**linelist, "metadata_fields": shorter}).status == 202


@pytest.mark.parametrize("character", ["x", "é", "\U0001f9ec"])
def test_a_batch_of_large_samples_is_written_or_refused_with_the_limit(olga: Person, lab: Lab, character: str) -> None:
    value = character * (30_000 // len(character.encode("utf-16-le")) * 2)
    large = {"name": "s", "metadata": {f"f{n}": value for n in range(4)}}
    path = f"/projects/{lab.project['id']}/samples/batch"
    escaped = len(json.dumps(large["metadata"]))
    fitting = 4_000_000 // escaped
    assert len(expect_status(olga.post(path, {"samples": [large] * fitting}))["samples"]) == fitting
    refused = olga.post(path, {"samples": [large] * (fitting + 1)})
    assert refused.status == 422
    assert "4000000 bytes" in refused.body["detail"]
    assert expect_status(olga.get(f"/namespaces/{lab.project['id']}/samples?limit=1"), 200)["total"] == fitting + 1


@pytest.mark.parametrize("limit", ["0", "1001", "000100999999", "-1", "1.5", "1e2", "٣", "9" * 5_000, " 1"])
def test_a_limit_is_a_number_from_1_to_1000(olga: Person, limit: str) -> None:
    assert olga.get(f"/groups?limit={limit.replace(' ', '%20')}").status == 400


@pytest.mark.parametrize("limit", ["1", "1000", "0020"])
def test_limits_within_the_range_are_taken(olga: Person, limit: str) -> None:
    assert olga.get(f"/groups?limit={limit}").status == 200


def test_a_request_with_many_mistakes_quickly_gets_the_first_hundred(olga: Person, lab: Lab) -> None:
    unknown = {f"key{n}": n for n in range(4_000)}
    ids: list[Any] = list(range(90_000))
    wrong = {"type": "sample", "namespace_id": lab.project["id"], "file_formats": ["text"]}
    for body, count in (({**wrong, **unknown, "sample_ids": ["x"]}, 4_000), ({**wrong, "sample_ids": ids}, 90_000)):
        answer = olga.post("/exports", body)
        assert (answer.status, len(answer.body["errors"])) == (422, 100)
        assert str(count) in answer.body["detail"]
    answer = olga.post("/exports", {**wrong, **{f"key{n}": n for n in range(250_000)}})
    assert (answer.status, answer.body["type"].rsplit("/", 1)[1]) == (400, "bad-request")
    assert "5000 members" in answer.body["detail"]


@pytest.mark.parametrize(
    "body", [b'{"name": "a", "name": "b", "path": "x"}', b'{"name": "a", "path": {"x": 1, "x": 2}}']
)
def test_duplicate_members_of_an_object_are_refused(olga: Person, body: bytes) -> None:
    answer = olga.call("POST", "/groups", body)
    assert (answer.status, answer.body["type"].rsplit("/", 1)[1]) == (400, "malformed-json")
    assert "duplicate" in answer.body["detail"]


MOMENTS = [
    ("2098-01-01T00:00:00Z", True),
    ("2098-01-01t00:00:00z", True),
    ("2098-01-01T00:00:00.123456789+05:30", True),
    ("2098-W01-1T00:00:00Z", False),
    ("20980101T000000Z", False),
    ("2098-01-01 00:00:00Z", False),
    ("2098-01-01T00:00:00", False),
    ("2098-01-01", False),
    ("2098-02-30T00:00:00Z", False),
    ("2098-01-01T25:00:00Z", False),
    ("2098-01-01T00:00:00+0530", False),
    ("２098-01-01T00:00:00Z", False),
]


@pytest.mark.parametrize(("text", "is_taken"), MOMENTS)
def test_timestamps_are_written_as_rfc_3339(text: str, is_taken: bool) -> None:
    if is_taken:
        assert timestamps.parse_rfc_3339(text).year in (2097, 2098)
    else:
        with pytest.raises(ValueError, match=r"."):
            timestamps.parse_rfc_3339(text)


@pytest.mark.parametrize("character", ["\x00", "\x08", "\x0b", "\x1f", "\x7f", "\x85"])
def test_descriptions_hold_no_control_characters_but_tabs_and_line_ends(olga: Person, lab: Lab, character: str) -> None:
    path = f"/samples/{lab.samples[0]['id']}"
    assert olga.call("PATCH", path, {"description": f"a{character}b"}).status == 422
    assert olga.call("PATCH", path, {"description": "a\tb\r\nc"}).status == 200


def _outage(*_: Any, **__: Any) -> Any:
    raise EndpointConnectionError(endpoint_url="https://s3")


def _busy(*_: Any, **__: Any) -> Any:
    response: Any = {"Error": {"Code": "SlowDown"}, "ResponseMetadata": {"HTTPStatusCode": 503}}
    raise ClientError(response, "PutObject")


def _broken(*_: Any, **__: Any) -> Any:
    raise RuntimeError("a bug")


@pytest.mark.parametrize(("failure", "status"), [(_outage, 503), (_busy, 503), (_broken, 500)])
def test_outage_is_distinguished_from_an_internal_error(
    olga: Person, lab: Lab, monkeypatch: pytest.MonkeyPatch, failure: Any, status: int
) -> None:
    upload(olga, lab.samples[0]["id"], "a.txt")
    monkeypatch.setattr(commands, "put_document", failure)
    export_request = {
        "type": "sample",
        "namespace_id": lab.project["id"],
        "sample_ids": [lab.samples[0]["id"]],
        "file_formats": ["text"],
    }
    answer = olga.post("/exports", export_request)
    assert answer.status == answer.body["status"] == status
    assert ("Retry-After" in answer.headers) == (status == 503)


def test_large_estimates_of_samples_are_extrapolated(olga: Person, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample_selection, "MAX_VALIDATED", 9)
    monkeypatch.setattr(sample_selection, "MAX_COUNTED", 4)
    monkeypatch.setattr(sample_selection, "MAX_WALKED", 12)
    bodies = [{"name": f"{'even' if n % 2 else 'odd'} {n}"} for n in range(20)]
    batch = expect_status(olga.post(f"/projects/{lab.project['id']}/samples/batch", {"samples": bodies}))["samples"]
    for sample in batch:
        upload(olga, sample["id"], "a.txt", b"12345")
    ids = [sample["id"] for sample in batch]
    export_request = {"type": "sample", "namespace_id": lab.project["id"], "file_formats": ["text"]}

    def estimate(**samples: Any) -> tuple[int, int, int, bool]:
        result = expect_status(olga.post("/exports/estimate", {**export_request, **samples}), 200)
        return result["samples"], result["files"], result["bytes"], result["exact"]

    assert estimate(sample_ids=ids[:4]) == (4, 4, 20, True)
    assert estimate(sample_ids=ids[:9]) == (9, 9, 45, False)
    assert estimate(sample_ids=ids) == (20, 20, 100, False)
    assert estimate(sample_ids=[*ids[:10], *(f"nothing {n}" for n in range(10))]) == (10, 10, 50, False)
    samples, files, size, exact = estimate(selection={"all": True})
    assert (samples, exact) == (21, False)
    assert abs(size - files * 5) < 5
    assert 15 <= files <= 21  # one of the 21 has no file
    samples, files, size, exact = estimate(selection={"all": True, "q": "even"})
    assert exact is False
    assert 0 <= samples <= 21
    assert estimate(selection={"all": True, "q": "nothing"})[:3] == (0, 0, 0)
    linelist = {
        "type": "linelist",
        "namespace_id": lab.project["id"],
        "metadata_fields": ["a"],
        "linelist_format": "csv",
    }
    for count, exact in ((9, True), (20, False)):  # rows need no files
        result = expect_status(olga.post("/exports/estimate", {**linelist, "sample_ids": ids[:count]}), 200)
        assert (result["samples"], result["exact"]) == (count, exact)


def test_files_of_many_samples_are_first_read_by_the_plan(
    olga: Person, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sample_type, "MAX_COUNTED", 1)
    bodies = [{"name": f"S{n}"} for n in range(2)]
    batch = expect_status(olga.post(f"/projects/{lab.project['id']}/samples/batch", {"samples": bodies}))["samples"]
    ids = [entry["id"] for entry in batch]
    body = {"type": "sample", "namespace_id": lab.project["id"], "file_formats": ["text"]}
    assert olga.post("/exports", {**body, "sample_ids": ids[:1]}).body["type"].endswith("/no-matching-file")
    assert olga.post("/exports", {**body, "sample_ids": ids}).status == 202
    assert olga.post("/exports", {**body, "sample_ids": [*ids, "nothing"]}).body["type"].endswith("/sample-not-found")
