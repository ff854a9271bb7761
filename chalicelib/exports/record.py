"""The record of an export: its frozen value, its row in DynamoDB, and how the rows are found."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.tables import Json, Row, TableName

DUE_SHARDS = 4


class Status(StrEnum):
    """Status moves only processing → ready | failed, and failed → processing by a retry."""

    PROCESSING = "processing"
    READY = "ready"
    FAILED = "failed"


class Step(StrEnum):
    """What the work on an export is at."""

    QUEUED = "queued"
    PLANNING = "planning"
    ASSEMBLING = "assembling"
    FINISHING = "finishing"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Upload:
    """The one upload of a plan: whichever Plan run claimed it first. `token` names that run's files."""

    plan: int
    token: str
    key: str
    upload_id: str


@dataclass(frozen=True, slots=True)
class Table:
    """The table of a linelist: the plan that some Plan run claimed first (`token` names its files), and its rows."""

    token: str
    rows_total: int
    rows_done: int


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """The finished file: size in bytes, CRC-32 of the whole as 8 hex digits, how many exported files it holds."""

    key: str
    size: int
    crc32: str
    files: int

    @property
    def ending(self) -> str:
        """What its name ends with, and says what it is: `zip`, `csv` …"""
        return self.key.rsplit(".", 1)[-1]


@dataclass(frozen=True, slots=True)
class Export:
    """An export as its record tells it. Times are RFC 3339 texts; bytes and counts are whole numbers; `parameters` is
    what it shows of its request, by type; `namespace_id` None: of a user's own runs."""

    id: str
    user_id: str
    type: str
    namespace_id: str | None
    parameters: Mapping[str, Any]
    name: str | None
    email_notification: bool
    created_at: str
    status: Status
    attempt: int
    restarts: int
    touched_at: str
    step: Step
    percent_floor: int
    bytes_done: int
    bytes_total: int
    files_total: int
    sample_count: int | None
    warnings: int
    upload: Upload | None
    table: Table | None
    file: ExportedFile | None
    ready_at: str | None
    expires_at: str | None
    extended_at: str | None
    removed_at: str | None
    failure_code: str | None
    mailed: str | None
    due_at: str | None

    @property
    def execution_name(self) -> str:
        """The same for every start of one attempt, so that starting twice is harmless."""
        return f"{self.id}-{self.attempt}"


class _ByUser(GlobalSecondaryIndex["ExportRow"]):
    class Meta:
        index_name = "by_user"
        projection = AllProjection()

    user_id = UnicodeAttribute(hash_key=True)
    created_at = UnicodeAttribute(range_key=True)


class _ByDue(GlobalSecondaryIndex["ExportRow"]):
    class Meta:
        index_name = "by_due"
        projection = AllProjection()

    due_shard = UnicodeAttribute(hash_key=True)
    due_at = UnicodeAttribute(range_key=True)


