"""Deletes the uploaded objects of deleted files, once no running export can need them.

A file's record goes at once, its object `deleted_files_kept` days later, unless another record names it by then: an
object may be registered several times.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import islice

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.transactions import TransactWrite

from chalicelib import aws, timestamps
from chalicelib.catalog.files.model import File
from chalicelib.catalog.files.table import DELETED, UPLOADS, DeletedObjectRow, FilePointerRow
from chalicelib.log import logger
from chalicelib.settings import settings

_MAX_PER_RUN = 1_000


def schedule(transaction: TransactWrite, file: File) -> None:
    """Let the transaction that deletes a record schedule the deletion of an uploaded object."""
    if file.bucket == settings().catalog_bucket and file.key.startswith(UPLOADS):
        due = timestamps.now() + timedelta(days=settings().deleted_files_kept)
        key = f"{timestamps.format(due)}#{file.s3_uri}"
        transaction.save(DeletedObjectRow(DELETED, key, bucket=file.bucket, key=file.key))


def delete_due_objects(clock: Callable[[], datetime] = timestamps.now) -> dict[str, int]:
    """Delete the objects that are due, the oldest first; returns counts. Running it twice, or two at once, changes
    nothing. What fails for one object is tried again in the next run."""
    before = DeletedObjectRow.sk < timestamps.format(clock())
    rows = DeletedObjectRow.query(DELETED, before, consistent_read=True)
    counts = {"objects_deleted": 0, "objects_failed": 0}
    for row in islice(rows, _MAX_PER_RUN):
        try:
            counts["objects_deleted"] += _delete(row)
        except (ClientError, BotoCoreError):
            counts["objects_failed"] += 1
            logger().exception("the object of a deleted file could not be deleted", key=row.key)
    return counts


def _delete(row: DeletedObjectRow) -> bool:
    is_named = FilePointerRow.count(f"OBJECT#s3://{row.bucket}/{row.key}", consistent_read=True, limit=1) > 0
    if not is_named:
        aws.s3().delete_object(Bucket=row.bucket, Key=row.key)
    row.delete()
    return not is_named
