"""`python -m infra.smoke_test FUNCTION URL`: creates exports in a deployment and compares them with their sources.

Runs with the environment of the API's function, in a project that only this test uses. The API's function is invoked
directly, as a user that nobody can sign in as, because the operator has no token. The gateway and the authorizer are
tested by requests to the URL.
"""

import csv
import io
import json
import random
import sys
import time
import urllib.error
import urllib.request
import uuid
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3

from chalicelib import aws
from chalicelib.access.identity import SIGNED_IN, Identity
from chalicelib.catalog.namespaces import repository as namespaces
from chalicelib.http.urls import PREFIX
from chalicelib.ids import Ids
from chalicelib.settings import settings

_NAMES = uuid.UUID("0c8a3c34-9b39-4a0e-8b7e-8d1f6e1f7a11")  # the namespace (RFC 9562) of what the test creates
USER = Identity(
    str(uuid.uuid5(_NAMES, "user")), email="", first_name="Smoke", last_name="Test", locale="en", scopes=SIGNED_IN
)
_SIZES = {"large.txt": 6 << 20, "small.txt": 1_000}  # the large one is copied inside S3, the small one is not
_OUTPUT = b"The output of a workflow execution."
_READY_WITHIN = 600  # seconds
_REACHABLE_WITHIN = 300
_HTTP_ERROR = 400


class SmokeTestFailed(Exception):
    """The deployment does not do what it should; the message says what."""


@dataclass(frozen=True, slots=True)
class Api:
    """The API as its function sees the requests of a signed-in user."""

    client: Any
    function: str

    def call(self, method: str, route: str, body: Any = None, **segments: str) -> Any:
        """The JSON of a response; `segments` are the values of the route's variables. Raises SmokeTestFailed."""
        event = {
            "resource": PREFIX + route,
            "path": PREFIX + route.format(**segments),
            "httpMethod": method,
            "headers": {"content-type": "application/json", "accept-language": "en"},
            "multiValueQueryStringParameters": None,
            "pathParameters": segments or None,
            "stageVariables": None,
            "body": None if body is None else json.dumps(body),
            "isBase64Encoded": False,
            "requestContext": {
                "resourcePath": PREFIX + route,
                "httpMethod": method,
                "authorizer": USER.as_context(),
                "identity": {},
                "domainName": "smoke-test",
                "stage": "live",
            },
        }
        response = self.client.invoke(FunctionName=self.function, Payload=json.dumps(event).encode())
        result = json.loads(response["Payload"].read())
        if "FunctionError" in response:
            raise SmokeTestFailed(f"{method} {route}: the function raised {result.get('errorMessage')}")
        document = json.loads(result["body"]) if result.get("body") else None
        if result["statusCode"] >= _HTTP_ERROR:
            raise SmokeTestFailed(f"{method} {route}: {result['statusCode']} {document and document.get('detail')}")
        return document


@contextmanager
def _step(name: str) -> Iterator[None]:
    started = time.monotonic()
    try:
        yield
    except SmokeTestFailed:
        print(f"  {name}: FAILED")
        raise
    print(f"  {name}: {time.monotonic() - started:.1f} s")


