"""Workflow executions (runs): what was run over which samples, for whom, and how far it is.

A run that is automated for a project, or shared with its namespace, is open: the namespace's members see it. Any other
is its submitter's alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.transactions import TransactWrite

from chalicelib import timestamps
from chalicelib.catalog.namespaces.repository import Namespace
from chalicelib.catalog.runs import contents as run_contents
from chalicelib.catalog.runs.contents import RunSample
from chalicelib.catalog.runs.states import RunState, may_become
from chalicelib.catalog.samples.index import truncate_utf8
from chalicelib.errors import Conflict, NotFound
from chalicelib.ids import Ids
from chalicelib.search import normalize
from chalicelib.tables import Row, TableName, transact_write

_META = "META"
_TRIES = 6
_BETWEEN = "\x00"


@dataclass(frozen=True, slots=True)
class Run:
    """A workflow execution. `is_open`: the members of its namespace see it."""

    id: str
    name: str | None
    workflow_name: str
    workflow_version: str
    state: RunState
    submitter_id: str
    namespace_id: str
    automated: bool
    shared: bool
    is_open: bool
    sample_count: int
    created_at: str
    updated_at: str


@dataclass(frozen=True, slots=True)
class NewRun:
    """What somebody says of a run to be made."""

    name: str | None
    workflow_name: str
    workflow_version: str
    state: RunState
    automated: bool
    shared: bool


class _ByName(GlobalSecondaryIndex["RunRow"]):
    class Meta:
        index_name = "by_name"
        projection = AllProjection()

    pk = UnicodeAttribute(hash_key=True)
    name_key = UnicodeAttribute(range_key=True)


class _ByUpdated(GlobalSecondaryIndex["RunRow"]):
    class Meta:
        index_name = "by_updated"
        projection = AllProjection()

    pk = UnicodeAttribute(hash_key=True)
    updated_key = UnicodeAttribute(range_key=True)


class _ByState(GlobalSecondaryIndex["RunRow"]):
    class Meta:
        index_name = "by_state"
        projection = AllProjection()

    pk = UnicodeAttribute(hash_key=True)
    state_key = UnicodeAttribute(range_key=True)


class RunRow(Row):
    """`RUN#<id>` / `META`, and the same again in each list that shows the run, with where it stands there: `OF#<user>`
    and, if it is open, `IN#<namespace>` / `<created_at>\\0<id>`; by name, change and state through indexes."""

    class Meta:
        table_name = TableName("runs_table")

    by_name = _ByName()
    by_updated = _ByUpdated()
    by_state = _ByState()

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    run_id = UnicodeAttribute()
    name = UnicodeAttribute(null=True)
    workflow_name = UnicodeAttribute()
    workflow_version = UnicodeAttribute()
    state = UnicodeAttribute()
    submitter_id = UnicodeAttribute()
    namespace_id = UnicodeAttribute()
    automated = BooleanAttribute()
    shared = BooleanAttribute()
    is_open = BooleanAttribute()
    sample_count = NumberAttribute()
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()
    name_key = UnicodeAttribute(null=True)
    updated_key = UnicodeAttribute(null=True)
    state_key = UnicodeAttribute(null=True)


def value_of(row: RunRow) -> Run:
    """The frozen value of a row."""
    return Run(
        id=row.run_id,
        name=row.name,
        workflow_name=row.workflow_name,
        workflow_version=row.workflow_version,
        state=RunState(row.state),
        submitter_id=row.submitter_id,
        namespace_id=row.namespace_id,
        automated=row.automated,
        shared=row.shared,
        is_open=row.is_open,
        sample_count=int(row.sample_count),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def user_partition(user_id: str) -> str:
    """The list of what a user has submitted."""
    return f"OF#{user_id}"


def namespace_partition(namespace_id: str) -> str:
    """The list of the open runs of a namespace."""
    return f"IN#{namespace_id}"


def name_key(run: Run) -> str:
    """Where a run stands by name; those without one come first."""
    return f"{truncate_utf8(normalize(run.name or ''))}{_BETWEEN}{run.id}"


def created_key(run: Run) -> str:
    """Where a run stands by creation."""
    return f"{run.created_at}{_BETWEEN}{run.id}"


def updated_key(run: Run) -> str:
    """Where a run stands by its last change."""
    return f"{run.updated_at}{_BETWEEN}{run.id}"


def state_key(run: Run) -> str:
    """Where a run stands by state; among equals by creation."""
    return f"{run.state}{_BETWEEN}{created_key(run)}"


def _row(run: Run, pk: str, sk: str) -> RunRow:
    return RunRow(
        pk,
        sk,
        run_id=run.id,
        name=run.name,
        workflow_name=run.workflow_name,
        workflow_version=run.workflow_version,
        state=run.state.value,
        submitter_id=run.submitter_id,
        namespace_id=run.namespace_id,
        automated=run.automated,
        shared=run.shared,
        is_open=run.is_open,
        sample_count=run.sample_count,
        created_at=run.created_at,
        updated_at=run.updated_at,
    )


def _own_row(run: Run) -> RunRow:
    return _row(run, f"RUN#{run.id}", _META)


def _list_rows(run: Run) -> list[RunRow]:
    lists = [user_partition(run.submitter_id), *([namespace_partition(run.namespace_id)] if run.is_open else [])]
    rows = [_row(run, pk, created_key(run)) for pk in lists]
    for row in rows:
        row.name_key, row.updated_key, row.state_key = name_key(run), updated_key(run), state_key(run)
    return rows


def create(new: NewRun, namespace: Namespace, submitter_id: str, samples: Iterable[RunSample], ids: Ids) -> Run:
    """Make a run over these samples, in the order of its samplesheet. With repeatable ids a second call completes the
    first.

    The samples' rows are written before the run itself: as long as that is missing, nobody finds them.
    """
    at = timestamps.format(timestamps.now())
    sheet = list(samples)
    run = Run(
        id=ids.id(),
        name=new.name,
        workflow_name=new.workflow_name,
        workflow_version=new.workflow_version,
        state=new.state,
        submitter_id=submitter_id,
        namespace_id=namespace.id,
        automated=new.automated,
        shared=new.shared,
        is_open=new.shared or (new.automated and namespace.type == "project"),
        sample_count=len(sheet),
        created_at=at,
        updated_at=at,
    )
    known = find_many([run.id]).get(run.id) if ids.is_repeatable else None
    if known is not None:
        return known
    run_contents.put_samples(run.id, sheet)

    def fill(transaction: TransactWrite) -> None:
        transaction.save(_own_row(run), condition=RunRow.pk.does_not_exist())
        for row in _list_rows(run):
            transaction.save(row)

    try:
        transact_write(fill, taken=[_changed_meanwhile()])
    except Conflict:
        return find(run.id)  # a twin of this request was first
    return run


def find(run_id: str) -> Run:
    """The run of this id; NotFound for none."""
    found = find_many([run_id])
    if run_id not in found:
        raise no_such_run()
    return found[run_id]


def no_such_run() -> NotFound:
    """What is said of a run that there isn't, or that one may not know of."""
    return NotFound("Workflow execution not found.")


