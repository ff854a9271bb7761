"""`python -m tests.bench.bench_start [PACKAGE…]`: CPU-seconds and modules of each function's first call.

Each function of a deployment package runs once in a fresh interpreter that sees nothing but the package; a local
server answers the calls of DynamoDB and S3 with nothing found. A bare Chalice app that imports boto3 and pynamodb is
measured beside it, in the same run. Several packages (an older one: `git worktree`, `python -m infra.package`) are
measured side by side.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from typing import Any

from infra.package import DEFAULT_OUT, package

ROUNDS = 5
_RUN = """
import json, os, resource, sys
sys.path.insert(0, sys.argv[1])
module, handler, event = sys.argv[2], sys.argv[3], json.loads(sys.argv[4])
failed = None
try:
    function = getattr(__import__(module), handler)
    if event is not None:
        function(event, type("Context", (), {"get_remaining_time_in_millis": lambda self: 60000})())
except Exception as error:
    failed = repr(error)[:200]
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({"cpu": used.ru_utime + used.ru_stime, "modules": len(sys.modules), "failed": failed}))
"""
_BARE = "import boto3, pynamodb.models\nfrom chalice import Chalice\napp = Chalice(app_name='bare')\n"
_GONE = {"export_id": "00000000-0000-4000-8000-000000000000", "attempt": 1, "plan": 1}
_TICK = {
    "version": "0", "account": "1", "region": "r", "detail": {}, "detail-type": "", "source": "", "time": "", "id": "",
    "resources": [],
}  # fmt: skip
_REQUEST = {
    "requestContext": {
        "resourcePath": "/api/v1/me", "httpMethod": "GET", "identity": {},
        "authorizer": {
            "subject": "s", "email": "", "first_name": "", "last_name": "", "locale": "", "scopes": "*",
            "principalId": "s",
        },
    },
    "pathParameters": None, "multiValueQueryStringParameters": None, "headers": {}, "body": None,
    "stageVariables": None, "isBase64Encoded": False,
}  # fmt: skip
_EVENTS: dict[str, tuple[str, Any]] = {
    "authorizer": ("authorize", {"type": "TOKEN", "authorizationToken": "Bearer a.b.c", "methodArn": "a:b:c:d:e:f/g"}),
    "API": ("app", _REQUEST),
    "plan": ("plan", _GONE),
    "assemble": ("assemble", {**_GONE, "token": "t", "batch": 0, "wave": 0}),
    "finish": ("finish", _GONE),
    "render linelist": ("render_linelist", _GONE),
    "notify": ("notify_user", {**_GONE, "outcome": "ready"}),
    "fail": ("fail", {**_GONE, "error": {"Error": "x", "Cause": "y"}}),
    "clean-up": ("clean_up", _TICK),
    "register arrival": ("register_arrival", {**_TICK, "detail": {"bucket": {"name": "b"}, "object": {"key": "k"}}}),
    "run import": ("run_import", {"import_id": "x"}),
}


@contextmanager
def nothing_found() -> Iterator[str]:
    """A server that answers every call with an empty result."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"] or 0))
            self.answer("application/x-amz-json-1.0", b'{"Items": [], "Count": 0, "ScannedCount": 0}')

        def do_GET(self) -> None:
            self.answer("application/xml", b"<ListMultipartUploadsResult></ListMultipartUploadsResult>")

        def answer(self, content_type: str, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def environment(endpoint: str) -> dict[str, str]:
    """A function's environment variables, as the template gives them."""
    names = json.loads((DEFAULT_OUT / "sam.json").read_text(encoding="utf-8"))
    variables = names["Resources"]["APIHandler"]["Properties"]["Environment"]["Variables"]
    defaults = {name: str(value.get("Default", "")) for name, value in names["Parameters"].items()}
    values = {
        name: value if isinstance(value, str) else defaults.get(value.get("Ref", ""), "") or "x"
        for name, value in variables.items()
    }
    return {
        **{name: value for name, value in values.items() if name != "AWS_ENDPOINT_URL_S3"},
        "PUBLIC_URL": "https://seqport.example.org", "OIDC_JWKS_URI": "http://127.0.0.1:9/", "PATH": os.environ["PATH"],
        "AWS_ENDPOINT_URL": endpoint, "AWS_DEFAULT_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x", "STATE_MACHINE_ARN": "a", "IMPORT_FUNCTION": "f",
        "PYTHONDONTWRITEBYTECODE": "1",  # as in Lambda, where the folder is read-only
    }  # fmt: skip


def first_call(folder: Path, module: str, handler: str, event: Any, variables: dict[str, str]) -> dict[str, Any]:
    """CPU-seconds and modules of a function's first call in a fresh interpreter."""
    command = [sys.executable, "-S", "-c", _RUN, str(folder), module, handler, json.dumps(event)]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=True, cwd=folder)
    read: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return read


def measure(folder: Path, calls: dict[str, tuple[str, str, Any]], variables: dict[str, str]) -> dict[str, Any]:
    """The median of several first calls of each function."""
    results = {}
    for name, (module, handler, event) in calls.items():
        rounds = [first_call(folder, module, handler, event, variables) for _ in range(ROUNDS)]
        cpu = median(round_["cpu"] for round_ in rounds)
        results[name] = {"cpu": cpu, "modules": rounds[0]["modules"], "failed": rounds[0]["failed"]}
    return results


def main(arguments: list[str]) -> None:
    folders = [Path(argument) for argument in arguments] or [package()]
    calls = {name: ("app", handler, event) for name, (handler, event) in _EVENTS.items()}
    with tempfile.TemporaryDirectory() as name, nothing_found() as endpoint:
        variables = environment(endpoint)
        columns = []
        for number, out in enumerate(folders):
            folder = Path(name) / str(number)
            with zipfile.ZipFile(out / "deployment.zip") as archive:
                archive.extractall(folder)
            (folder / "bare.py").write_text(_BARE, encoding="utf-8")
            bare = {"bare Chalice app": ("bare", "app", None)}
            columns.append(measure(folder, {**bare, **calls}, variables))
    print(
        "| first call | " + " | ".join(f"CPU-seconds | modules | of {out.parent.parent.name}" for out in folders) + " |"
    )
    print("|---|" + "--:|--:|---|" * len(folders))
    for row, bare in columns[0].items():
        cells = [
            f"{column[row]['cpu']:.2f} | {column[row]['modules']} | {column[row]['cpu'] / bare['cpu']:.2f} ×"
            for column in columns
        ]
        print(f"| {row} | {' | '.join(cells)} |")
    failed = {row: result["failed"] for column in columns for row, result in column.items() if result["failed"]}
    print("raised:", failed)  # the authorizer refuses its token, as it should


if __name__ == "__main__":
    main(sys.argv[1:])
