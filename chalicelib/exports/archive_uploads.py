"""The multipart uploads of export files and of archives' segments."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache

from chalicelib import aws
from chalicelib.archive import multipart_upload
from chalicelib.archive.s3_clients import S3Clients, with_fast_paths
from chalicelib.archive.s3_operations import Target
from chalicelib.exports.model import Upload
from chalicelib.exports.storage import (
    delete_prefix,
    get_document,
    put_document,
    segment_key,
    segment_prefix,
    segments_key,
)
from chalicelib.settings import settings

_CONCURRENT_REQUESTS = 16


@cache
def store() -> S3Clients:
    """The S3 clients, with the fast paths."""
    return with_fast_paths(aws.session(), aws.s3(), aws.s3_once())


def begin(key: str) -> str:
    """Begin the upload of an archive; returns its id."""
    s = settings()
    return multipart_upload.create_upload(store(), s.exports_bucket, key, s.copy_crc)


@contextmanager
def file_upload(key: str, content_type: str) -> Iterator[Target]:
    """An upload of a file that is not an archive; aborted if the block raises."""
    s = settings()
    target = Target(
        s.exports_bucket,
        key,
        multipart_upload.create_upload(store(), s.exports_bucket, key, s.copy_crc, content_type),
        s.copy_crc,
    )
    try:
        yield target
    except BaseException:
        multipart_upload.abort_uploads(store(), [target])
        raise


def begin_segments(plan: str, count: int) -> None:
    """Begin the uploads of a plan's segments, numbered from 1, and store their ids among its work files."""
    s = settings()

    def begin(number: int) -> str:
        return multipart_upload.create_upload(store(), s.work_bucket, segment_key(plan, number), s.copy_crc)

    with ThreadPoolExecutor(_CONCURRENT_REQUESTS) as pool:
        ids = list(pool.map(begin, range(1, count + 1)))
    if ids:
        put_document(segments_key(plan), ids)


def _archive_of(upload: Upload) -> Target:
    s = settings()
    return Target(s.exports_bucket, upload.key, upload.upload_id, s.copy_crc)


def targets_of(upload: Upload, plan: str) -> dict[int, Target]:
    """The uploads of a plan by index: its archive's as 0, then its segments'."""
    s = settings()
    ids: list[str] = get_document(segments_key(plan)) or []
    segments = {
        number: Target(s.work_bucket, segment_key(plan, number), upload_id, s.copy_crc)
        for number, upload_id in enumerate(ids, 1)
    }
    return {0: _archive_of(upload), **segments}


def abort(upload: Upload, plan: str) -> None:
    """Abort a plan's uploads, so that workers on them stop; those that no longer exist are ignored."""
    multipart_upload.abort_uploads(store(), targets_of(upload, plan).values())


def abort_archive(upload: Upload) -> None:
    """Abort the archive's own upload at once; its segments' go with the next clean-up."""
    multipart_upload.abort_uploads(store(), [_archive_of(upload)])


def delete_segments(plan: str) -> None:
    """Delete a plan's segments, which may be large, as soon as the archive holds them."""
    if get_document(segments_key(plan)) is not None:
        delete_prefix(settings().work_bucket, segment_prefix(plan))
