"""The AWS clients of this process: one of each, made on first use."""

import os
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionError, HTTPClientError  # noqa: A004

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sesv2 import SESV2Client
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_stepfunctions import SFNClient

_SERVER_ERROR = 500
_CONTROL = Config(retries={"mode": "standard", "total_max_attempts": 5}, connect_timeout=5, read_timeout=20)
# A mail that may have gone out must not be sent again, so SES calls are never retried.
_ONCE = Config(retries={"mode": "standard", "total_max_attempts": 1}, connect_timeout=5, read_timeout=20)


@cache
def session() -> boto3.Session:
    """What all clients share: credentials and region."""
    return boto3.Session()


@cache
def s3() -> "S3Client":
    """The S3 client, for the control plane and the data plane alike."""
    return _s3_client(6, session())


@cache
def s3_once() -> "S3Client":
    """An S3 client that never repeats a call by itself."""
    return _s3_client(1, session())


_assumed: dict[str, tuple["S3Client", datetime]] = {}


def s3_as(role: str, *, valid_for: timedelta) -> "S3Client":
    """An S3 client with the rights of this role; its credentials, which last for an hour, stay valid for so long."""
    now = datetime.now(UTC)
    client, until = _assumed.get(role, (None, now))
    if client is None or until < now + valid_for:
        given = session().client("sts", config=_CONTROL).assume_role(RoleArn=role, RoleSessionName="seqport")
        keys = given["Credentials"]
        own = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
        client, until = _s3_client(1, own), keys["Expiration"]
        _assumed[role] = client, until
    return client


def _s3_client(attempts: int, session: boto3.Session) -> "S3Client":
    """A client whose requests and presigned URLs have the bucket in the host name of the region's own endpoint: by
    default the SDK presigns for the global host, which newer regions don't serve. Another server than S3 (its endpoint
    is in the environment, as the SDK reads it) is addressed by path."""
    config = Config(
        signature_version="s3v4",
        retries={"mode": "standard", "total_max_attempts": attempts},
        max_pool_connections=192,  # of a worker: 144 copies, and stitched parts
        connect_timeout=5,
        read_timeout=300,
        # The engine requests checksums where it needs them; the SDK's own defaults would add trailers to every upload.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        s3={
            # Parts carry a CRC-32 that S3 checks on arrival: a SHA-256 of each for the signature would be the larger
            # part of the CPU.
            "payload_signing_enabled": False,
            "us_east_1_regional_endpoint": "regional",
            "addressing_style": "path" if _other_endpoint() else "virtual",
        },
    )
    return session.client("s3", config=config)


def object_origin(bucket: str) -> str:
    """Scheme and host of the presigned URLs of a bucket's objects, without the cost of making a client: of the region's
    own endpoint, or of another server than S3."""
    endpoint = _other_endpoint()
    if endpoint:
        return endpoint.rstrip("/")
    region = os.environ.get("AWS_REGION") or os.environ["AWS_DEFAULT_REGION"]
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return f"https://{bucket}.s3.{region}.{suffix}"


def _other_endpoint() -> str | None:
    return os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")


@cache
def stepfunctions() -> "SFNClient":
    """The Step Functions client."""
    return session().client("stepfunctions", config=_CONTROL)


@cache
def sesv2() -> "SESV2Client":
    """The SES client; it never repeats a call by itself."""
    return session().client("sesv2", config=_ONCE)


@cache
def sqs() -> "SQSClient":
    """The SQS client."""
    return session().client("sqs", config=_CONTROL)


@cache
def functions() -> "LambdaClient":
    """The Lambda client."""
    return session().client("lambda", config=_CONTROL)


_BUSY_CODES = {
    "ThrottlingException", "ProvisionedThroughputExceededException", "RequestLimitExceeded", "TooManyRequestsException",
    "SlowDown", "ServiceUnavailable", "InternalServerError", "InternalError", "RequestTimeout",
}  # fmt: skip


def is_outage(error: BaseException | None) -> bool:
    """Was an error, directly or by its cause, raised because an AWS service was unreachable or too busy?"""
    while error is not None:
        if isinstance(error, ConnectionError | HTTPClientError):
            return True
        if isinstance(error, ClientError):
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
            if status >= _SERVER_ERROR or error.response["Error"]["Code"] in _BUSY_CODES:
                return True
        error = error.__cause__ or error.__context__
    return False


def forget_clients() -> None:
    """Drop the cached clients, for tests that change the environment."""
    _assumed.clear()
    for factory in (s3, s3_once, stepfunctions, sesv2, sqs, functions, session):
        factory.cache_clear()
