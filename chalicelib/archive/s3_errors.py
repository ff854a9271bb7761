"""S3's errors: which mean that a source can't be read, and which calls are retried."""

import random
import time
from collections.abc import Callable, Mapping
from typing import TypeVar

from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    HTTPClientError,
    IncompleteReadError,
    ReadTimeoutError,
)
from botocore.exceptions import ConnectionError as BotoConnectionError

from chalicelib.archive.entries import ArchiveError, UploadGone
from chalicelib.archive.fast_multipart import NoAnswer

T = TypeVar("T")
TRIES = 5

# The problem of a source that each error code means (S3 API, "Error responses").
_PROBLEMS = {
    "PreconditionFailed": "changed",
    "412": "changed",
    "InvalidRange": "changed",
    "416": "changed",
    "NoSuchKey": "missing",
    "NoSuchBucket": "missing",
    "NoSuchVersion": "missing",
    "404": "missing",
    "AccessDenied": "access-denied",
    "AllAccessDisabled": "access-denied",
    "403": "access-denied",
    "KMS.AccessDeniedException": "access-denied",
    "KMS.DisabledException": "access-denied",
    "KMS.InvalidStateException": "access-denied",
    "KMS.KMSInvalidStateException": "access-denied",
    "KMS.NotFoundException": "access-denied",
    "InvalidObjectState": "archived",
    "ObjectNotInActiveTierError": "archived",
}
_BUSY = {409, 429}
# After these the store may still carry out the request.
NO_ANSWER = (ReadTimeoutError, ConnectionClosedError, NoAnswer)


class SourceProblem(ArchiveError):
    """A source can't be read as planned; `reason` says why. An expected outcome, not a bug."""

    def __init__(self, entry: int, reason: str) -> None:
        super().__init__(f"entry {entry}: {reason}")
        self.entry = entry
        self.reason = reason


class SourceProblems(ArchiveError):
    """Some sources can't be read as planned: reasons by entry."""

    def __init__(self, problems: Mapping[int, str]) -> None:
        super().__init__(f"{len(problems)} sources are not as planned")
        self.problems = dict(problems)


def guarded(position: int | None, call: Callable[[], T]) -> T:
    """The call's response; errors about the source or the upload become errors of the domain."""
    try:
        return call()
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "NoSuchUpload":
            raise UploadGone(str(error)) from error
        if position is not None and (reason := reason_of(code, error.response["Error"].get("Message", ""))):
            raise SourceProblem(position, reason) from error
        raise


def reason_of(code: str, message: str) -> str | None:
    """The problem of a source that an S3 error means. Copies report a range beyond the object as InvalidArgument."""
    if code == "InvalidArgument" and "range" in message.lower():
        return "changed"
    return _PROBLEMS.get(code)


def with_retries(call: Callable[[], T], *, gives_up_on: tuple[type[Exception], ...] = ()) -> T:
    """The call's response, retried with full jitter where the SDK gives up on a connection or a busy server, except for
    errors that must not be retried."""
    for attempt in range(TRIES):
        try:
            return call()
        except gives_up_on:
            raise
        except (HTTPClientError, BotoConnectionError, IncompleteReadError):
            if attempt == TRIES - 1:
                raise
        except ClientError as error:
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
            if (status < 500 and status not in _BUSY) or attempt == TRIES - 1:
                raise
        time.sleep(random.uniform(0, 0.5 * 2**attempt))
    raise AssertionError("unreachable")
