"""The finisher: writes the last part, completes the upload, and makes sure that S3 holds what was planned."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zlib import crc32

from botocore.exceptions import ClientError

from chalicelib.archive.entries import ArchiveError, Member, UploadGone
from chalicelib.archive.layout import MIB
from chalicelib.archive.objects import Objects, SourceProblem, Target
from chalicelib.archive.parts import Index
from chalicelib.archive.plan_file import BatchResult, Traffic, WrittenPart
from chalicelib.archive.writer import stitch
from chalicelib.archive.zip_format import central_header, end_records, local_header
from chalicelib.crc32 import combine_all, from_base64, to_base64

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_TAIL_PART = 32 * MIB
_READS_AT_ONCE = 8
Extras = Callable[[Mapping[int, int]], Sequence[Member]]


@dataclass(frozen=True, slots=True)
class Archive:
    """A finished archive: size in bytes, CRC-32 of the whole, its parts, and what the whole work cost."""

    size: int
    crc32: int
    parts: int
    traffic: Traffic


@dataclass(frozen=True, slots=True)
class SourcesChanged:
    """The archive can't be finished: what is wrong with which entries' sources."""

    problems: Mapping[int, str]


def finish_upload(
    s3: "S3Client", target: Target, index: Index, results: Iterable[BatchResult], extras: Extras
) -> Archive | SourcesChanged:
    """Complete the archive. `extras` gives the members that stand last (manifests), from the CRC-32s by entry.

    Repeatable: a finisher that finds the upload completed checks the object and gives back the same. Raises UploadGone
    when there is neither upload nor the right object, ArchiveError when S3 holds something else than was planned.
    """
    parts: dict[int, WrittenPart] = {}
    checksums: dict[int, int] = {}
    problems: dict[int, str] = {}
    traffic = Traffic()
    for result in results:
        parts |= result.parts
        checksums |= result.crc32
        problems |= result.problems
        traffic += result.traffic
    if problems:
        return SourcesChanged(problems)
    missing = set(range(1, index.tail_number)) - parts.keys()
    if missing:
        raise ArchiveError(f"{len(missing)} parts were not written, the first is {min(missing)}")
    objects = Objects(s3, target)
    try:
        tail, checksums = _tail(index, checksums, extras, objects)
    except SourceProblem as problem:
        return SourcesChanged({problem.entry: problem.reason})
    whole = _checksum(target, index, parts, checksums, tail)
    size = index.tail_offset + len(tail)
    try:
        for number, start in enumerate(range(0, len(tail), _TAIL_PART), index.tail_number):
            parts[number] = objects.put_part(number, tail[start : start + _TAIL_PART])
        _complete(s3, target, parts, whole, size)
    except UploadGone:
        # Another finisher may have been first: then the very object that was planned is there.
        if not _is_there(s3, target, whole, size):
            raise
    if not _is_there(s3, target, whole, size):
        raise ArchiveError(f"the object in S3 is not the archive of {size} bytes that was planned")
    return Archive(size, whole, len(parts), traffic + objects.traffic)


def _tail(
    index: Index, checksums: Mapping[int, int], extras: Extras, objects: Objects
) -> tuple[bytearray, dict[int, int]]:
    """The archive's end: entries that fill no part, extra members, central directory, end records."""
    with ThreadPoolExecutor(_READS_AT_ONCE, "read") as pool:
        tail, own = stitch([(i, index.entries[i]) for i in index.tail], objects, pool)
    known = {**checksums, **own}
    members = []
    for member in extras(known):
        offset, checksum = index.tail_offset + len(tail), crc32(member.data)
        members.append((member, offset, checksum))
        tail += local_header(member.name, len(member.data), member.modified, checksum)
        tail += member.data
    directory_offset = index.tail_offset + len(tail)
    before = len(tail)
    for i, entry in enumerate(index.entries):
        tail += central_header(entry.name, entry.size, entry.modified, known[i], index.offsets[i])
    for member, offset, checksum in members:
        tail += central_header(member.name, len(member.data), member.modified, checksum, offset)
    tail += end_records(len(index.entries) + len(members), len(tail) - before, directory_offset)
    return tail, known


def _checksum(
    target: Target,
    index: Index,
    parts: Mapping[int, WrittenPart],
    checksums: Mapping[int, int],
    tail: bytes | bytearray,
) -> int:
    """The CRC-32 of the whole: from those of its parts as S3 told them, else from those of headers and bodies."""
    if target.copy_crc == "answer":
        pieces = [(part.crc32, part.length) for _, part in sorted(parts.items())]
    else:
        pieces = []
        in_tail = set(index.tail)
        for i in sorted(range(len(index.entries)), key=index.offsets.__getitem__):
            if i not in in_tail:
                entry = index.entries[i]
                header = local_header(entry.name, entry.size, entry.modified, checksums[i])
                pieces += [(crc32(header), len(header)), (checksums[i], entry.size)]
    return combine_all([*pieces, (crc32(tail), len(tail))])


def _complete(s3: "S3Client", target: Target, parts: Mapping[int, WrittenPart], whole: int, size: int) -> None:
    """CompleteMultipartUpload: with the CRC-32 of the whole, which S3 refuses unless its own agrees."""
    numbered: list[dict[str, Any]] = []
    arguments: dict[str, Any] = {}
    for number, part in sorted(parts.items()):
        row: dict[str, Any] = {"PartNumber": number, "ETag": part.etag}
        if target.copy_crc == "answer":
            row["ChecksumCRC32"] = to_base64(part.crc32)
        numbered.append(row)
    if target.copy_crc == "answer":
        arguments = {"ChecksumType": "FULL_OBJECT", "ChecksumCRC32": to_base64(whole), "MpuObjectSize": size}
    try:
        s3.complete_multipart_upload(
            Bucket=target.bucket,
            Key=target.key,
            UploadId=target.upload_id,
            MultipartUpload={"Parts": numbered},  # type: ignore[typeddict-item]
            **arguments,
        )
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchUpload":
            raise UploadGone(str(error)) from error
        raise


def _is_there(s3: "S3Client", target: Target, whole: int, size: int) -> bool:
    """Does the object at the key have this size and, where the server tells one, this CRC-32?"""
    try:
        answer = s3.head_object(Bucket=target.bucket, Key=target.key, ChecksumMode="ENABLED")
    except ClientError as error:
        if error.response["Error"]["Code"] in {"404", "NoSuchKey", "NotFound"}:
            return False
        raise
    told = answer.get("ChecksumCRC32") if answer.get("ChecksumType") == "FULL_OBJECT" else None
    return answer["ContentLength"] == size and (told is None or from_base64(told) == whole)


def abort_upload(s3: "S3Client", target: Target) -> None:
    """Abort the upload; one that is gone already is fine."""
    try:
        s3.abort_multipart_upload(Bucket=target.bucket, Key=target.key, UploadId=target.upload_id)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchUpload":
            raise
