"""The record of an export: its frozen value, its row in DynamoDB, and how the rows are found."""

from collections.abc import Iterable, Iterator

from pynamodb.exceptions import DoesNotExist

from chalicelib.exports.model import Export, Step
from chalicelib.exports.table import DUE_SHARDS, ExportRow, export_of


def find(export_id: str) -> Export | None:
    """The export of this id as it is now (a consistent read), removed ones too; None when there is no record."""
    try:
        return export_of(ExportRow.get(export_id, consistent_read=True))
    except DoesNotExist:
        return None


def find_many(export_ids: Iterable[str]) -> list[Export]:
    """The exports of these ids as they are now (consistent reads), in any order; absent where there is no record."""
    return [export_of(row) for row in ExportRow.batch_get(list(export_ids), consistent_read=True)]


def of_user(user_id: str) -> list[Export]:
    """All records of a user, newest first, removed ones too. They are few: exports live for days."""
    return [export_of(row) for row in ExportRow.by_user.query(user_id, scan_index_forward=False)]


def due(moment: str) -> Iterator[Export]:
    """The exports that are due for the clean-up by `moment`."""
    for shard in range(DUE_SHARDS):
        for row in ExportRow.by_due.query(str(shard), ExportRow.due_at <= moment):
            yield export_of(row)


def queued(moment: str) -> Iterator[Export]:
    """The exports that wait for their turn, as the index has them at `moment`."""
    for export in due(moment):
        if export.is_running and export.step is Step.QUEUED:
            yield export


def existing(export_ids: list[str]) -> set[str]:
    """Those of the ids that have a record."""
    return {row.id for row in ExportRow.batch_get(export_ids)}