def find_many(run_ids: Iterable[str]) -> dict[str, Run]:
    """The runs of these ids, by id; those that do not exist are absent."""
    keys = [(f"RUN#{run_id}", _META) for run_id in dict.fromkeys(run_ids) if run_id]
    return {row.run_id: value_of(row) for row in RunRow.batch_get(keys, consistent_read=True)}


def move(run: Run, wanted: RunState) -> Run:
    """Set a run's state, as its newest version allows it. Conflict when it may not follow the present one."""
    tries = 0
    while may_become(run.state, wanted):
        if run.state is wanted:
            return run
        moved = replace(run, state=wanted, updated_at=timestamps.next_after(run.updated_at))

        def fill(transaction: TransactWrite, moved: Run = moved, before: Run = run) -> None:
            transaction.save(_own_row(moved), condition=RunRow.updated_at == before.updated_at)
            for row in _list_rows(moved):
                transaction.save(row)

        tries += 1
        try:
            transact_write(fill, taken=[_changed_meanwhile()])
        except Conflict:
            if tries == _TRIES:
                raise
        else:
            return moved
        run = find(run.id)
    raise Conflict(
        "An execution can't change from {state} to {wanted}.",
        slug="state-not-possible",
        state=run.state.value,
        wanted=wanted.value,
    )


def _changed_meanwhile() -> Conflict:
    return Conflict("This execution was just changed by someone else.", slug="changed-meanwhile")
