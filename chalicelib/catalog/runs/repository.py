"""Workflow executions (runs): which pipeline ran on which samples, for whom, and in which state it is.

A run that is automated for a project, or shared with its namespace, is open: the namespace's members see it. Others
are visible to their submitter only.
"""

from collections.abc import Iterable
from dataclasses import replace

from pynamodb.transactions import TransactWrite

from chalicelib import outbox, timestamps
from chalicelib.catalog.namespaces.model import Namespace
from chalicelib.catalog.runs import contents as run_contents
from chalicelib.catalog.runs.announcements import announcement_of
from chalicelib.catalog.runs.model import NewRun, Run, RunSample
from chalicelib.catalog.runs.states import FINAL, RunState, may_become
from chalicelib.catalog.runs.table import META, OutputFolderRow, RunRow, folder_key, list_rows, own_row, run_of
from chalicelib.errors import Conflict, NotFound, message
from chalicelib.ids import Ids
from chalicelib.log import logger
from chalicelib.tables import retry_with_latest, transact_write

_MAX_DEPTH = 100  # folders above one that are looked up: as many keys as a BatchGetItem takes


def create(new: NewRun, namespace: Namespace, submitter_id: str, samples: Iterable[RunSample], ids: Ids) -> Run:
    """Make a run over these samples, in the order of its samplesheet. With repeatable ids a second call completes the
    first.

    The samples' rows are written before the run itself: until the run exists, they can't be found.
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
        output_uri=new.output_uri,
    )
    known = find_many([run.id]).get(run.id) if ids.is_repeatable else None
    if known is not None:
        return known
    run_contents.put_samples(run.id, sheet)

    def fill(transaction: TransactWrite) -> None:
        transaction.save(own_row(run), condition=RunRow.pk.does_not_exist())
        if run.output_uri is not None:
            folder = OutputFolderRow(*folder_key(run.output_uri), run_id=run.id)
            transaction.save(folder, condition=OutputFolderRow.pk.does_not_exist())
        for row in list_rows(run):
            transaction.save(row)

    try:
        transact_write(fill, taken=[_Changed(), _FolderTaken()])
    except _Changed:
        return find(run.id)  # a concurrent request was first
    return run


def find(run_id: str) -> Run:
    """The run of this id; NotFound for none."""
    found = find_many([run_id])
    if run_id not in found:
        raise no_such_run()
    return found[run_id]


def find_by_folder(uri: str) -> Run | None:
    """The run whose declared folder has this S3 URI or is above it; None if there is none. Of several the nearest."""
    bucket, *names = uri.removeprefix("s3://").rstrip("/").split("/")
    folders = [f"s3://{'/'.join((bucket, *names[:depth]))}/" for depth in range(len(names), 0, -1)][:_MAX_DEPTH]
    rows = {row.pk: row.run_id for row in OutputFolderRow.batch_get([folder_key(folder) for folder in folders])}
    nearest = next((rows[pk] for pk, _ in map(folder_key, folders) if pk in rows), None)
    return None if nearest is None else find_many([nearest]).get(nearest)


def no_such_run() -> NotFound:
    """The error for a run that does not exist or must appear not to."""
    return NotFound("Workflow execution not found.")


def find_many(run_ids: Iterable[str]) -> dict[str, Run]:
    """The runs of these ids, by id; those that do not exist are absent."""
    keys = [(f"RUN#{run_id}", META) for run_id in dict.fromkeys(run_ids) if run_id]
    return {row.run_id: run_of(row) for row in RunRow.batch_get(keys, consistent_read=True)}


def move(run: Run, wanted: RunState) -> Run:
    """Set a run's state, checked against its newest version. Conflict when it may not follow the present one."""
    return retry_with_latest(_Changed, run, lambda latest: _move(latest, wanted), lambda: find(run.id))


def _move(run: Run, wanted: RunState) -> Run:
    if not may_become(run.state, wanted):
        raise Conflict(
            "An execution can't change from {state} to {wanted}.",
            slug="state-not-possible",
            state=run.state.value,
            wanted=wanted.value,
        )
    if run.state is wanted:
        return run
    moved = replace(run, state=wanted, updated_at=timestamps.next_after(run.updated_at))
    announcement = announcement_of(moved)

    def fill(transaction: TransactWrite) -> None:
        transaction.save(own_row(moved), condition=RunRow.updated_at == run.updated_at)
        for row in list_rows(moved):
            transaction.save(row)
        if announcement is not None:
            transaction.save(outbox.row_of(announcement))

    transact_write(fill, taken=[_Changed()])
    return moved


def end(run: Run, state: RunState) -> None:
    """Set a run's final state, unless it has one."""
    try:
        if run.state not in FINAL:
            move(run, state)
    except Conflict:
        logger().info("the run had another end before", run_id=run.id)


class _FolderTaken(Conflict):
    """Another run writes to the same folder."""

    def __init__(self) -> None:
        super().__init__(message("Another workflow execution writes to this folder."), slug="folder-taken")


class _Changed(Conflict):
    """The run is not as it was read."""

    def __init__(self) -> None:
        super().__init__(message("This execution was just changed by someone else."), slug="changed-meanwhile")
