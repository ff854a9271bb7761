"""Where snapshots are: their files in the work bucket (`columns/<namespace>/<token>`), whose lifecycle rule deletes
them, and in the samples table which one is current."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from botocore.exceptions import ClientError
from pynamodb.attributes import UnicodeAttribute

from chalicelib import aws, timestamps
from chalicelib.attributes import Integer
from chalicelib.catalog.sample_query.column import Column, decode
from chalicelib.catalog.sample_query.snapshot import Directory, read_tail
from chalicelib.settings import settings
from chalicelib.tables import Row, TableName

KEPT = timedelta(days=10)  # the work bucket deletes files after 14 days
_READERS = 8
_MISSING = {"NoSuchKey", "404", "NotFound"}


class _SnapshotRow(Row):
    """`COLUMNS#<namespace>` / `CURRENT`: the current snapshot; all but `requested_at` is null before the first."""

    class Meta:
        table_name = TableName("samples_table")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    key = UnicodeAttribute(null=True)
    size = Integer(null=True)
    tail = Integer(null=True)
    since = UnicodeAttribute(null=True)
    made_at = UnicodeAttribute(null=True)
    requested_at = UnicodeAttribute(null=True)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot: its key and size, the offset of its tail, and the moment after which changes may be missing."""

    key: str
    size: int
    tail: int
    since: str
    made_at: str


def _row_key(namespace_id: str) -> tuple[str, str]:
    return f"COLUMNS#{namespace_id}", "CURRENT"


def current(namespace_id: str) -> Snapshot | None:
    """The current snapshot of a namespace; None if there is none, or its file may be deleted soon."""
    row = next(iter(_SnapshotRow.batch_get([_row_key(namespace_id)], consistent_read=True)), None)
    if row is None or row.key is None or row.made_at < _moment(-KEPT):
        return None
    return Snapshot(row.key, row.size, row.tail, row.since, row.made_at)


def put(namespace_id: str, data: bytes, tail: int, *, since: str) -> bool:
    """Store a snapshot and make it the current one, unless that has later changes; False if so."""
    key = f"columns/{namespace_id}/{uuid4().hex}"
    aws.s3().put_object(Bucket=settings().work_bucket, Key=key, Body=data)
    made_at = timestamps.format(timestamps.now())
    row = _SnapshotRow(*_row_key(namespace_id), key=key, size=len(data), tail=tail, since=since, made_at=made_at)
    return row.save_if(_SnapshotRow.since.does_not_exist() | (_SnapshotRow.since <= since))


def claim_refresh(namespace_id: str, *, pause: timedelta) -> bool:
    """Claim to request a refresh; False if one was requested within `pause`."""
    row = _SnapshotRow(*_row_key(namespace_id))
    is_due = _SnapshotRow.requested_at.does_not_exist() | (_SnapshotRow.requested_at < _moment(-pause))
    return row.update_if(is_due, [_SnapshotRow.requested_at.set(_moment(timedelta()))])


def _moment(after: timedelta) -> str:
    now: datetime = timestamps.now()
    return timestamps.format(now + after)


def open_snapshot(snapshot: Snapshot, names: Iterable[str]) -> tuple[Directory, dict[str, Column]] | None:
    """The directory of a snapshot, and these of its columns that have values, with those of its tail. None if the file
    was deleted."""
    try:
        directory, columns = read_tail(_read(snapshot.key, snapshot.tail, snapshot.size), snapshot.tail)
        missing = [name for name in names if name in directory.columns and name not in columns]
        return directory, columns | read_columns(snapshot, directory, missing)
    except ClientError as error:
        if error.response["Error"]["Code"] in _MISSING:
            return None
        raise


def read_columns(snapshot: Snapshot, directory: Directory, names: Iterable[str]) -> dict[str, Column]:
    """These columns of a snapshot, a request each, some at once."""

    def read(name: str) -> Column:
        offset, length = directory.columns[name]
        return decode(_read(snapshot.key, offset, offset + length))

    found = list(names)
    if not found:
        return {}
    with ThreadPoolExecutor(min(_READERS, len(found))) as pool:
        return dict(zip(found, pool.map(read, found), strict=True))


def _read(key: str, start: int, end: int) -> bytes:
    response = aws.s3().get_object(Bucket=settings().work_bucket, Key=key, Range=f"bytes={start}-{end - 1}")
    return response["Body"].read()
