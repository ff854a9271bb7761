"""Webhooks on the deployed stack: the table's stream starts the function within seconds, without anybody's help."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from standardwebhooks import Webhook

from tests.stack import exports
from tests.stack.local_stack import Running

_PATIENCE = 90  # seconds; the schedule would send it within a minute even without the stream


@pytest.fixture
def receiver() -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    got: list[tuple[dict[str, str], bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append((dict(self.headers.items()), self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook", got
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_export_and_a_run_are_announced(
    stack: Running, receiver: tuple[str, list[tuple[dict[str, str], bytes]]]
) -> None:
    url, got = receiver
    api = stack.person("hooks@example.org")
    events = ["export.ready", "workflow_execution.completed"]
    secret = api.post("/me/webhooks", {"url": url, "events": events})["secret"]
    project = exports.project(api)
    sample = api.post(f"/projects/{project['id']}/samples", {"name": "S"})
    exports.upload(api, sample["id"], "a.txt", b"text")
    body = {
        "type": "sample", "namespace_id": project["id"], "sample_ids": [sample["id"]], "file_formats": ["text"]
    }  # fmt: skip
    made = api.post("/exports", body)
    exports.wait(api, made["id"])
    run = {"workflow": {"name": "w", "version": "1"}, "state": "running", "namespace_id": project["id"]}
    run_id = api.post("/workflow-executions", run)["id"]
    bucket = stack.info["buckets"]["catalog"]
    stack.client("s3").put_object(Bucket=bucket, Key=f"runs/{run_id}/report.html", Body=b"report")
    api.post(f"/workflow-executions/{run_id}/complete", {})
    deadline = time.monotonic() + _PATIENCE
    while len(got) < 2 and time.monotonic() < deadline:
        time.sleep(0.2)
    verified = [Webhook(secret).verify(sent, headers) for headers, sent in got]
    assert sorted((event["type"], event["data"]["id"]) for event in verified) == sorted(
        zip(events, (made["id"], run_id), strict=True)
    )
    assert all(json.loads(sent)["data"]["url"].startswith(stack.info["url"]) for _, sent in got)
    detail = api.get(f"/workflow-executions/{run_id}")
    assert (detail["state"], [output["filename"] for output in detail["outputs"]]) == ("completed", ["report.html"])
