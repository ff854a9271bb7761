"""Where an export's files are stored in S3, and access to the small JSON documents among them.

Work bucket    requests/<export id>.json                         the validated request; it outlives the export
               work/<export id>/excluded/<attempt>-<plan>-<token>   sources that a plan could not read
               work/<export id>/<attempt>/<token>/…              one plan: contents, index, batches, results, segments;
                                                                 or a linelist's samples
Exports bucket <export id>/<attempt>-<token>/archive.zip         a key of its own for each plan's upload
               <export id>/<attempt>-<token>/linelist.csv …      and for each time that a linelist is rendered,
                                             report.json         with what became of each sample beside it
                                             manifest.json       beside an archive, for the preview
                                             preview.index       and its index, if it is large
                                             sources.json        beside either, for the rights of a download
                                             warnings.json       skipped items, if there are any
                                             files/000000.json   the files of an export that assembles none
"""

import gzip
import io
import json
from collections.abc import Iterable, Iterator
from typing import IO, TYPE_CHECKING, Any, cast

from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

from chalicelib import aws
from chalicelib.archive.plan_file import pack_lines, unpack_lines
from chalicelib.settings import settings

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MISSING = {"NoSuchKey", "404", "NotFound"}
_UPLOAD_PART = 16 << 20  # bytes


def request_key(export_id: str) -> str:
    return f"requests/{export_id}.json"


def exclusions_prefix(export_id: str) -> str:
    return f"{work_prefix(export_id)}excluded/"


def exclusion_key(export_id: str, attempt: int, plan: int, token: str) -> str:
    return f"{exclusions_prefix(export_id)}{attempt:04d}-{plan:04d}-{token}.json"


def attempt_prefix(export_id: str, attempt: int) -> str:
    return f"{work_prefix(export_id)}{attempt}/"


def plan_prefix(export_id: str, attempt: int, token: str) -> str:
    return f"{attempt_prefix(export_id, attempt)}{token}/"


def contents_key(plan: str) -> str:
    return f"{plan}contents.json"


def summary_key(plan: str) -> str:
    return f"{plan}summary.json"


def index_key(plan: str) -> str:
    return f"{plan}index"


def batch_key(plan: str, batch: int) -> str:
    return f"{plan}batch-{batch:04d}"


def results_prefix(plan: str, batch: int | None = None) -> str:
    return f"{plan}results/" if batch is None else f"{plan}results/{batch:04d}-"


def result_key(plan: str, batch: int, run: str) -> str:
    """Each run over a batch has a result of its own, so that a late one never overwrites another's."""
    return f"{results_prefix(plan, batch)}{run}.json"


def rows_key(plan: str) -> str:
    return f"{plan}rows.json"


def slice_key(plan: str, number: int) -> str:
    return f"{plan}slices/{number:04d}.json"


def slice_data_key(plan: str, number: int, run: str) -> str:
    return f"{plan}slices/{number:04d}-{run}"


def segments_key(plan: str) -> str:
    return f"{plan}segments.json"


def segment_key(plan: str, number: int) -> str:
    return f"{segment_prefix(plan)}{number:05d}"


def segment_prefix(plan: str) -> str:
    return f"{plan}segments/"


def work_prefix(export_id: str) -> str:
    return f"work/{export_id}/"


def export_prefix(export_id: str) -> str:
    return f"{export_id}/"


def attempt_files_prefix(export_id: str, attempt: int) -> str:
    return f"{export_id}/{attempt}-"


def archive_key(export_id: str, attempt: int, token: str) -> str:
    return f"{export_id}/{attempt}-{token}/archive.zip"


def linelist_key(export_id: str, attempt: int, token: str, suffix: str) -> str:
    return f"{export_id}/{attempt}-{token}/linelist.{suffix}"


def manifest_key(file_key: str) -> str:
    return f"{_folder_of(file_key)}manifest.json"


def preview_key(file_key: str) -> str:
    return f"{_folder_of(file_key)}preview.index"


def sources_key(file_key: str) -> str:
    return f"{_folder_of(file_key)}sources.json"


def report_key(file_key: str) -> str:
    return f"{_folder_of(file_key)}report.json"


def files_key(file_key: str, number: int) -> str:
    return f"{_folder_of(file_key)}files/{number:06d}.json"


def warnings_key(file_key: str) -> str:
    return f"{_folder_of(file_key)}warnings.json"


def _folder_of(key: str) -> str:
    return key[: key.rindex("/") + 1]


def put_work(key: str, body: bytes) -> None:
    """Write an object of the work bucket."""
    aws.s3().put_object(Bucket=settings().work_bucket, Key=key, Body=body)


