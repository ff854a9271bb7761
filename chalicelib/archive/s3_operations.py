"""The S3 calls of the engine: each bound to the planned source, each counted."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from botocore.exceptions import (
    ClientError,
)

from chalicelib.archive.entries import ArchiveError, Entry, Source
from chalicelib.archive.fast_multipart import Address
from chalicelib.archive.plan_file import Traffic, WrittenPart
from chalicelib.archive.s3_clients import S3Clients
from chalicelib.archive.s3_errors import NO_ANSWER, TRIES, SourceProblem, guarded, with_retries
from chalicelib.crc32 import crc32, from_base64, to_base64

CopyCrc = Literal["answer", "read"]
_READ_AHEAD = 8 << 20
_LOOKS_FOR_PART, _LOOK_EVERY = 20, 15.0  # for a part whose copy has not answered, and seconds between two looks


@dataclass(frozen=True, slots=True)
class Target:
    """The upload of an archive or a segment. `copy_crc`: does the server return CRC-32s (`answer`), or are
    bodies of unknown CRC-32 read once (`read`)?"""

    bucket: str
    key: str
    upload_id: str
    copy_crc: CopyCrc

    def part(self, number: int) -> Address:
        """The address of a part, for the fast client."""
        return self.bucket, self.key, self.upload_id, number


class S3Operations:
    """The S3 calls of one worker. Thread-safe; `traffic` is what they cost so far."""

    def __init__(self, store: S3Clients) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._copied = self._read = self._written = self._requests = self._gets = 0

    @property
    def traffic(self) -> Traffic:
        with self._lock:
            return Traffic(self._copied, self._read, self._written, self._requests, self._gets)

    def _count(self, *, copied: int = 0, read: int = 0, written: int = 0) -> None:
        with self._lock:
            self._copied += copied
            self._read += read
            self._written += written
            self._requests += 1
            self._gets += not (copied or written)

    def read_into(self, view: memoryview, position: int, entry: Entry, start: int) -> None:
        """Fill `view` with an entry's bytes from `start`. Raises SourceProblem, also for an object of another size."""
        source, fast = entry.source, self._store.reads
        if not len(view):
            return
        if fast is None or not fast.read_into(view, source, start, entry.size):
            body, size = with_retries(lambda: guarded(position, lambda: self._get(source, start, len(view))))
            if len(body) != len(view) or size != entry.size:
                raise SourceProblem(position, "changed")
            view[:] = body
        self._count(read=len(view))

    def check(self, position: int, entry: Entry) -> None:
        """Raise SourceProblem unless an entry's source can be read as planned now: its first byte is."""
        self.read_into(memoryview(bytearray(min(1, entry.size))), position, entry, 0)

    def _get(self, source: Source, start: int, length: int) -> tuple[bytes, int]:
        """A range of a source, and the size of the whole."""
        version: dict[str, Any] = {} if source.version_id is None else {"VersionId": source.version_id}
        answer = self._store.s3.get_object(
            Bucket=source.bucket,
            Key=source.key,
            IfMatch=source.etag,
            Range=f"bytes={start}-{start + length - 1}",
            **version,
        )
        body = answer["Body"].read()
        whole = answer.get("ContentRange", "").rpartition("/")[2]
        return body, int(whole) if whole.isdigit() else start + len(body)

    def checksum_by_reading(self, position: int, entry: Entry, start: int) -> int:
        """The CRC-32 of an entry's source from `start` to its end, read a few MiB at a time."""
        checksum, piece = 0, memoryview(bytearray(min(_READ_AHEAD, entry.size - start)))
        for at in range(start, entry.size, _READ_AHEAD):
            view = piece[: min(_READ_AHEAD, entry.size - at)]
            self.read_into(view, position, entry, at)
            checksum = crc32(view, checksum)
        return checksum

    def copy_part(
        self,
        target: Target,
        number: int,
        source: Source,
        start: int,
        length: int,
        *,
        is_whole: bool,
        position: int | None = None,
    ) -> WrittenPart:
        """Have S3 copy a range of a source to a part. Raises UploadGone, and SourceProblem of the entry at `position`.

        A whole object is copied without a range, which S3 accepts only above 5 MB. A copy that outlasts
        the client's timeout continues in the store: so the part is looked up before the copy is started again. Source:
        UploadPartCopy. The CRC-32 is 0 where the server returns none.
        """
        copied_range: dict[str, Any] = {} if is_whole else {"CopySourceRange": f"bytes={start}-{start + length - 1}"}
        version = {} if source.version_id is None else {"VersionId": source.version_id}

        def call() -> tuple[str, str | None]:
            answer = self._store.copier.upload_part_copy(
                Bucket=target.bucket,
                Key=target.key,
                UploadId=target.upload_id,
                PartNumber=number,
                CopySource={"Bucket": source.bucket, "Key": source.key, **version},  # type: ignore[arg-type]
                CopySourceIfMatch=source.etag,
                **copied_range,
            )["CopyPartResult"]
            return answer["ETag"], answer.get("ChecksumCRC32")

        fast = self._store.parts

        def attempt() -> tuple[str, str | None]:
            result = None if fast is None else fast.copy(target.part(number), source, start, length, is_whole=is_whole)
            return guarded(position, call) if result is None else result

        try:
            etag, checksum = self._unless_there(target, number, length, attempt)
        except SourceProblem as problem:
            if problem.reason == "access-denied" and self._is_readable(source):
                raise ArchiveError(f"the destination {target.bucket} refuses copies: {problem.__cause__}") from problem
            raise
        self._count(copied=length)
        if target.copy_crc == "read":
            return WrittenPart(etag, length, 0)
        if not checksum:
            raise ArchiveError("the server answered no CRC-32 for a copied part; set COPY_CRC=read")
        return WrittenPart(etag, length, from_base64(checksum))

    def _unless_there(
        self, target: Target, number: int, length: int, copy: Callable[[], tuple[str, str | None]]
    ) -> tuple[str, str | None]:
        """The result of a copy. If the response did not arrive, what S3 lists of the part (ListParts), as soon as it
        has it. The copy is started again only if the part does not come within a while, or if its CRC-32 is needed and
        the server's list has none (SeaweedFS); nothing else writes to the part then."""
        for attempt in range(TRIES):
            try:
                return with_retries(copy, gives_up_on=NO_ANSWER)
            except NO_ANSWER:
                if attempt == TRIES - 1:
                    raise
            for _ in range(_LOOKS_FOR_PART):
                if (found := self._part(target, number, length)) is not None:
                    if found[1] or target.copy_crc == "read":
                        return found
                    break
                time.sleep(_LOOK_EVERY)
        raise AssertionError("unreachable")

    def _part(self, target: Target, number: int, length: int) -> tuple[str, str | None] | None:
        """A part that S3 has, if it is of this length: its ETag, and the CRC-32 in base64."""
        answer = guarded(
            None,
            lambda: self._store.s3.list_parts(
                Bucket=target.bucket,
                Key=target.key,
                UploadId=target.upload_id,
                PartNumberMarker=number - 1,
                MaxParts=1,
            ),
        )
        for part in answer.get("Parts", []):
            if part["PartNumber"] == number and part["Size"] == length:
                return part["ETag"], part.get("ChecksumCRC32")
        return None

    def _is_readable(self, source: Source) -> bool:
        try:
            with_retries(lambda: self._get(source, 0, 1))
        except ClientError:
            return False
        return True

    def put_part(self, target: Target, number: int, body: bytes | bytearray) -> WrittenPart:
        """Upload a part; S3 checks its CRC-32 on arrival. Raises UploadGone. Source: UploadPart."""
        checksum = crc32(body)
        proof = to_base64(checksum) if target.copy_crc == "answer" else None
        arguments: dict[str, Any] = {} if proof is None else {"ChecksumCRC32": proof}

        def call() -> str:
            answer = self._store.s3.upload_part(
                Bucket=target.bucket,
                Key=target.key,
                UploadId=target.upload_id,
                PartNumber=number,
                Body=body,  # type: ignore[arg-type]  # a bytearray does, and is not copied
                **arguments,
            )
            return answer["ETag"]

        fast = self._store.parts
        etag = None if fast is None else fast.put(target.part(number), body, proof)
        if etag is None:
            etag = with_retries(lambda: guarded(None, call))
        self._count(written=len(body))
        return WrittenPart(etag, len(body), checksum)
