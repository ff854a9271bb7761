"""Properties of S3 objects: size, ETag, version and the CRC-32 of the whole, without reading their contents."""

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from chalicelib import aws
from chalicelib.crc32 import combine_all, from_base64

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import HeadObjectOutputTypeDef

_MISSING = {"404", "403", "NoSuchKey", "NotFound", "NoSuchBucket", "AccessDenied", "400", "InvalidBucketName"}


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object's properties. `etag` with its quotes; `crc32` where S3 knows one of the whole or of all parts."""

    size: int
    etag: str
    version_id: str | None
    crc32: int | None


def head_object(bucket: str, key: str) -> StoredObject | None:
    """The object as it is now; None when there is none, or none that we may see (HeadObject)."""
    try:
        head = aws.s3().head_object(Bucket=bucket, Key=key, ChecksumMode="ENABLED")
    except ClientError as error:
        if error.response["Error"]["Code"] in _MISSING:
            return None
        raise
    version = head.get("VersionId")
    return StoredObject(
        size=head["ContentLength"],
        etag=head["ETag"],
        version_id=version if version and version != "null" else None,
        crc32=_crc32(bucket, key, head),
    )


def _crc32(bucket: str, key: str, head: "HeadObjectOutputTypeDef") -> int | None:
    checksum = head.get("ChecksumCRC32")
    if not checksum:
        return None
    if head.get("ChecksumType") == "COMPOSITE" or "-" in checksum:
        return _of_parts(bucket, key, head)
    return int.from_bytes(base64.b64decode(checksum), "big")


def _of_parts(bucket: str, key: str, head: "HeadObjectOutputTypeDef") -> int | None:
    """The CRC-32 of a whole whose parts have one each (GetObjectAttributes, ObjectParts); None unless S3 reports all of
    them.

    A composite checksum is a checksum of checksums, so it can't be compared with the whole object's CRC-32.
    """
    pieces: list[tuple[int, int]] = []
    more: dict[str, Any] = {"VersionId": head["VersionId"]} if "VersionId" in head else {}
    marker = 0
    while True:
        try:
            answer = aws.s3().get_object_attributes(
                Bucket=bucket, Key=key, ObjectAttributes=["ETag", "ObjectParts"], PartNumberMarker=marker, **more
            )
        except (
            ClientError
        ):  # not every store has it, nor does every bucket policy grant it; the engine reads the bytes then
            return None
        parts = answer.get("ObjectParts", {})
        listed = parts.get("Parts", [])
        if answer.get("ETag", "").strip('"') != head["ETag"].strip('"'):
            return None
        for part in listed:
            if "ChecksumCRC32" not in part:
                return None
            pieces.append((from_base64(part["ChecksumCRC32"]), part["Size"]))
        if not parts.get("IsTruncated") or not listed:
            break
        marker = listed[-1]["PartNumber"]
    return combine_all(pieces) if sum(size for _, size in pieces) == head["ContentLength"] and pieces else None
