"""The record of an import: its frozen value, its row in DynamoDB, and its transitions. Each transition is one
conditional write that returns whether it took place: the second of two workers changes nothing, and stops.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from pynamodb.attributes import JSONAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib import timestamps
from chalicelib.attributes import Choice, Integer
from chalicelib.errors import Message, Violation
from chalicelib.tables import Mapper, Row, TableName

KEPT = timedelta(days=90)
MAX_VIOLATIONS = 100
_OPEN = "open"


class Status(StrEnum):
    """Status moves only processing → done | failed. `done`: every row was processed, whether it succeeded or not."""

    PROCESSING = "processing"
    DONE = "done"
    FAILED = "failed"


class FailureCode(StrEnum):
    """Why an import failed."""

    RIGHT_LOST = "right-lost"
    PLAN_LOST = "plan-lost"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class ImportTotals:
    """What an import has created, and the first rows that failed."""

    samples_created: int = 0
    samples_updated: int = 0
    files_registered: int = 0
    violation_count: int = 0
    violations: tuple[Violation, ...] = ()

    def __add__(self, more: "ImportTotals") -> "ImportTotals":
        return ImportTotals(
            self.samples_created + more.samples_created,
            self.samples_updated + more.samples_updated,
            self.files_registered + more.files_registered,
            self.violation_count + more.violation_count,
            (self.violations + more.violations)[:MAX_VIOLATIONS],
        )


@dataclass(frozen=True, slots=True)
class Import:
    """An import's record. `steps_done` of its plan's steps are finished, and with them `rows_done` rows;
    `restarts` counts since the last step that was finished."""

    id: str
    user_id: str
    project_id: str
    plan_key: str
    created_at: str
    touched_at: str
    ended_at: str | None
    status: Status
    steps_done: int
    rows_done: int
    rows_total: int
    restarts: int
    totals: ImportTotals
    failure: FailureCode | None


class _ByOpen(GlobalSecondaryIndex["ImportRow"]):
    class Meta:
        index_name = "by_open"
        projection = AllProjection()

    open = UnicodeAttribute(hash_key=True)
    touched_at = UnicodeAttribute(range_key=True)


class ImportRow(Row):
    """A row of the imports table; DynamoDB removes it some time after `expires_at` (seconds since 1970)."""

    class Meta:
        table_name = TableName("imports_table")

    by_open = _ByOpen()

    id = UnicodeAttribute(hash_key=True)
    user_id = UnicodeAttribute()
    project_id = UnicodeAttribute()
    plan_key = UnicodeAttribute()
    created_at = UnicodeAttribute()
    touched_at = UnicodeAttribute()
    ended_at = UnicodeAttribute(null=True)
    status = Choice(Status)
    steps_done = Integer(default=0)
    rows_done = Integer(default=0)
    rows_total = Integer()
    restarts = Integer(default=0)
    samples_created = Integer(default=0)
    samples_updated = Integer(default=0)
    files_registered = Integer(default=0)
    violation_count = Integer(default=0)
    violations = JSONAttribute(default=list)
    failure = Choice(FailureCode, null=True)
    open = UnicodeAttribute(null=True)  # only while it is processing, so that the index holds no others
    expires_at = Integer()


def _totals_of(row: ImportRow) -> ImportTotals:
    violations = tuple(Violation(pointer, Message(template, facts)) for pointer, template, facts in row.violations)
    return ImportTotals(row.samples_created, row.samples_updated, row.files_registered, row.violation_count, violations)


_MAPPER = Mapper(Import, ImportRow, computed={"totals": _totals_of})


def create(import_id: str, *, user_id: str, project_id: str, plan_key: str, rows_total: int) -> Import | None:
    """Put a new record; None when there is one of this id."""
    moment = timestamps.now()
    at = timestamps.format(moment)
    row = ImportRow(
        import_id,
        user_id=user_id,
        project_id=project_id,
        plan_key=plan_key,
        created_at=at,
        touched_at=at,
        status=Status.PROCESSING,
        rows_total=rows_total,
        open=_OPEN,
        expires_at=int((moment + KEPT).timestamp()),
    )
    return _MAPPER.value(row) if row.save_if(ImportRow.id.does_not_exist()) else None


def find(import_id: str) -> Import | None:
    """The import of this id as it is now (a consistent read); None when there is no record."""
    try:
        return _MAPPER.value(ImportRow.get(import_id, consistent_read=True))
    except DoesNotExist:
        return None


def in_progress(no_heartbeat_since: str | None = None) -> Iterator[Import]:
    """The imports in progress, by an index that may lag; optionally only those without a heartbeat since a moment."""
    stalled: Condition | None = None
    if no_heartbeat_since is not None:
        stalled = ImportRow.touched_at < no_heartbeat_since
    return (_MAPPER.value(row) for row in ImportRow.by_open.query(_OPEN, stalled))


def count(before: Import, *, steps: int, rows: int, made: ImportTotals) -> Import | None:
    """Count steps that were finished; None when another worker counted them, or the import is over."""
    total = before.totals + made
    return _write(
        before,
        [
            ImportRow.steps_done.set(before.steps_done + steps),
            ImportRow.rows_done.set(before.rows_done + rows),
            ImportRow.samples_created.set(total.samples_created),
            ImportRow.samples_updated.set(total.samples_updated),
            ImportRow.files_registered.set(total.files_registered),
            ImportRow.violation_count.set(total.violation_count),
            ImportRow.violations.set(
                [
                    [violation.pointer, violation.message.template, dict(violation.message.facts)]
                    for violation in total.violations
                ]
            ),
            ImportRow.touched_at.set(timestamps.format(timestamps.now())),
            ImportRow.restarts.set(0),
        ],
    )


def end(before: Import, failure: FailureCode | None = None) -> Import | None:
    """Mark it as done or failed; None when it advanced in the meantime, or is over."""
    at = timestamps.format(timestamps.now())
    status = Status.DONE if failure is None else Status.FAILED
    actions: list[Action] = [ImportRow.status.set(status), ImportRow.ended_at.set(at), ImportRow.open.remove()]
    if failure is not None:
        actions.append(ImportRow.failure.set(failure))
    return _write(before, actions)


def restart(before: Import) -> Import | None:
    """Record a restart; None if it advanced in the meantime, or another clean-up was first."""
    at = timestamps.format(timestamps.now())
    actions = [ImportRow.restarts.set(before.restarts + 1), ImportRow.touched_at.set(at)]
    return _write(before, actions, ImportRow.touched_at == before.touched_at)


def _write(before: Import, actions: Sequence[Action], unless: Condition | None = None) -> Import | None:
    here = (ImportRow.status == Status.PROCESSING) & (ImportRow.steps_done == before.steps_done)
    row = ImportRow(before.id)
    return _MAPPER.value(row) if row.update_if(here if unless is None else here & unless, actions) else None
