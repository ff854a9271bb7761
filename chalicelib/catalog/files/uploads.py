"""Incoming files: presigned uploads to `files/`, and objects that are already in S3."""

from collections.abc import Sequence
from dataclasses import replace
from math import ceil
from typing import Any

from botocore.exceptions import ClientError

from chalicelib import aws, timestamps
from chalicelib.catalog.files import pairs, registration
from chalicelib.catalog.files import repository as files
from chalicelib.catalog.files.model import DeclaredMate, File
from chalicelib.catalog.files.registration import RegistrableObject
from chalicelib.catalog.files.s3_objects import StoredObject, head_object
from chalicelib.catalog.files.table import UPLOADS
from chalicelib.catalog.files.upload_urls import Upload, part_sizes, part_url, single_url, uploaded_parts
from chalicelib.catalog.namespaces import repository as namespaces
from chalicelib.catalog.samples.model import Sample
from chalicelib.errors import Conflict, Invalid, Violation, message, validation_error
from chalicelib.ids import Ids
from chalicelib.settings import settings

MIB = 1 << 20
MAX_SINGLE_PART = 64 * MIB
USUAL_PARTS, MAX_PARTS = 1_000, 1_024  # more than the usual number only where parts would exceed S3's 5 GiB
MAX_PART = 5 * (1 << 30)
MAX_FILE = MAX_PARTS * MAX_PART


def begin(
    sample: Sample,
    ids: Ids,
    *,
    filename: str,
    size: int,
    crc32: str | None,
    sha256: str | None,
    puid: str | None,
    mate: DeclaredMate | None = None,
) -> tuple[File, Upload]:
    """Create the record of a file to be uploaded, and the URLs for it: one part up to 64 MiB, multipart above."""
    file_id = ids.id()
    known = files.find_own(sample.id, file_id) if ids.is_repeatable else None
    if known is not None:
        return known, Upload(known.part_size, (), ()) if known.complete else urls(known)
    s = settings()
    file = File(
        id=file_id,
        puid=files.new_puid(puid, ids),
        puid_given=puid is not None,
        sample_id=sample.id,
        filename=filename,
        size=size,
        bucket=s.catalog_bucket,
        key=f"{UPLOADS}{sample.project_id}/{sample.id}/{file_id}",
        complete=False,
        created_at=timestamps.now(),
        crc32=None if crc32 is None else int(crc32, 16),
        sha256=sha256,
        declared_mate=None if mate is None else mate.id,
        declared_direction=None if mate is None else mate.direction,
    )
    if size > MAX_SINGLE_PART:
        part_size = min(MAX_PART, max(MAX_SINGLE_PART, ceil(size / (USUAL_PARTS * MIB)) * MIB))
        answer = aws.s3().create_multipart_upload(Bucket=file.bucket, Key=file.key)
        file = replace(file, upload_id=answer["UploadId"], part_size=part_size)
    try:
        files.add(file)
    except Conflict:
        known = files.find_own(sample.id, file_id) if ids.is_repeatable else None
        if known is None:
            raise
        file = known  # a concurrent request was first; the bucket's lifecycle removes our multipart upload
    return file, urls(file)


def urls(file: File) -> Upload:
    """Fresh URLs for the parts of a file that S3 does not have yet, and the parts that it has. Where S3 has dropped the
    multipart upload, a new one begins."""
    if file.complete:
        raise Conflict("This file is already complete.", slug="already-complete")
    if file.upload_id is None:
        if head_object(file.bucket, file.key) is not None:  # it was uploaded, and can't be uploaded again
            return Upload(file.size, (), ())
        return Upload(file.size, (single_url(file),), ())
    uploaded = uploaded_parts(file)
    if uploaded is None:
        if head_object(file.bucket, file.key) is not None:  # completed in S3; the answer, or our record of it, was lost
            return Upload(file.part_size, (), ())
        file = _begin_again(file)
        uploaded = {}
    sizes = part_sizes(file)
    uploaded = {number: part for number, part in uploaded.items() if part.size == sizes.get(number)}
    missing = tuple(part_url(file, number, size) for number, size in sizes.items() if number not in uploaded)
    return Upload(file.part_size, missing, tuple(uploaded.values()))


def _begin_again(file: File) -> File:
    """The file with a new multipart upload, or that of a concurrent call if it was first."""
    s3 = aws.s3()
    upload_id = s3.create_multipart_upload(Bucket=file.bucket, Key=file.key)["UploadId"]
    if files.renew_upload(file, upload_id):
        return replace(file, upload_id=upload_id)
    s3.abort_multipart_upload(Bucket=file.bucket, Key=file.key, UploadId=upload_id)
    present = files.find_own(file.sample_id, file.id)
    if present is None or present.complete:
        raise Conflict("This file was just completed.", slug="completed-meanwhile")
    return present


