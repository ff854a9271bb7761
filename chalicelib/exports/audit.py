"""The audit trail of exports: who did what, when, from where. It outlives the exports."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import uuid4

from pynamodb.attributes import JSONAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.attributes import Choice
from chalicelib.tables import Mapper, Row, TableName

MAX_COUNT = 10_000  # events; beyond that, the total is a lower bound


class Action(StrEnum):
    """What can happen to an export."""

    CREATED = "created"
    READY = "ready"
    FAILED = "failed"
    RETRIED = "retried"
    RESTARTED = "restarted"
    EXTENDED = "extended"
    DOWNLOADED = "downloaded"
    MAIL_FAILED = "mail-failed"
    EXPIRING = "expiring"
    REMOVED = "removed"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the trail. `user_id` is the export's owner, `actor` who did it: a user's id or `system`."""

    export_id: str
    user_id: str
    namespace_id: str | None
    at: str
    action: Action
    actor: str
    source_ip: str | None
    details: dict[str, Any]


class _ByNamespace(GlobalSecondaryIndex["AuditRow"]):
    class Meta:
        index_name = "by_namespace"
        projection = AllProjection()

    namespace_id = UnicodeAttribute(hash_key=True)
    at = UnicodeAttribute(range_key=True)


class AuditRow(Row):
    """A row of the audit table, written once and never changed."""

    class Meta:
        table_name = TableName("audit_table")

    by_namespace = _ByNamespace()

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    user_id = UnicodeAttribute()
    namespace_id = UnicodeAttribute(null=True)
    at = UnicodeAttribute()
    action = Choice(Action)
    actor = UnicodeAttribute()
    source_ip = UnicodeAttribute(null=True)
    details = JSONAttribute(default=dict)


_MAPPER = Mapper(Event, AuditRow, computed={"export_id": lambda row: row.pk.removeprefix("EXPORT#")})


def row_of(event: Event) -> AuditRow:
    """The row of an event, to be written in the same transaction as the change it describes."""
    return _MAPPER.row(event, f"EXPORT#{event.export_id}", f"{event.at}#{uuid4()}")


def of_export(export_id: str) -> list[Event]:
    """The trail of an export, oldest first, also when the export itself is gone."""
    return [_MAPPER.value(row) for row in AuditRow.query(f"EXPORT#{export_id}", consistent_read=True)]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a namespace's trail, newest first; `next` is the position that the following one begins after."""

    events: tuple[Event, ...]
    next: str | None
    total: int
    total_is_exact: bool


def of_namespace(namespace_id: str, after: str | None, limit: int) -> Page:
    """What happened to the exports that were made in a namespace. `after`: a page's `next`."""
    start = None
    if after is not None:
        at, pk, sk = after.split(" ")
        keys = {"namespace_id": namespace_id, "at": at, "pk": pk, "sk": sk}
        start = {name: {"S": value} for name, value in keys.items()}
    rows = list(
        AuditRow.by_namespace.query(namespace_id, scan_index_forward=False, limit=limit + 1, last_evaluated_key=start)
    )
    chosen = rows[:limit]
    following = f"{chosen[-1].at} {chosen[-1].pk} {chosen[-1].sk}" if len(rows) > limit else None
    total = AuditRow.by_namespace.count(namespace_id, limit=MAX_COUNT + 1)
    return Page(tuple(map(_MAPPER.value, chosen)), following, min(total, MAX_COUNT), total <= MAX_COUNT)