def put_export(key: str, body: bytes) -> None:
    """Write a small object beside an archive, in the exports bucket."""
    aws.s3().put_object(Bucket=settings().exports_bucket, Key=key, Body=body)


def put_export_chunks(key: str, chunks: Iterable[bytes]) -> None:
    """Write an object beside an archive from its chunks; a large one by a multipart upload, with little of it in memory
    at a time. S3 has nothing of it unless all of it."""
    body = cast("IO[bytes]", io.BufferedReader(_Chunks(iter(chunks))))
    config = TransferConfig(multipart_threshold=_UPLOAD_PART, multipart_chunksize=_UPLOAD_PART, max_concurrency=2)
    aws.s3().upload_fileobj(body, settings().exports_bucket, key, Config=config)


class _Chunks(io.RawIOBase):
    """Chunks as a file to be read once."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        super().__init__()
        self._chunks, self._rest = chunks, memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = memoryview(chunk)
        view = memoryview(buffer).cast("B")
        count = min(len(view), len(self._rest))
        view[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


def list_work(prefix: str) -> list[str]:
    """The keys of the work bucket below a prefix, in order."""
    pages = aws.s3().get_paginator("list_objects_v2").paginate(Bucket=settings().work_bucket, Prefix=prefix)
    return [found["Key"] for page in pages for found in page.get("Contents", [])]


def get_work(key: str) -> bytes | None:
    """An object of the work bucket, or None when there is none."""
    return get_object(settings().work_bucket, key)


def get_object(bucket: str, key: str) -> bytes | None:
    """The whole of a small object, or None when there is none."""
    try:
        answer = aws.s3().get_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in MISSING:
            return None
        raise
    return answer["Body"].read()


def get_range(bucket: str, key: str, start: int, length: int) -> bytes:
    """Bytes of an object from `start` on; its last `length` bytes for a negative start. Raises ClientError."""
    if not length:
        return b""
    chosen = f"bytes=-{length}" if start < 0 else f"bytes={start}-{start + length - 1}"
    return aws.s3().get_object(Bucket=bucket, Key=key, Range=chosen)["Body"].read()


def put_lines(key: str, rows: Iterable[Any]) -> None:
    """Write rows of the work bucket as gzipped JSON lines, one by one."""
    put_work(key, pack_lines(rows))


def get_lines(key: str) -> Iterator[Any]:
    """The rows that `put_lines` wrote, one by one. Raises RuntimeError when there are none."""
    body = get_work(key)
    if body is None:
        raise RuntimeError(f"there is no {key}")
    return unpack_lines(body)


def put_document(key: str, document: Any) -> None:
    """Write a document of the work bucket as gzipped JSON."""
    put_work(key, gzip.compress(json.dumps(document, ensure_ascii=False).encode(), mtime=0))


def get_document(key: str) -> Any | None:
    """A document that `put_document` wrote, or None."""
    body = get_work(key)
    return None if body is None else json.loads(gzip.decompress(body))


def delete_prefix(bucket: str, prefix: str) -> int:
    """Delete all objects below `prefix` and abort its unfinished uploads; returns how many there were."""
    s3, count = aws.s3(), 0
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        keys = [{"Key": found["Key"]} for found in page.get("Contents", [])]
        if keys:
            answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": keys, "Quiet": True})  # type: ignore[typeddict-item]
            if answer.get("Errors"):
                raise RuntimeError(f"S3 did not delete {len(answer['Errors'])} objects of {bucket}")
            count += len(keys)
    return count + abort_uploads(bucket, prefix)


def abort_attempt(export_id: str, attempt: int) -> None:
    """Abort the uploads that an attempt has started, to either bucket; those of a retry go on."""
    abort_uploads(settings().exports_bucket, attempt_files_prefix(export_id, attempt))
    abort_uploads(settings().work_bucket, attempt_prefix(export_id, attempt))


def abort_uploads(bucket: str, prefix: str) -> int:
    """Abort the unfinished multipart uploads below `prefix`; returns how many there were."""
    s3, count = aws.s3(), 0
    for page in s3.get_paginator("list_multipart_uploads").paginate(Bucket=bucket, Prefix=prefix):
        for upload in page.get("Uploads", []):
            # SeaweedFS lists every upload of the bucket whatever the prefix is.
            if not upload["Key"].startswith(prefix):
                continue
            try:
                s3.abort_multipart_upload(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"])
            except ClientError as error:
                if error.response["Error"]["Code"] != "NoSuchUpload":
                    raise
            count += 1
    return count