def finish(file: File, parts: Sequence[tuple[int, str]]) -> File:
    """Complete an upload: the object must exist with the announced size. A repeated call returns the same file.

    S3 itself knows which parts it has; `parts` (number and ETag, any of them or none) only state what the client
    believes to have sent. Differences are refused before anything is completed, so the upload can continue.
    """
    if file.complete:
        return file
    if file.upload_id is not None:
        _complete_multipart(file, parts)
    there = head_object(file.bucket, file.key)
    if there is None:
        raise Conflict("The file's content has not been uploaded.", slug="upload-missing")
    if there.size != file.size:
        raise Invalid(
            "The object has {found} bytes; {announced} were declared.",
            [Violation("/parts", "The content's size differs from the declared size.")],
            slug="size-differs",
            found=there.size,
            announced=file.size,
        )
    if there.crc32 is not None and file.crc32 is not None and there.crc32 != file.crc32:
        raise Invalid("The content's CRC-32 differs from the declared CRC-32.", slug="checksum-differs")
    return pairs.complete(_as_found(file, there))


def _complete_multipart(file: File, parts: Sequence[tuple[int, str]]) -> None:
    uploaded = uploaded_parts(file)
    if uploaded is None:  # completed by an earlier call whose response was lost, or dropped by S3: check the object
        return
    sizes = part_sizes(file)
    missing = [number for number, size in sizes.items() if number not in uploaded or uploaded[number].size != size]
    if missing:
        raise Conflict(
            "{count} of {total} parts are missing, the first is {first}: request the upload again and send them.",
            slug="parts-missing",
            count=len(missing),
            total=len(sizes),
            first=missing[0],
        )
    violations = [
        Violation(f"/parts/{place}/etag", message("S3 has different content for part {number}.", number=number))
        if number in sizes
        else Violation(f"/parts/{place}/part_number", message("This upload has {total} parts.", total=len(sizes)))
        for place, (number, etag) in enumerate(parts)
        if number not in sizes or uploaded[number].etag.strip('"') != etag.strip('"')
    ]
    if violations:
        raise validation_error(violations, slug="parts-refused")
    numbered: list[Any] = [{"PartNumber": number, "ETag": uploaded[number].etag} for number in sizes]
    try:
        aws.s3().complete_multipart_upload(
            Bucket=file.bucket, Key=file.key, UploadId=str(file.upload_id), MultipartUpload={"Parts": numbered}
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchUpload":  # a concurrent call completed it
            raise


def remove(file: File) -> None:
    """Delete a file's record, and abort its upload if it is incomplete."""
    files.remove(file)
    if file.complete or file.upload_id is None:
        return
    try:
        aws.s3().abort_multipart_upload(Bucket=file.bucket, Key=file.key, UploadId=file.upload_id)
    except ClientError as error:
        if error.response["Error"]["Code"] not in {"NoSuchUpload", "404"}:
            raise


def _as_found(file: File, there: StoredObject) -> File:
    return replace(file, size=there.size, etag=there.etag, version_id=there.version_id, crc32=there.crc32)


def register(
    sample: Sample,
    user_id: str,
    ids: Ids,
    *,
    s3_uri: str,
    filename: str | None,
    puid: str | None,
    mate: DeclaredMate | None = None,
) -> File:
    """Create the record of an object that is already in S3, in a place from which the user may register it."""
    found = registration.find(user_id, namespaces.find(sample.project_id), s3_uri)
    return register_in_place(sample, ids, found, filename=filename, puid=puid, mate=mate)


def register_in_place(
    sample: Sample,
    ids: Ids,
    found: RegistrableObject,
    *,
    filename: str | None = None,
    puid: str | None = None,
    mate: DeclaredMate | None = None,
) -> File:
    """Create the complete record of an object that is in S3 already. With repeatable ids a second call, or
    a concurrent one, returns the first one's file."""
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
        created_at=timestamps.now(),
        is_managed=False,
        declared_mate=None if mate is None else mate.id,
        declared_direction=None if mate is None else mate.direction,
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
        return pairs.complete(_as_found(file, found.stored))
    except Conflict:
        existing = files.find_own(sample.id, file_id) if ids.is_repeatable else None
        if existing is None or not existing.complete:
            raise
        return existing
