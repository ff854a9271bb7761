"""Copies an export's file to another place in S3 with the user's own AWS credentials.

Inside S3 where the user may read the exports bucket; else through this computer, part by part, without a file here."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from seqport import errors
from seqport.messages import translate as _
from seqport.transfer.crc32 import combine_all, crc32
from seqport.transfer.links import Links
from seqport.transfer.object_reader import ObjectReader
from seqport.transfer.progress import Progress
from seqport.transfer.retries import require_running
from seqport.transfer.targets import MIB

if TYPE_CHECKING:
    from seqport.models import Download

CONNECTIONS = 8
_MIN_PART, _MAX_PARTS = 64 * MIB, 10_000  # of a multipart upload: at most 10,000 parts of at most 5 GiB
_S3_URI = re.compile(r"s3://([a-z0-9][a-z0-9.\-]{1,61}[a-z0-9])/?(.*)")
# https://<bucket>.s3.<region>.amazonaws.com/<key>, or a path-style endpoint.
_VIRTUAL_HOST = re.compile(r"(?P<bucket>.+)\.s3[.-][a-z0-9.\-]+")


@dataclass(frozen=True)
class Copied:
    """The result: where the object is, and whether its bytes passed through this computer."""

    uri: str
    size: int
    crc32: str
    through_here: bool


def destination(uri: str, filename: str) -> tuple[str, str]:
    """Bucket and key of an S3 URI; a prefix (an empty key, or one that ends in /) gets the file's name."""
    found = _S3_URI.fullmatch(uri)
    if found is None:
        raise errors.UsageError(_("{uri} is not an S3 URI, such as s3://bucket/folder/.").format(uri=uri))
    bucket, key = found.groups()
    return bucket, f"{key}{filename}" if not key or key.endswith("/") else key


def source_of(url: str) -> tuple[str, str]:
    """Bucket and key of a presigned URL."""
    parts = urlsplit(url)
    path = unquote(parts.path).lstrip("/")
    found = _VIRTUAL_HOST.fullmatch(parts.hostname or "")
    if found is not None:
        return found["bucket"], path
    bucket, _slash, key = path.partition("/")
    return bucket, key


def copy(get_link: Callable[[], Download], uri: str, s3: Any, progress: Progress, stop: threading.Event) -> Copied:
    """Copy the file to `uri`; `s3` is a boto3 client. The object is there when all of it is, or not at all."""
    from botocore.exceptions import BotoCoreError, ClientError

    links = Links(get_link)
    link = links.download
    bucket, key = destination(uri, link["filename"])
    size = link["size"]
    part_size = max(_MIN_PART, -(-size // _MAX_PARTS))
    ranges = [(at, min(size, at + part_size)) for at in range(0, size, part_size)]
    progress.begin(f"s3://{bucket}/{key}", size, 0)
    try:
        upload_id = s3.create_multipart_upload(Bucket=bucket, Key=key, ContentType="application/octet-stream")[
            "UploadId"
        ]
        try:
            target = {"Bucket": bucket, "Key": key, "UploadId": upload_id}
            parts = _copied_parts(s3, target, source_of(link["url"]), ranges, progress, stop)
            through_here = parts is None
            if parts is None:
                parts = _streamed_parts(
                    s3, target, ObjectReader(links, progress, stop), ranges, progress, link["crc32"]
                )
            s3.complete_multipart_upload(**target, MultipartUpload={"Parts": parts})
        except BaseException:
            s3.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=upload_id)
            raise
    except (BotoCoreError, ClientError) as error:
        raise errors.SeqportError(
            _("AWS refuses to write s3://{bucket}/{key}: {reason}.").format(
                bucket=bucket, key=key, reason=str(error).rstrip(".")
            ),
            hint=_("Check your AWS credentials and the bucket's policy."),
        ) from error
    return Copied(f"s3://{bucket}/{key}", size, link["crc32"], through_here)


def _copied_parts(
    s3: Any,
    target: dict[str, str],
    source: tuple[str, str],
    ranges: list[tuple[int, int]],
    progress: Progress,
    stop: threading.Event,
) -> list[dict[str, Any]] | None:
    """The parts, copied inside S3; None if the user may not read the source."""
    from botocore.exceptions import ClientError

    def copied(number: int) -> dict[str, Any]:
        require_running(stop)
        start, end = ranges[number - 1]
        made = s3.upload_part_copy(
            **target,
            PartNumber=number,
            CopySource={"Bucket": source[0], "Key": source[1]},
            CopySourceRange=f"bytes={start}-{end - 1}",
        )
        progress.advance(end - start)
        return {"PartNumber": number, "ETag": made["CopyPartResult"]["ETag"]}

    try:
        first = copied(1)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] in {403, 404}:
            return None
        raise
    with ThreadPoolExecutor(CONNECTIONS) as executor:
        return [first, *executor.map(copied, range(2, len(ranges) + 1))]


def _streamed_parts(
    s3: Any,
    target: dict[str, str],
    reader: ObjectReader,
    ranges: list[tuple[int, int]],
    progress: Progress,
    expected: str,
) -> list[dict[str, Any]]:
    """The parts, read and written by this computer, a few at a time."""

    def streamed(number: int) -> tuple[dict[str, Any], int, int]:
        start, end = ranges[number - 1]
        body = b"".join(reader.read(start, end))
        made = s3.upload_part(**target, PartNumber=number, Body=body)
        progress.advance(end - start)
        return {"PartNumber": number, "ETag": made["ETag"]}, crc32(body), len(body)

    with ThreadPoolExecutor(min(4, CONNECTIONS)) as executor:
        done = list(executor.map(streamed, range(1, len(ranges) + 1)))
    if f"{combine_all((crc, length) for _part, crc, length in done):08x}" != expected:
        raise errors.Corrupt(_("The content does not have the CRC-32 that it should have."), hint=_("Try again."))
    return [part for part, _crc, _length in done]
