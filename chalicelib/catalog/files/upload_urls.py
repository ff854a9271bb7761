"""The presigned URLs by which clients upload the parts of a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from botocore.exceptions import ClientError

from chalicelib import aws
from chalicelib.catalog.files.model import File
from chalicelib.crc32 import to_base64

URLS_LAST = 3600


@dataclass(frozen=True, slots=True)
class PartUrl:
    """Where one part of a file is to be PUT, and the headers to send with it."""

    part_number: int
    url: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class UploadedPart:
    """A part that S3 has: its ETag with quotes, its size in bytes."""

    part_number: int
    etag: str
    size: int


@dataclass(frozen=True, slots=True)
class Upload:
    """The parts still to be uploaded, `part_size` bytes each but the last, and those that have arrived."""

    part_size: int
    parts: tuple[PartUrl, ...]
    uploaded: tuple[UploadedPart, ...]


def single_url(file: File) -> PartUrl:
    """A URL that accepts exactly the announced bytes, once: it can't replace an existing object (If-None-Match)."""
    params: dict[str, Any] = {
        "Bucket": file.bucket,
        "Key": file.key,
        "ContentLength": file.size,
        "IfNoneMatch": "*",
    }
    headers = {"If-None-Match": "*"}
    if file.crc32 is not None:
        checksum = to_base64(file.crc32)
        params |= {"ChecksumCRC32": checksum, "ChecksumAlgorithm": "CRC32"}
        headers |= {"x-amz-checksum-crc32": checksum, "x-amz-sdk-checksum-algorithm": "CRC32"}
    return PartUrl(1, aws.s3().generate_presigned_url("put_object", params, URLS_LAST), headers)


def part_url(file: File, number: int, size: int) -> PartUrl:
    """The presigned PUT of one part of a multipart upload."""
    params = {
        "Bucket": file.bucket,
        "Key": file.key,
        "UploadId": file.upload_id,
        "PartNumber": number,
        "ContentLength": size,
    }
    return PartUrl(number, aws.s3().generate_presigned_url("upload_part", params, URLS_LAST), {})


def part_sizes(file: File) -> dict[int, int]:
    """The size of each part by its number."""
    count = ceil(file.size / file.part_size)
    return {n: min(file.part_size, file.size - (n - 1) * file.part_size) for n in range(1, count + 1)}


def uploaded_parts(file: File) -> dict[int, UploadedPart] | None:
    """The parts that S3 holds, by number (ListParts); None when it knows no such upload (any more)."""
    pages = (
        aws.s3().get_paginator("list_parts").paginate(Bucket=file.bucket, Key=file.key, UploadId=str(file.upload_id))
    )
    try:
        found = [part for page in pages for part in page.get("Parts", [])]
    except ClientError as error:
        if error.response["Error"]["Code"] not in {"NoSuchUpload", "404"}:
            raise
        return None
    return {part["PartNumber"]: UploadedPart(part["PartNumber"], part["ETag"], part["Size"]) for part in found}