class ExportRow(Row):
    """A row of the exports table. Only this room's `lifecycle` and `progress` write it."""

    class Meta:
        table_name = TableName("exports_table")

    by_user = _ByUser()
    by_due = _ByDue()

    id = UnicodeAttribute(hash_key=True)
    user_id = UnicodeAttribute()
    type = UnicodeAttribute()
    namespace_id = UnicodeAttribute(null=True)
    parameters = Json()
    name = UnicodeAttribute(null=True)
    email_notification = BooleanAttribute()
    created_at = UnicodeAttribute()
    status = UnicodeAttribute()
    attempt = NumberAttribute()
    restarts = NumberAttribute(default=0)
    touched_at = UnicodeAttribute()
    step = UnicodeAttribute()
    percent_floor = NumberAttribute(default=0)
    bytes_done = NumberAttribute(default=0)
    bytes_total = NumberAttribute(default=0)
    files_total = NumberAttribute(default=0)
    sample_count = NumberAttribute(null=True)  # of a selection, once it is planned
    warnings = NumberAttribute(default=0)
    upload_plan = NumberAttribute(null=True)
    upload_token = UnicodeAttribute(null=True)
    upload_key = UnicodeAttribute(null=True)
    upload_id = UnicodeAttribute(null=True)
    table_token = UnicodeAttribute(null=True)
    rows_total = NumberAttribute(default=0)
    rows_done = NumberAttribute(default=0)
    file_key = UnicodeAttribute(null=True)
    file_size = NumberAttribute(null=True)
    file_crc32 = UnicodeAttribute(null=True)
    file_files = NumberAttribute(null=True)
    ready_at = UnicodeAttribute(null=True)
    expires_at = UnicodeAttribute(null=True)
    extended_at = UnicodeAttribute(null=True)
    removed_at = UnicodeAttribute(null=True)
    failure_code = UnicodeAttribute(null=True)
    failure_message = UnicodeAttribute(null=True)  # written by the state machine's last resort, for operators
    mailed = UnicodeAttribute(null=True)
    # When the clean-up must look at it: at once while it is processing or removed, at its expiry when it is ready.
    due_shard = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute(null=True)


def due_shard(export_id: str) -> str:
    """The partition of the `by_due` index that an export stands in."""
    return str(int(export_id[0], 16) % DUE_SHARDS)


def value_of(row: ExportRow) -> Export:
    """The frozen value of a row."""
    upload = None
    if row.upload_id is not None:
        upload = Upload(int(row.upload_plan), row.upload_token, row.upload_key, row.upload_id)
    table = None
    if row.table_token is not None:
        table = Table(row.table_token, int(row.rows_total), int(row.rows_done))
    file = None
    if row.file_key is not None:
        file = ExportedFile(row.file_key, int(row.file_size), row.file_crc32, int(row.file_files))
    return Export(
        id=row.id,
        user_id=row.user_id,
        type=row.type,
        namespace_id=row.namespace_id,
        parameters=row.parameters,
        name=row.name,
        email_notification=row.email_notification,
        created_at=row.created_at,
        status=Status(row.status),
        attempt=int(row.attempt),
        restarts=int(row.restarts),
        touched_at=row.touched_at,
        step=Step(row.step),
        percent_floor=int(row.percent_floor),
        bytes_done=int(row.bytes_done),
        bytes_total=int(row.bytes_total),
        files_total=int(row.files_total),
        sample_count=None if row.sample_count is None else int(row.sample_count),
        warnings=int(row.warnings),
        upload=upload,
        table=table,
        file=file,
        ready_at=row.ready_at,
        expires_at=row.expires_at,
        extended_at=row.extended_at,
        removed_at=row.removed_at,
        failure_code=row.failure_code,
        mailed=row.mailed,
        due_at=row.due_at,
    )


def find(export_id: str) -> Export | None:
    """The export of this id as it is now (a consistent read), removed ones too; None when there is no record."""
    try:
        return value_of(ExportRow.get(export_id, consistent_read=True))
    except DoesNotExist:
        return None


def find_many(export_ids: Iterable[str]) -> list[Export]:
    """The exports of these ids as they are now (consistent reads), in any order; absent where there is no record."""
    return [value_of(row) for row in ExportRow.batch_get(list(export_ids), consistent_read=True)]


def of_user(user_id: str) -> list[Export]:
    """All records of a user, newest first, removed ones too. They are few: exports live for days."""
    return [value_of(row) for row in ExportRow.by_user.query(user_id, scan_index_forward=False)]


def due(moment: str) -> Iterator[Export]:
    """The exports that the clean-up has to look at by `moment`."""
    for shard in range(DUE_SHARDS):
        for row in ExportRow.by_due.query(str(shard), ExportRow.due_at <= moment):
            yield value_of(row)


def existing(export_ids: list[str]) -> set[str]:
    """Those of the ids that have a record."""
    return {row.id for row in ExportRow.batch_get(export_ids)}
