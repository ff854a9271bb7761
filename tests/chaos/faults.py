"""Faults of AWS's services as the SDK reports them when its own retries are exhausted.

They are injected where the SDK hands a call to the network: there the step that makes it is known, and a call can be
executed although its response is lost.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError, ConnectionClosedError, ConnectTimeoutError, ReadTimeoutError

_THROTTLES = {"s3": ("SlowDown", 503), "sesv2": ("TooManyRequestsException", 429)}


class Fault(StrEnum):
    """What happens to a call."""

    THROTTLE = "throttle"
    ERROR = "500"
    TIMEOUT = "time-out"  # the service never receives it
    RESET = "reset"  # the service never receives it
    LOST = "response lost"  # the service executes it


@dataclass
class Injector:
    """Counts the calls of a step, and does `fault` to those of one operation; `times` None: to each."""

    step: str | None = None
    target: tuple[str, str] | None = None  # step, "service.Operation"
    fault: Fault = Fault.ERROR
    times: int | None = 1
    calls: Counter[tuple[str, str]] = field(default_factory=Counter)
    injected: int = 0
    executed: Counter[str] = field(default_factory=Counter)  # of all operations, also those whose response was lost

    def strikes(self, operation: str) -> bool:
        """Is this call to fail?"""
        if self.step is None or (self.step, operation) != self.target:
            return False
        if self.times is not None and self.injected >= self.times:
            return False
        self.injected += 1
        return True


def error_of(fault: Fault, service: str, operation: str) -> Exception:
    """What the SDK raises."""
    match fault:
        case Fault.THROTTLE:
            code, status = _THROTTLES.get(service, ("ThrottlingException", 400))
        case Fault.ERROR:
            code, status = "InternalServerError" if service == "dynamodb" else "InternalError", 500
        case Fault.TIMEOUT:
            return ConnectTimeoutError(endpoint_url=f"https://{service}.test")
        case Fault.RESET:
            return ConnectionClosedError(endpoint_url=f"https://{service}.test")
        case Fault.LOST:
            return ReadTimeoutError(endpoint_url=f"https://{service}.test")
    response: Any = {"Error": {"Code": code, "Message": "injected"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(response, operation)


@contextmanager
def injecting(monkeypatch: pytest.MonkeyPatch, injector: Injector) -> Iterator[None]:
    """Send all calls through an injector."""
    call = BaseClient._make_api_call  # type: ignore[attr-defined]

    def made(self: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
        service = self.meta.service_model.service_name
        name = f"{service}.{operation}"
        strikes = injector.strikes(name)
        if injector.step is not None:
            injector.calls[injector.step, name] += 1
        if strikes and injector.fault is not Fault.LOST:
            raise error_of(injector.fault, service, operation)
        answer = call(self, operation, parameters)
        injector.executed[name] += 1
        if strikes:
            raise error_of(injector.fault, service, operation)
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", made)
        yield
