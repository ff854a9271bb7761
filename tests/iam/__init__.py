"""IAM for tests: moto and SeaweedFS allow every call, AWS only what a function's policy allows.

While a function runs (`as_function`), a call that its policy in `.chalice/` does not allow is refused and named in the
error. What is used is recorded for `make check-iam`. In tests tables have the logical ids of the template as names.
"""

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from botocore import signers
from botocore.client import BaseClient
from botocore.exceptions import ClientError

from chalicelib import aws
from tests.iam.calls import Call, context_of, needed, needed_when_missing
from tests.iam.policies import DOWNLOADS, Permission, permissions

RECORD = "SEQPORT_IAM_RECORD"  # the folder for records of calls, if they are to be kept
_at_work: Counter[str] = Counter()
_used: Counter[Permission] = Counter()
_refused: set[str] = set()


class Denied(Exception):
    """A policy does not allow a call."""


@contextmanager
def as_function(*names: str) -> Iterator[None]:
    """Calls made meanwhile, in any thread, count as calls by these functions."""
    _at_work.update(names)
    try:
        yield
    finally:
        _at_work.subtract(names)


@contextmanager
def as_nobody() -> Iterator[None]:
    """What a test itself does while a function runs, in place of another program."""
    running = +_at_work
    _at_work.subtract(running)
    try:
        yield
    finally:
        _at_work.update(running)


@contextmanager
def enforced(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Refuse what no running function may do; any refusal, even a caught one, fails the test."""
    _refused.clear()
    call, presign = BaseClient._make_api_call, signers.generate_presigned_url  # type: ignore[attr-defined]

    def checked(self: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
        service = self.meta.service_model.service_name
        context = context_of(service, parameters)
        when_missing = list(needed_when_missing(service, operation, parameters))  # boto3 changes the parameters
        check(needed(service, operation, parameters), context)
        try:
            return call(self, operation, parameters)
        except ClientError as error:
            if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") == 404:
                check(when_missing, context)
            raise

    def signed(self: BaseClient, ClientMethod: str, *arguments: Any, **more: Any) -> Any:  # noqa: N803 - botocore's
        parameters = more.get("Params") or arguments[0]
        service, operation = self.meta.service_model.service_name, self.meta.method_to_api_mapping[ClientMethod]
        calls = list(needed(service, operation, parameters))
        signer = DOWNLOADS if operation in {"GetObject", "HeadObject"} else None
        check(calls, context_of(service, parameters), signer)
        return presign(self, ClientMethod, *arguments, **more)

    monkeypatch.setattr(BaseClient, "_make_api_call", checked)
    monkeypatch.setattr(signers, "generate_presigned_url", signed)
    aws.forget_clients()  # a client that was made before signs with the SDK's own function
    yield
    _keep_record()
    assert _refused == set()


def check(calls: Iterable[Call], context: Mapping[str, str], signer: str | None = None) -> None:
    """Raise Denied unless the running functions, or the role that signs a link for them, may make these calls; no
    function runs while a test sets up."""
    working = [name for name, count in _at_work.items() if count > 0]
    if working and signer:
        working = [signer]
    for action, resource in calls if working else ():
        granted = [
            permission
            for name in working
            for permission in permissions(name)
            if permission.allows(action, resource, context)
        ]
        if not granted:
            _refused.add(f"{' or '.join(working)} may not {action} on {resource}")
            raise Denied(f"{action} on {resource}")
        _used.update(granted)


def _keep_record() -> None:
    """Add what was used so far to this process's record."""
    folder = os.environ.get(RECORD)
    if folder:
        path = Path(folder) / f"{os.getpid()}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = [[use.function, use.action, use.resource, count] for use, count in _used.items()]
        path.write_text(json.dumps(rows), encoding="utf-8")
