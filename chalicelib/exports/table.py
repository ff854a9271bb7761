"""Rows of the exports table. Only `lifecycle` and `attempts` write them."""

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.attributes import Choice, Integer, Json
from chalicelib.exports.model import Export, ExportedFile, Status, Step, Table, Upload
from chalicelib.mail.delivery import Undelivered
from chalicelib.tables import Mapper, Row, TableName

DUE_SHARDS = 4


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
    """A row of the exports table. Only `lifecycle` and `attempts` write it."""

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
    pages_url = UnicodeAttribute(default="")
    created_at = UnicodeAttribute()
    status = Choice(Status)
    attempt = Integer()
    restarts = Integer(default=0)
    touched_at = UnicodeAttribute()
    step = Choice(Step)
    queue_position = Integer(null=True)
    percent_floor = Integer(default=0)
    bytes_done = Integer(default=0)
    bytes_total = Integer(default=0)
    files_total = Integer(default=0)
    sample_count = Integer(null=True)  # of a selection, once it is planned
    warnings = Integer(default=0)
    estimated_cost = NumberAttribute(null=True)  # $ of assembling an archive, for operators
    upload_plan = Integer(null=True)
    upload_token = UnicodeAttribute(null=True)
    upload_key = UnicodeAttribute(null=True)
    upload_id = UnicodeAttribute(null=True)
    table_token = UnicodeAttribute(null=True)
    rows_total = Integer(default=0)
    rows_done = Integer(default=0)
    file_key = UnicodeAttribute(null=True)
    file_size = Integer(null=True)
    file_crc32 = UnicodeAttribute(null=True)
    file_files = Integer(null=True)
    ready_at = UnicodeAttribute(null=True)
    expires_at = UnicodeAttribute(null=True)
    extended_at = UnicodeAttribute(null=True)
    downloaded_at = UnicodeAttribute(null=True)
    removed_at = UnicodeAttribute(null=True)
    failure_code = UnicodeAttribute(null=True)
    failure_message = UnicodeAttribute(null=True)  # written by the state machine's last resort, for operators
    mailed = UnicodeAttribute(null=True)
    reminded = UnicodeAttribute(null=True)
    mail_failure = Choice(Undelivered, null=True)
    # When the clean-up must look at it: at once while it is processing or removed, at its expiry when it is ready.
    due_shard = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute(null=True)


def due_shard(export_id: str) -> str:
    """The partition of an export in the `by_due` index."""
    return str(int(export_id[0], 16) % DUE_SHARDS)


def _upload_of(row: ExportRow) -> Upload | None:
    is_begun = row.upload_id is not None
    return Upload(row.upload_plan, row.upload_token, row.upload_key, row.upload_id) if is_begun else None


def _table_of(row: ExportRow) -> Table | None:
    return None if row.table_token is None else Table(row.table_token, row.rows_total, row.rows_done)


def _file_of(row: ExportRow) -> ExportedFile | None:
    return None if row.file_key is None else ExportedFile(row.file_key, row.file_size, row.file_crc32, row.file_files)


_MAPPER = Mapper(Export, ExportRow, computed={"upload": _upload_of, "table": _table_of, "file": _file_of})


def export_of(row: ExportRow) -> Export:
    """The export of a row."""
    return _MAPPER.value(row)
