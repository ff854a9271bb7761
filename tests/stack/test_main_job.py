"""The main job through HTTP, on the deployed template."""

import json
import time
from pathlib import Path

import pytest
import requests

from chalicelib.exports.storage import request_key
from infra.demo.api import ApiError
from tests.stack import exports
from tests.stack.local_stack import Running, running

MIB = 1 << 20
EDGES = {
    "zero.txt": 0,
    "small.csv": 20_000,
    "a_1.fastq.gz": 10 * MIB - 1,
    "a_2.fastq.gz": 10 * MIB + 1,
    "five.fasta": 5 * MIB,
    "under.fasta": 5 * MIB - 1,
    "ten.gbk": 10 * MIB,
    "large.json": 17 * MIB,
}
FORMATS = ["text", "csv", "fastq", "fasta", "genbank", "json"]


def check_the_main_job(stack: Running) -> bytes:
    ana = stack.person("ana.lopez@example.org")
    project = exports.project(ana)
    full, bodies = exports.sample_with(ana, project["id"], "Full", EDGES)
    empty = ana.post(f"/projects/{project['id']}/samples", {"name": "Empty"})
    made = exports.create(ana, project["id"], [full, empty], FORMATS, name="Main", email_notification=True)
    ready = exports.wait(ana, made["id"])
    assert (ready["status"], ready["warnings"], ready["failure"]) == ("ready", 1, None)
    opened = exports.archive(ana, ready)
    assert exports.bodies_in(opened) == bodies
    listed = stack.client("s3").list_objects_v2(Bucket=stack.info["buckets"]["exports"], Prefix=f"{made['id']}/")
    assert ready["file"]["size"] in [object_["Size"] for object_ in listed["Contents"]]
    redirect = requests.get(
        f"{stack.url}/api/v1/exports/{made['id']}/download",
        headers={"Authorization": f"Bearer {ana.token}"},
        allow_redirects=False,
        timeout=30,
    )
    assert redirect.status_code == 303
    ranged = requests.get(redirect.headers["Location"], headers={"Range": "bytes=0-3"}, timeout=30)
    assert (ranged.status_code, ranged.content) == (206, b"PK\x03\x04")
    assert "Main.zip" in ranged.headers["Content-Disposition"]
    head = requests.head(
        f"{stack.url}/api/v1/exports/{made['id']}/download",
        headers={"Authorization": f"Bearer {ana.token}"},
        allow_redirects=True,
        timeout=30,
    )
    assert (head.status_code, int(head.headers["Content-Length"])) == (200, ready["file"]["size"])
    assert exports.mails_about(stack.url, "ana.lopez@example.org", made["id"]) == ["Export Ready - Main (1 excluded)"]
    ana.call("DELETE", f"/exports/{made['id']}")
    with pytest.raises(ApiError) as gone:
        ana.get(f"/exports/{made['id']}")
    assert gone.value.status == 410
    for _ in range(2):
        stack.clean_up()
    for bucket in ("work", "exports"):
        left = stack.client("s3").list_objects_v2(Bucket=stack.info["buckets"][bucket]).get("Contents", [])
        uploads = stack.client("s3").list_multipart_uploads(Bucket=stack.info["buckets"][bucket]).get("Uploads", [])
        keys = [object_["Key"] for object_ in [*left, *uploads] if made["id"] in object_["Key"]]
        # Its request is kept, from which it can be created again.
        assert keys == ([request_key(made["id"])] if bucket == "work" else [])
    rows = stack.client("dynamodb").get_item(TableName=stack.info["tables"]["exports"], Key={"id": {"S": made["id"]}})
    assert "Item" not in rows
    trail = ana.get(f"/exports/{made['id']}/events")["items"]
    assert [event["action"] for event in trail] == ["created", "ready", "downloaded", "downloaded", "removed"]
    bytes_by_path = {name.split("/", 3)[-1]: opened.read(name) for name in opened.namelist() if "/" in name}
    return json.dumps({name: len(body) for name, body in sorted(bytes_by_path.items())}).encode()


def test_an_export_is_made_downloaded_compared_and_deleted(stack: Running) -> None:
    check_the_main_job(stack)


def test_an_export_is_made_on_an_object_store_that_returns_no_checksums(tmp_path: Path) -> None:
    with running(tmp_path / "home", SEQPORT_OBJECT_STORE="ministack") as stack:
        assert stack.info["object_store"] == "ministack"
        check_the_main_job(stack)


def test_gateway_errors_are_problems_too(stack: Running) -> None:
    for path, headers, status in (
        ("/api/v1/me", {}, 401),
        ("/api/v1/me", {"Authorization": "Bearer x"}, 401),
        ("/api/v1/nothing", {}, 404),
    ):
        answer = requests.get(stack.url + path, headers=headers, timeout=30)
        assert answer.status_code == status
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["status"] == status


def test_pages_and_api_have_one_origin(stack: Running) -> None:
    port = stack.url.rsplit(":", 1)[1]
    headers = {"Host": f"localhost:{port}"}
    page = requests.get(f"{stack.url}/exports?q=a", headers=headers, timeout=30, allow_redirects=False)
    assert (page.status_code, page.headers["Location"]) == (307, f"{stack.url}/exports?q=a")
    api = requests.get(f"{stack.url}/api/v1/me", headers=headers, timeout=30, allow_redirects=False)
    assert api.status_code == 401


@pytest.mark.parametrize("ending", ["stop", "kill"])
def test_no_export_stays_processing_when_the_stack_ends_in_the_middle_of_it(tmp_path: Path, ending: str) -> None:
    home = tmp_path / "home"
    with running(home) as stack:
        ana = stack.person("ana@example.org")
        project = exports.project(ana)
        sample, _ = exports.sample_with(ana, project["id"], "Large", {"big.fastq.gz": 48 * MIB})
        (file,) = ana.get(f"/samples/{sample['id']}/files")["items"]
        for i in range(19):
            body = {"s3_uri": file["s3_uri"], "filename": f"again-{i}.fastq.gz"}
            ana.post(f"/samples/{sample['id']}/files/register", body)
        stack.stop()  # the emulator keeps what it held when it last ended gracefully
    port = int(stack.url.rsplit(":", 1)[1])
    with running(home, port) as stack:
        ana = stack.person("ana@example.org")
        made = exports.create(ana, project["id"], [sample], ["fastq"])
        deadline = time.monotonic() + 60
        while ana.get(f"/exports/{made['id']}")["progress"]["step"] != "assembling":
            assert time.monotonic() < deadline
            time.sleep(0.05)
        stack.stop() if ending == "stop" else stack.kill()
    with running(home, port) as stack:
        ana = stack.person("ana@example.org")
        try:
            export = exports.wait(ana, made["id"])
        except ApiError as error:
            assert (ending, error.status) == ("kill", 404)  # the emulator forgot it altogether
        else:
            assert export["status"] == "ready"
            assert len(exports.bodies_in(exports.archive(ana, export))) == 20
