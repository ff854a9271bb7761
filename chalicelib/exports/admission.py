"""The queue of the whole service: how many exports are worked on at once, and which is next.

One row lists the active exports. It is written only to admit an export, on condition of its version; which exports have
ended since is read from their own records, so nothing has to be removed from it, and nothing can be left behind.
"""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist
from pynamodb.expressions.condition import Condition

from chalicelib import metrics, tables, timestamps
from chalicelib.errors import Conflict, message
from chalicelib.exports import record
from chalicelib.exports.model import Export
from chalicelib.settings import settings
from chalicelib.tables import Row, TableName

_ID = "active-exports"  # exports have UUIDs
_TRIES = 8
_SERVED_KEPT = 200  # users
# An export whose execution has not polled for so long does not hold up the others. (Throttled polls are rare.)
_STALE = timedelta(minutes=5)
_LONGEST_PAUSE = 60  # seconds; an execution's history has room for 2,700 polls
_RESERVING = 3  # from so many active exports on, the last is reserved


class _ActiveRow(Row):
    """The active exports, in the exports table, and the users who were served last, the latest at the end. Each write
    has the next version."""

    class Meta:
        table_name = TableName("exports_table")

    id = UnicodeAttribute(hash_key=True)
    active = JSONAttribute()
    served = JSONAttribute()
    version = NumberAttribute()


@dataclass(frozen=True, slots=True)
class _Active:
    export_id: str
    attempt: int
    user_id: str


@dataclass(frozen=True, slots=True)
class _Service:
    """The row: its version (0: there is none), the exports that are still active, the users who were served last."""

    version: int = 0
    active: tuple[_Active, ...] = ()
    served: tuple[str, ...] = ()


class _Changed(Conflict):
    """Another export was admitted at the same moment."""

    def __init__(self) -> None:
        super().__init__(message("This export has changed in the meantime."), slug="changed-meanwhile")


def admit(export: Export, moment: datetime) -> int:
    """Admit an export to be worked on: 0 if it is (also by an earlier call), else its position in the queue, from 1.

    Limit: `max_active_exports`. From 3 on, the last of them is reserved for users without an active export, so that
    nobody's large exports delay another's first one.
    """
    try:
        return tables.retry_on(_Changed, lambda: _admit(export, moment), tries=_TRIES, pause=0.1)
    except _Changed:
        return 1  # as many were admitted meanwhile: the next poll knows more


def pause_before_poll(position: int) -> int:
    """Seconds until an export at this position of the queue polls again; random, so that polls spread."""
    longest = min(_LONGEST_PAUSE, 3 * position + 3)
    return random.randint(longest // 2, longest)  # noqa: S311 - jitter, no secret


def fair_order(active_users: Iterable[str], served: Sequence[str], waiting: Iterable[Export]) -> list[Export]:
    """The queue. First are exports of users with the fewest others, active or ahead in the queue; among those, of users
    who were served longest ago (`served`: the latest at the end) or never; then by time. So nobody's many exports delay
    another's first one."""
    own = Counter(active_users)
    last_served = {user_id: turn for turn, user_id in enumerate(served, 1)}
    ranked = []
    for export in sorted(waiting, key=_waiting_since):
        ranked.append((own[export.user_id], last_served.get(export.user_id, 0), *_waiting_since(export), export))
        own[export.user_id] += 1
    return [export for *_, export in sorted(ranked, key=lambda entry: entry[:4])]


def _waiting_since(export: Export) -> tuple[str, str]:
    return export.due_at or export.created_at, export.id


def _admit(export: Export, moment: datetime) -> int:
    service = _read()
    own = _Active(export.id, export.attempt, export.user_id)
    if own in service.active:
        return 0
    free = settings().max_active_exports - len(service.active) - _reserved(export, service)
    position = _position(export, service, moment)
    if position > free:
        return position - max(0, free)
    unchanged: Condition = _ActiveRow.version == service.version if service.version else _ActiveRow.id.does_not_exist()
    served = [user_id for user_id in service.served if user_id != own.user_id][1 - _SERVED_KEPT :]
    actions = [
        _ActiveRow.active.set([astuple(entry) for entry in (*service.active, own)]),
        _ActiveRow.served.set([*served, own.user_id]),
        _ActiveRow.version.set(service.version + 1),
    ]
    if not _ActiveRow(_ID).update_if(unchanged, actions):
        raise _Changed
    waited = moment - timestamps.parse(_waiting_since(export)[0])
    metrics.emit("QueueTime", max(0.0, waited.total_seconds()), "Seconds")
    return 0


def _reserved(export: Export, service: _Service) -> int:
    """How many of the active exports this one must not be."""
    has_active = any(entry.user_id == export.user_id for entry in service.active)
    return 1 if has_active and settings().max_active_exports >= _RESERVING else 0


def _read() -> _Service:
    try:
        row = _ActiveRow.get(_ID, consistent_read=True)
    except DoesNotExist:
        return _Service()
    entries = [_Active(*entry) for entry in row.active]
    found = record.find_many(entry.export_id for entry in entries)
    running = {(export.id, export.attempt) for export in found if export.is_running}
    active = tuple(entry for entry in entries if (entry.export_id, entry.attempt) in running)
    return _Service(int(row.version), active, tuple(row.served))


def _position(export: Export, service: _Service, moment: datetime) -> int:
    since = timestamps.format(moment - _STALE)
    working = {entry.export_id for entry in service.active}
    queued = record.queued(timestamps.format(moment))
    waiting = {other.id: other for other in queued if other.id not in working and other.touched_at >= since}
    waiting[export.id] = export  # which the index may not have yet
    order = fair_order((entry.user_id for entry in service.active), service.served, waiting.values())
    return 1 + [other.id for other in order].index(export.id)