def _fetch(
    url: str, *, method: str = "GET", body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> tuple[int, bytes]:
    """Status and body of a response. Raises SmokeTestFailed if there is none."""
    request = urllib.request.Request(url, body, dict(headers or {}), method=method)  # noqa: S310 - of the deployment
    try:
        with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except OSError as error:
        raise SmokeTestFailed(f"{url.split('?', maxsplit=1)[0]} can't be reached: {error}") from error


def wait_for(url: str) -> None:
    """Wait until the deployment responds at its address: a new domain takes a while to be known everywhere."""
    deadline = time.monotonic() + _REACHABLE_WITHIN
    while True:
        try:
            _fetch(f"{url}{PREFIX}/health")
        except SmokeTestFailed as failure:
            if time.monotonic() > deadline:
                raise SmokeTestFailed(f"{failure}. Has the domain a DNS record? Then `make smoke-test`") from failure
            time.sleep(5)
        else:
            return


def check_gateway(url: str) -> None:
    """Pages and public operations respond; requests without a valid token are refused with a problem document."""
    for path, expected in (("/", 200), (f"{PREFIX}/health", 200), (f"{PREFIX}/me", 401)):
        status, body = _fetch(url + path, headers={"Authorization": "Bearer none"} if expected == 401 else {})
        if status != expected:
            raise SmokeTestFailed(f"{path} responds with {status} instead of {expected}: {body[:200]!r}")


def project() -> str:
    """The id of the test's project, which is created in the table itself: operators may restrict who creates groups."""

    def made(kind: Any, path: str, parent: Any) -> Any:
        return namespaces.create(
            kind, name="Smoke test", path=path, parent=parent, owner_id=USER.subject, ids=Ids(uuid.uuid5(_NAMES, path))
        )

    group = made("group", f"smoke-test-{USER.subject[:8]}", None)
    return str(made("project", "exports", group).id)


def upload(api: Api, sample_id: str, name: str, body: bytes) -> None:
    """Upload a file of a sample as a client does."""
    file = api.call("POST", "/samples/{sample_id}/files", {"filename": name, "size": len(body)}, sample_id=sample_id)
    (part,) = file["upload"]["parts"]  # the service splits only larger files
    status, text = _fetch(part["url"], method="PUT", body=body, headers=part["headers"])
    if status != 200:
        raise SmokeTestFailed(f"S3 refused an upload with {status}: {text[:300]!r}")
    api.call("POST", "/files/{file_id}/complete", {}, file_id=file["id"])


def exported(api: Api, request: Mapping[str, Any]) -> bytes:
    """The file of an export, which is removed afterwards. Raises SmokeTestFailed if it does not become ready in time,
    or differs from what S3 reports."""
    export = api.call("POST", "/exports", request)
    deadline = time.monotonic() + _READY_WITHIN
    while export["status"] == "processing":
        if time.monotonic() > deadline:
            raise SmokeTestFailed(f"export {export['id']} is still {export['progress']['step']}")
        time.sleep(1)
        export = api.call("GET", "/exports/{export_id}", export_id=export["id"])
    if export["status"] != "ready" or export["warnings"]:
        raise SmokeTestFailed(f"export {export['id']}: {export['failure'] or 'incomplete'}")
    link = api.call("POST", "/exports/{export_id}/download", export_id=export["id"])
    status, body = _fetch(link["url"])
    if (status, len(body), f"{zlib.crc32(body):08x}") != (200, link["size"], link["crc32"]):
        raise SmokeTestFailed(f"the download responds with {status} and {len(body)} bytes: {body[:200]!r}")
    api.call("DELETE", "/exports/{export_id}", export_id=export["id"])
    return body


def run_with_output(api: Api, project_id: str) -> str:
    """The id of a workflow execution with an output; the same in each test, also after one that was interrupted."""
    body = {"workflow": {"name": "smoke-test", "version": "1"}, "state": "completed", "namespace_id": project_id}
    found = api.call("GET", "/workflow-executions")["items"] or [api.call("POST", "/workflow-executions", body)]
    run = str(found[0]["id"])
    bucket, key = settings().catalog_bucket, f"runs/{run}/output.txt"
    aws.s3().put_object(Bucket=bucket, Key=key, Body=_OUTPUT)
    request = {"s3_uri": f"s3://{bucket}/{key}"}  # which the event of the object's arrival does too, a little later
    api.call("POST", "/workflow-executions/{execution_id}/outputs/register", request, execution_id=run)
    return run


def check_exports(api: Api) -> None:
    """Export files and metadata of a sample, and the output of a workflow execution; compare all with the originals."""
    contents = {name: random.Random(name).randbytes(size) for name, size in _SIZES.items()}
    with _step("project and sample"):
        project_id = project()
        name = f"smoke-{uuid.uuid4().hex[:12]}"
        body = {"name": name, "metadata": {"purpose": "smoke test"}}
        sample = api.call("POST", "/projects/{project_id}/samples", body, project_id=project_id)
    with _step("uploads"):
        for filename, content in contents.items():
            upload(api, sample["id"], filename, content)
    common = {"namespace_id": project_id, "sample_ids": [sample["id"]]}
    with _step("export of files"):
        archive = zipfile.ZipFile(io.BytesIO(exported(api, {**common, "type": "sample", "file_formats": ["text"]})))
        found = {entry.rsplit("/", 1)[-1]: archive.read(entry) for entry in archive.namelist()}
        if {filename: found.get(filename) for filename in contents} != contents:
            raise SmokeTestFailed(f"the archive has other files than were uploaded: {archive.namelist()}")
    with _step("linelist"):
        request = {**common, "type": "linelist", "metadata_fields": ["purpose"], "linelist_format": "csv"}
        rows = list(csv.reader(io.StringIO(exported(api, request).decode("utf-8-sig"))))
        if len(rows) != 2 or name not in rows[1] or "smoke test" not in rows[1]:
            raise SmokeTestFailed(f"the linelist is {rows}")
    with _step("export of a workflow execution"):
        run = run_with_output(api, project_id)
        analysis = {"type": "analysis", "analysis_type": "user", "workflow_execution_ids": [run]}
        archive = zipfile.ZipFile(io.BytesIO(exported(api, analysis)))
        if _OUTPUT not in [archive.read(entry) for entry in archive.namelist()]:
            raise SmokeTestFailed(f"the archive lacks the output: {archive.namelist()}")
    with _step("removal"):
        api.call("DELETE", "/samples/{sample_id}", sample_id=sample["id"])


def main(function: str, url: str) -> int:
    try:
        with _step("address"):
            wait_for(url.rstrip("/"))
        with _step("gateway, authorizer and pages"):
            check_gateway(url.rstrip("/"))
        client: Any = boto3.client("lambda")  # type: ignore[call-overload,unused-ignore]
        check_exports(Api(client, function))
    except SmokeTestFailed as failure:
        print(f"smoke test: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
