"""Begins and completes multipart uploads; S3 itself verifies that the object is what was planned."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib.archive.entries import ArchiveError, UploadGone
from chalicelib.archive.plan_file import WrittenPart
from chalicelib.archive.s3_clients import S3Clients
from chalicelib.archive.s3_errors import with_retries
from chalicelib.archive.s3_operations import CopyCrc, Target
from chalicelib.crc32 import combine_all, from_base64, to_base64

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import PartTypeDef

# Another completion of the same upload is in progress or was first: then the object decides.
_LOST_RACE = {"NoSuchUpload", "PreconditionFailed", "ConditionalRequestConflict", "OperationAborted"}


class _PartsLost(ArchiveError):
    """S3 does not list all parts of an upload any more."""


def create_upload(
    store: S3Clients, bucket: str, key: str, copy_crc: CopyCrc, content_type: str = "application/zip"
) -> str:
    """Begin a multipart upload for an archive, a segment or another file; returns its id.

    With `answer` it is created so that S3 returns each part's CRC-32 and verifies that of the whole on completion.
    """
    checksums: dict[str, Any] = {"ChecksumAlgorithm": "CRC32", "ChecksumType": "FULL_OBJECT"}
    answer = store.s3.create_multipart_upload(
        Bucket=bucket, Key=key, ContentType=content_type, **(checksums if copy_crc == "answer" else {})
    )
    return answer["UploadId"]


def checksum_of(parts: Mapping[int, WrittenPart]) -> int:
    """The CRC-32 of a whole from those of its parts by number."""
    return combine_all((part.crc32, part.length) for _, part in sorted(parts.items()))


def complete(store: S3Clients, target: Target, parts: Mapping[int, WrittenPart], whole: int, size: int) -> str:
    """Complete an upload of these parts into an object of this CRC-32 and size; returns its ETag.

    Idempotent, also for concurrent calls: the upload's key is its own and an upload is completed once, so the second
    call finds the object. Raises UploadGone when there is neither upload nor the right object, ArchiveError when S3
    holds something else than was planned. Source: CompleteMultipartUpload.
    """
    try:
        _send_completion(store, target, _as_listed(store, target, parts), whole, size)
    except _PartsLost:  # SeaweedFS lists fewer parts while it cleans up after another completion
        etag = _etag_of(store, target, whole, size)
        if etag is None:
            raise
        return etag
    except ClientError as error:
        code = error.response["Error"]["Code"]
        etag = _etag_of(store, target, whole, size) if code in _LOST_RACE else None
        if etag is not None:
            return etag
        if code == "NoSuchUpload":
            raise UploadGone(str(error)) from error
        raise
    etag = _etag_of(store, target, whole, size)
    if etag is None:
        raise ArchiveError(f"the object in S3 is not the one of {size} bytes that was planned")
    return etag


def _send_completion(store: S3Clients, target: Target, parts: Mapping[int, WrittenPart], whole: int, size: int) -> None:
    numbered: list[dict[str, Any]] = []
    arguments: dict[str, Any] = {}
    for number, part in sorted(parts.items()):
        row: dict[str, Any] = {"PartNumber": number, "ETag": part.etag}
        if target.copy_crc == "answer":
            row["ChecksumCRC32"] = to_base64(part.crc32)
        numbered.append(row)
    if target.copy_crc == "answer":
        arguments = {"ChecksumType": "FULL_OBJECT", "ChecksumCRC32": to_base64(whole), "MpuObjectSize": size}
    with_retries(
        lambda: store.s3.complete_multipart_upload(
            Bucket=target.bucket,
            Key=target.key,
            UploadId=target.upload_id,
            MultipartUpload={"Parts": numbered},  # type: ignore[typeddict-item]
            **arguments,
        )
    )


def _as_listed(store: S3Clients, target: Target, parts: Mapping[int, WrittenPart]) -> dict[int, WrittenPart]:
    """The parts as S3 has them now; ArchiveError where one is not of the planned bytes.

    A worker that seemed dead may have written a part again: the same bytes, but under some encryptions not the
    same ETag. Not every server refuses to complete with a replaced part.
    """
    found: dict[int, WrittenPart] = {}
    for listed in _listed_parts(store, target):
        number, checksum = listed["PartNumber"], listed.get("ChecksumCRC32")
        part = parts.get(number)
        if part is None:
            continue
        same = (
            listed["ETag"].strip('"') == part.etag.strip('"')
            if checksum is None
            else from_base64(checksum) == part.crc32
        )
        if listed["Size"] != part.length or not same:
            raise ArchiveError(f"part {number} in S3 is not the one that was written")
        found[number] = WrittenPart(listed["ETag"], part.length, part.crc32)
    lost = parts.keys() - found.keys()
    if lost:
        raise _PartsLost(f"{len(lost)} parts are no longer in S3, the first is {min(lost)}")
    return found


def _listed_parts(store: S3Clients, target: Target) -> Iterator["PartTypeDef"]:
    """All parts of an upload (ListParts). Not the SDK's paginator: to load it costs as much CPU as a dozen calls."""
    more: dict[str, Any] = {}
    while True:
        answer = store.s3.list_parts(Bucket=target.bucket, Key=target.key, UploadId=target.upload_id, **more)
        yield from answer.get("Parts", [])
        if not answer.get("IsTruncated"):
            return
        more = {"PartNumberMarker": answer["NextPartNumberMarker"]}


def _etag_of(store: S3Clients, target: Target, whole: int, size: int) -> str | None:
    """The ETag of the object at the key, if it has this size and, if the server returns one, this CRC-32."""
    try:
        answer = store.s3.head_object(Bucket=target.bucket, Key=target.key, ChecksumMode="ENABLED")
    except ClientError as error:
        if error.response["Error"]["Code"] in {"404", "NoSuchKey", "NotFound"}:
            return None
        raise
    checksum = answer.get("ChecksumCRC32") if answer.get("ChecksumType") == "FULL_OBJECT" else None
    right = answer["ContentLength"] == size and (checksum is None or from_base64(checksum) == whole)
    return answer["ETag"] if right else None


def is_open(store: S3Clients, target: Target) -> bool:
    """Is the upload still there to be written to (ListParts)?"""
    try:
        store.s3.list_parts(Bucket=target.bucket, Key=target.key, UploadId=target.upload_id, MaxParts=1)
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchUpload":
            return False
        raise
    return True


def abort_uploads(store: S3Clients, targets: Iterable[Target]) -> None:
    """Abort uploads; those that no longer exist are ignored."""
    for target in targets:
        try:
            store.s3.abort_multipart_upload(Bucket=target.bucket, Key=target.key, UploadId=target.upload_id)
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchUpload":
                raise
