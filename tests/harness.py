"""The service for tests without a deployed stack: its tables from the template, in moto, and people who sign in."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.loaders import Loader, create_loader
from chalice.test import Client
from moto import mock_aws
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.responses import DynamoHandler

from chalicelib import aws, tables
from chalicelib.access.oidc import forget_keys
from chalicelib.access.signing import forget_key
from chalicelib.archive.s3_clients import S3Clients
from chalicelib.exports import archive_uploads
from chalicelib.settings import settings
from infra.local.issuer import AUDIENCE, Issuer, issuer
from infra.package import resources
from tests.iam import as_function, check, enforced
from tests.openapi import check_response

BUCKETS = {"CATALOG_BUCKET": "test-catalog", "WORK_BUCKET": "test-work", "EXPORTS_BUCKET": "test-exports"}
MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:exports"
IMPORT_FUNCTION = "run-import"
REFRESH_FUNCTION = "refresh-samples"
RESULTS_FUNCTION = "read-results"
WEBHOOKS_FUNCTION = "deliver-webhooks"
_RESOURCES = {
    IMPORT_FUNCTION: "RunImport",
    REFRESH_FUNCTION: "RefreshSamples",
    RESULTS_FUNCTION: "ReadResults",
    WEBHOOKS_FUNCTION: "DeliverWebhooks",
}
SENDER = "exports@seqport.example.org"


@contextmanager
def published_keys(folder: Path) -> Iterator[Issuer]:
    """A real issuer whose keys are published on a loopback port."""
    published: dict[str, Any] = {}

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(published).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Keys)
    made = issuer(f"http://127.0.0.1:{server.server_port}", folder)
    published.update(made.jwks())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@cache
def _tables_of_template() -> dict[str, Any]:
    found = resources()["Resources"].items()
    return {name: resource for name, resource in found if resource.get("Type") == "AWS::DynamoDB::Table"}


@cache
def _loader(search_path: str | None = None) -> Loader:
    """AWS's API descriptions for all sessions: reading them took half of a test's set-up."""
    return create_loader(search_path)


@contextmanager
def service(monkeypatch: pytest.MonkeyPatch, signer: Issuer, **environment: str) -> Iterator[None]:
    """Environment, tables and buckets of a service of its own; what lies beyond S3 is moto's."""
    tables_of_template = _tables_of_template()
    variables = {
        **{f"{name.removesuffix('Table').upper()}_TABLE": name for name in tables_of_template},
        **BUCKETS,
        "OIDC_ISSUER": signer.url,
        "OIDC_AUDIENCE": AUDIENCE,
        "OIDC_JWKS_URI": signer.url,
        "MAIL_FROM": SENDER,
        "MAIL_CONFIGURATION_SET": "mails",
        "PUBLIC_URL": "https://seqport.test",
        "STATE_MACHINE_ARN": MACHINE,
        "IMPORT_FUNCTION": IMPORT_FUNCTION,
        "REFRESH_FUNCTION": REFRESH_FUNCTION,
        "RESULTS_FUNCTION": RESULTS_FUNCTION,
        "WEBHOOKS_FUNCTION": WEBHOOKS_FUNCTION,
        "COPY_CRC": "read",
        "AWS_ACCESS_KEY_ID": "000000000000",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        **environment,
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(
        archive_uploads, "store", lambda: S3Clients(aws.s3())
    )  # moto is in this process: no other client finds it
    monkeypatch.setattr("botocore.session.create_loader", _loader)
    _serialize_transactions(monkeypatch)
    with mock_aws(config={"core": {"mock_credentials": False}}):
        _forget()
        dynamodb = boto3.client("dynamodb")
        for name, resource in tables_of_template.items():
            properties = resource["Properties"]
            wanted = {key: properties[key] for key in ("KeySchema", "AttributeDefinitions", "BillingMode")}
            if "GlobalSecondaryIndexes" in properties:
                wanted["GlobalSecondaryIndexes"] = properties["GlobalSecondaryIndexes"]
            dynamodb.create_table(TableName=name, **wanted)
        for name in BUCKETS:
            aws.s3().create_bucket(Bucket=variables[name])
        boto3.client("stepfunctions").create_state_machine(
            name="exports", definition="{}", roleArn="arn:aws:iam::123456789012:role/exports"
        )
        boto3.client("sesv2").create_email_identity(EmailIdentity=SENDER)
        with enforced(monkeypatch):
            yield
    _forget()


def _serialize_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    """DynamoDB's transactions are serializable. moto's are not: one that is refused puts the whole tables back as they
    were when it began, and what other threads wrote meanwhile is lost. So calls wait for each other."""
    lock, call = threading.Lock(), DynamoHandler.call_action

    def alone(handler: DynamoHandler) -> Any:
        with lock:
            return call(handler)

    monkeypatch.setattr(DynamoHandler, "call_action", alone)


def _forget() -> None:
    settings.cache_clear()
    tables.connection.cache_clear()
    aws.forget_clients()
    forget_keys()
    forget_key()


def forget_rows() -> None:
    """Empty all tables."""
    for name in _tables_of_template():
        dynamodb_backends["123456789012"]["us-east-1"].tables[name].items.clear()


@dataclass(frozen=True)
class Reply:
    """A response of the API: JSON body where there is one."""

    status: int
    headers: dict[str, str]
    body: Any


@dataclass(frozen=True)
class Person:
    """A user of the API through chalice's test client; `token` None: anonymous."""

    client: Client
    token: str | None

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        sent = {**({"Authorization": f"Bearer {self.token}"} if self.token else {}), **headers}
        raw = b""
        if body is not None:
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        try:
            with as_function("authorize", "api_handler"):
                answer = self.client.http.request(method, f"/api/v1{path}", headers=sent, body=raw)
        except Exception as error:
            # What API Gateway answers 401 to; chalice's own gateway lets it through.
            if str(error) != "Unauthorized":
                raise
            return Reply(401, {}, None)
        text = answer.body.decode() if isinstance(answer.body, bytes) else answer.body
        reply = Reply(answer.status_code, dict(answer.headers), json.loads(text) if text else None)
        if "x-amzn-ErrorType" not in reply.headers:  # chalice's own gateway, in the place of API Gateway
            check_response(method, path, reply.status, reply.headers, reply.body)
        return reply

    def get(self, path: str) -> Reply:
        return self.call("GET", path)

    def post(self, path: str, body: Any = None) -> Reply:
        return self.call("POST", path, {} if body is None else body)


@dataclass(frozen=True)
class Functions:
    """A fake of Lambda: records background invocations, which a test may run."""

    invoked: list[Any]

    def invoke(self, *, FunctionName: str, InvocationType: str, Payload: bytes) -> None:  # noqa: N803 - as boto3 has it
        assert InvocationType == "Event"
        check([("lambda:InvokeFunction", _RESOURCES[FunctionName])], {})
        self.invoked.append(json.loads(Payload))


def expect_status(reply: Reply, status: int = 201) -> Any:
    """The body of a response that must have this status."""
    assert reply.status == status, reply.body
    return reply.body


def expect_problem(reply: Reply, status: int, slug: str, pointer: str | None = None) -> Any:
    """The body of an error that must have this status and type, and name this member of the request."""
    assert (reply.status, str(reply.body.get("type")).rpartition("/")[2]) == (status, slug), reply.body
    assert pointer is None or [row["pointer"] for row in reply.body["errors"]] == [pointer], reply.body
    return reply.body


def upload(person: Person, sample_id: str, filename: str, body: bytes = b"ACGT", **more: Any) -> Any:
    """Upload a file of a sample as a client would, except for the presigned PUT, which moto does not serve."""
    file = expect_status(person.post(f"/samples/{sample_id}/files", {"filename": filename, "size": len(body), **more}))
    key = re.search(r"files/[0-9a-f/-]+", file["upload"]["parts"][0]["url"])
    assert key is not None
    aws.s3().put_object(Bucket=settings().catalog_bucket, Key=key.group(), Body=body)
    return expect_status(person.post(f"/files/{file['id']}/complete", {"parts": []}), 200)
