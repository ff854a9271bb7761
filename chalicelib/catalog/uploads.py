"""Files on their way in: presigned uploads to `files/`, and objects that already lie in S3."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Any

from botocore.exceptions import ClientError

from chalicelib import aws, times
from chalicelib.catalog import files, namespaces, sources
from chalicelib.catalog.files import File
from chalicelib.catalog.samples import Sample
from chalicelib.catalog.sources import Found
from chalicelib.catalog.stored_objects import StoredObject, look_at
from chalicelib.crc32 import to_base64
from chalicelib.errors import Conflict, Flaw, Invalid, broken, words
from chalicelib.ids import Ids
from chalicelib.settings import settings

MIB = 1 << 20
SINGLE_UP_TO = 64 * MIB
MAX_PARTS = 1_000
MAX_FILE = 5 * (1 << 40)
URLS_LAST = 3600


@dataclass(frozen=True, slots=True)
class PartUrl:
    """Where one part of a file is to be PUT, and the headers to send with it."""

    part_number: int
    url: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Upload:
    """What is still to be sent: `part_size` bytes in each part but the last."""

    part_size: int
    parts: tuple[PartUrl, ...]


def begin(
    sample: Sample, ids: Ids, *, filename: str, size: int, crc32: str | None, sha256: str | None, puid: str | None
) -> tuple[File, Upload]:
    """Make the record of a file to come, and the URLs to send it to: one part up to 64 MiB, multipart above."""
    file_id = ids.id()
    known = files.find_own(sample.id, file_id) if ids.is_repeatable else None
    if known is not None:
        return known, Upload(known.part_size, ()) if known.complete else urls(known)
    s = settings()
    file = File(
        id=file_id,
        puid=files.new_puid(puid, ids),
        puid_given=puid is not None,
        sample_id=sample.id,
        filename=filename,
        size=size,
        bucket=s.catalog_bucket,
        key=f"files/{sample.project_id}/{sample.id}/{file_id}",
        complete=False,
        created_at=times.now(),
        crc32=None if crc32 is None else int(crc32, 16),
        sha256=sha256,
    )
    if size > SINGLE_UP_TO:
        part_size = max(SINGLE_UP_TO, ceil(size / MAX_PARTS / MIB) * MIB)
        answer = aws.s3().create_multipart_upload(Bucket=file.bucket, Key=file.key)
        file = replace(file, upload_id=answer["UploadId"], part_size=part_size)
    try:
        files.add(file)
    except Conflict:
        known = files.find_own(sample.id, file_id) if ids.is_repeatable else None
        if known is None:
            raise
        file = known  # a twin of this request was first; its own multipart upload goes with the bucket's lifecycle
    return file, urls(file)


def urls(file: File) -> Upload:
    """Fresh URLs for the parts of a file that S3 has not got yet."""
    if file.complete:
        raise Conflict("This file is complete.", slug="already-complete")
    s3 = aws.s3()
    if file.upload_id is None:
        params: dict[str, Any] = {"Bucket": file.bucket, "Key": file.key}
        headers: dict[str, str] = {}
        if file.crc32 is not None:
            checksum = to_base64(file.crc32)
            params |= {"ChecksumCRC32": checksum, "ChecksumAlgorithm": "CRC32"}
            headers = {"x-amz-checksum-crc32": checksum, "x-amz-sdk-checksum-algorithm": "CRC32"}
        url = s3.generate_presigned_url("put_object", Params=params, ExpiresIn=URLS_LAST)
        return Upload(file.size, (PartUrl(1, url, headers),))
    there = _parts_there(file)
    parts = []
    for number in range(1, ceil(file.size / file.part_size) + 1):
        if number not in there:
            params = {
                "Bucket": file.bucket,
                "Key": file.key,
                "UploadId": file.upload_id,
                "PartNumber": number,
            }
            parts.append(PartUrl(number, s3.generate_presigned_url("upload_part", params, URLS_LAST), {}))
    return Upload(file.part_size, tuple(parts))


def _parts_there(file: File) -> dict[int, tuple[str, int]]:
    """Number → (ETag, size) of the parts that S3 holds."""
    assert file.upload_id is not None  # noqa: S101 - callers ask for multipart uploads only
    pages = aws.s3().get_paginator("list_parts").paginate(Bucket=file.bucket, Key=file.key, UploadId=file.upload_id)
    return {part["PartNumber"]: (part["ETag"], part["Size"]) for page in pages for part in page.get("Parts", [])}


def finish(file: File, parts: Sequence[tuple[int, str]]) -> File:
    """Complete an upload: the object must be there, with the size that was said. Repeating it gives the same file."""
    if file.complete:
        return file
    if file.upload_id is not None:
        _complete_multipart(file, parts)
    there = look_at(file.bucket, file.key)
    if there is None:
        raise Conflict("The file's content has not arrived.", slug="upload-missing")
    if there.size != file.size:
        raise Invalid(
            "The object has {found} bytes; {announced} were announced.",
            [Flaw("/parts", "The content's size is not the announced one.")],
            slug="size-differs",
            found=there.size,
            announced=file.size,
        )
    if there.crc32 is not None and file.crc32 is not None and there.crc32 != file.crc32:
        raise Invalid("The content's CRC-32 is not the announced one.", slug="checksum-differs")
    return files.complete(_as_found(file, there))


def _complete_multipart(file: File, parts: Sequence[tuple[int, str]]) -> None:
    if not parts:
        raise broken([Flaw("/parts", "Name every part with its ETag.")], slug="parts-missing")
    numbered: list[Any] = [{"PartNumber": number, "ETag": etag} for number, etag in sorted(parts)]
    try:
        aws.s3().complete_multipart_upload(
            Bucket=file.bucket, Key=file.key, UploadId=str(file.upload_id), MultipartUpload={"Parts": numbered}
        )
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in {"InvalidPart", "InvalidPartOrder", "EntityTooSmall", "InvalidRequest", "MalformedXML"}:
            raise broken(
                [Flaw("/parts", words("S3 refused the parts: {code}.", code=code))], slug="parts-refused"
            ) from error
        if code != "NoSuchUpload":  # completed by an earlier call whose answer was lost: the object tells
            raise


def _as_found(file: File, there: StoredObject) -> File:
    return replace(file, size=there.size, etag=there.etag, version_id=there.version_id, crc32=there.crc32)


def register(sample: Sample, user_id: str, ids: Ids, *, s3_uri: str, filename: str | None, puid: str | None) -> File:
    """Make the record of an object that already lies in S3, where `sources` lets the user take it from."""
    found = sources.find(user_id, namespaces.find(sample.project_id), s3_uri)
    return record_where_it_lies(sample, ids, found, filename=filename, puid=puid)


def record_where_it_lies(
    sample: Sample, ids: Ids, found: Found, *, filename: str | None = None, puid: str | None = None
) -> File:
    """Make the complete record of an object that is nobody's upload through us. With repeatable ids a second call, or
    one at the same moment, gives the first one's file."""
    file_id = ids.id()
    file = File(
        id=file_id,
        puid=files.new_puid(puid, ids),
        puid_given=puid is not None,
        sample_id=sample.id,
        filename=filename or found.filename,
        size=found.stored.size,
        bucket=found.bucket,
        key=found.key,
        complete=False,
        created_at=times.now(),
        ours=False,
    )
    try:
        files.add(file)
    except Conflict:
        known = files.find_own(sample.id, file_id) if ids.is_repeatable else None
        if known is None:
            raise
        file = known
    if file.complete:
        return file
    try:
        return files.complete(_as_found(file, found.stored))
    except Conflict:
        twin = files.find_own(sample.id, file_id) if ids.is_repeatable else None
        if twin is None or not twin.complete:
            raise
        return twin
