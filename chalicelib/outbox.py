"""The outbox: what is to be announced to other systems, written in the transaction of the change itself.

So nothing is announced that did not happen, and nothing that happened is lost, whatever dies afterwards. `webhooks`
reads it and removes what it has recorded for each receiver.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any
from uuid import UUID, uuid5

from pynamodb.attributes import UnicodeAttribute

from chalicelib.attributes import Choice, Json
from chalicelib.tables import Mapper, Row, TableName

_OUTBOX = "OUTBOX"
_NAMES = UUID("0b1f4a52-6d0c-4f5e-8a5b-3f0f6c1e2d7a")  # of announcements among all UUIDs (RFC 9562 section 6.6)


class Topic(StrEnum):
    """What can be announced."""

    EXPORT_READY = "export.ready"
    EXPORT_FAILED = "export.failed"
    EXPORT_EXPIRING = "export.expiring"
    RUN_COMPLETED = "workflow_execution.completed"
    RUN_FAILED = "workflow_execution.failed"


@dataclass(frozen=True, slots=True)
class Announcement:
    """An event for the user it concerns, and for the namespace (None: for the user alone). `data` is what receivers
    get. The same event has the same `id`, however often it is announced."""

    id: str
    topic: Topic
    at: str
    user_id: str
    namespace_id: str | None
    data: Mapping[str, Any]


class _OutboxRow(Row):
    """`OUTBOX` / `<at>#<id>`."""

    class Meta:
        table_name = TableName("webhooks_table")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    announcement_id = UnicodeAttribute()
    topic = Choice(Topic)
    at = UnicodeAttribute()
    user_id = UnicodeAttribute()
    namespace_id = UnicodeAttribute(null=True)
    data = Json()


_MAPPER = Mapper(Announcement, _OutboxRow, names={"id": "announcement_id"})


def announcement_id(topic: Topic, *subject: str) -> str:
    """The id of an event: the same for the same topic and subject."""
    return str(uuid5(_NAMES, "\n".join((topic.value, *subject))))


def row_of(announcement: Announcement) -> Row:
    """The row to be saved in the transaction of the change."""
    return _MAPPER.row(announcement, _OUTBOX, _key(announcement))


def pending(limit: int) -> list[Announcement]:
    """The oldest announcements, at most so many."""
    rows = _OutboxRow.query(_OUTBOX, consistent_read=True, page_size=limit)
    return [_MAPPER.value(row) for row in islice(rows, limit)]


def remove(announcement: Announcement) -> None:
    """Remove an announcement that is recorded for all its receivers."""
    _OutboxRow(_OUTBOX, _key(announcement)).delete()


def _key(announcement: Announcement) -> str:
    return f"{announcement.at}#{announcement.id}"
