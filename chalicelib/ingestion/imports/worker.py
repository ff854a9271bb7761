"""The background work on an import, a few steps at a time; it continues after the last counted step.

It may run twice, concurrently, or be killed half-way. All ids derive from the import and the row, so a repetition finds
existing resources and counts them as its own; steps are counted only in sequence, so of two workers
one stops.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Any, Protocol

from chalicelib.access.roles import Role
from chalicelib.catalog.files import pairs, registration, uploads
from chalicelib.catalog.files import repository as files
from chalicelib.catalog.files.model import DeclaredMate
from chalicelib.catalog.namespaces import permissions
from chalicelib.catalog.namespaces import repository as namespaces
from chalicelib.catalog.namespaces.model import Namespace
from chalicelib.catalog.samples import creation
from chalicelib.catalog.samples import repository as samples
from chalicelib.catalog.samples.metadata import merged_metadata
from chalicelib.catalog.samples.model import NewSample, Sample, metadata_size_violation
from chalicelib.errors import Conflict, Invalid, NotFound, SeqportError, Violation
from chalicelib.ingestion.imports import record as import_record
from chalicelib.ingestion.imports.columns import pointer
from chalicelib.ingestion.imports.model import SheetFile
from chalicelib.ingestion.imports.record import FailureCode, Import, ImportTotals, Status
from chalicelib.ingestion.imports.start import start
from chalicelib.ingestion.imports.steps import Step, file_ids, read_steps, sample_ids
from chalicelib.log import logger
from chalicelib.tables import retry_on

CONCURRENT_STEPS = 8
_TRIES = 4
TIME_FOR_STEPS = 180_000  # milliseconds that must be left for the next steps; each has at most FILES_PER_STEP files


class Invocation(Protocol):
    """The context of the current Lambda invocation."""

    function_name: str

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the invocation ends."""


def run_import_steps(import_id: str, invocation: Invocation) -> dict[str, Any]:
    """Work on an import until it ends or the time is nearly over; then another invocation continues."""
    present = import_record.find(import_id)
    if present is None or present.status is not Status.PROCESSING:
        return {"outcome": "over"}
    steps = read_steps(present.plan_key)
    if steps is None:
        return _ended(present, FailureCode.PLAN_LOST)
    while present.steps_done < len(steps):
        if invocation.get_remaining_time_in_millis() < TIME_FOR_STEPS:
            start(present.id, invocation.function_name)
            return {"outcome": "continues"}
        project = _allowed(present)
        if project is None:
            return _ended(present, FailureCode.RIGHT_LOST)
        chunk = steps[present.steps_done : present.steps_done + CONCURRENT_STEPS]
        made = _work_on(present, project, chunk)
        counted = import_record.count(present, steps=len(chunk), rows=sum(step.rows for step in chunk), made=made)
        if counted is None:
            return {"outcome": "left to another"}
        present = counted
    return _ended(present, None)


def _ended(present: Import, failure: FailureCode | None) -> dict[str, Any]:
    if import_record.end(present, failure) is None:
        return {"outcome": "left to another"}
    outcome = "done" if failure is None else failure.value
    logger().info("an import ended", import_id=present.id, outcome=outcome, violations=present.totals.violation_count)
    return {"outcome": outcome}


def _allowed(present: Import) -> Namespace | None:
    """The project, if the user who started the import may still import there."""
    try:
        project = namespaces.find(present.project_id)
        permissions.require(present.user_id, project, Role.ANALYST)
    except SeqportError:
        return None
    return project


def _work_on(present: Import, project: Namespace, chunk: Sequence[Step]) -> ImportTotals:
    # Samples are created in sequence, because all update the same counters of their namespaces; files concurrently.
    begun = [_retrying(lambda step=step: _sample_of(present, project, step)) for step in chunk]  # type: ignore[misc]
    with ThreadPoolExecutor(CONCURRENT_STEPS) as pool:
        done = list(pool.map(lambda pair: _with_files(present, project, *pair), zip(chunk, begun, strict=True)))
    return sum(done, ImportTotals())


def _retrying(work: Callable[[], Sample]) -> Sample | SeqportError:
    """The result of `work`, or its error; retried on conflicts."""
    try:
        return retry_on(Conflict, work, tries=_TRIES)
    except SeqportError as error:
        return error


def _sample_of(present: Import, project: Namespace, step: Step) -> Sample:
    ids = sample_ids(present.id, step)
    if step.sample_id is None and step.begins:
        new = NewSample(step.name or "", step.description, step.metadata, step.puid)
        return creation.create(project, new, ids)
    sample = samples.find(step.sample_id or ids.id())
    if sample.project_id != project.id:
        raise NotFound("Sample not found.")
    wanted = _apply_row(sample, step)
    return sample if wanted == sample else samples.update_with(sample, lambda newest: _apply_row(newest, step))


def _apply_row(sample: Sample, step: Step) -> Sample:
    metadata = merged_metadata(sample.metadata, step.metadata)
    if step.metadata and (rule := metadata_size_violation(metadata)):
        raise Invalid(rule)
    description = sample.description if step.description is None else step.description
    return replace(sample, name=step.name or sample.name, description=description, metadata=metadata)


def _with_files(present: Import, project: Namespace, step: Step, begun: Sample | SeqportError) -> ImportTotals:
    if isinstance(begun, SeqportError):
        return _violations_only([Violation(f"/samplesheet/{step.row}", begun.message)])
    violations: list[Violation] = []
    registered = 0
    there = {file.s3_uri: file.id for file in files.of_sample(begun.id)} if step.files else {}
    for file in step.files:
        own = file_ids(present.id, step, file.s3_uri).id()
        is_known = there.get(file.s3_uri, own) != own  # registered by another request in the meantime
        mate = None
        if file.mate is not None:
            mate_id = there.get(file.mate) or file_ids(present.id, step, file.mate).id()
            mate = DeclaredMate(mate_id, file.direction)
        try:
            if file.s3_uri not in there:
                _register(present, project, begun, step, file, mate)
            if mate is not None:
                _pair(begun, there.get(file.s3_uri, own), mate)
            registered += not is_known
        except SeqportError as refused:
            rule = (
                refused.violations[0].message
                if isinstance(refused, Invalid) and refused.violations
                else refused.message
            )
            violations.append(Violation(pointer(file.row, file.column), rule))
    created = step.begins and step.sample_id is None
    updated = step.begins and not created and (step.changes or registered > 0)
    return _violations_only(violations) + ImportTotals(int(created), int(updated), registered)


def _register(
    present: Import, project: Namespace, sample: Sample, step: Step, file: SheetFile, mate: DeclaredMate | None
) -> None:
    def register() -> None:
        found = registration.find(present.user_id, project, file.s3_uri)
        uploads.register_in_place(sample, file_ids(present.id, step, file.s3_uri), found, mate=mate)

    retry_on(Conflict, register, tries=_TRIES)  # its mate or another worker may write at the same time


def _pair(sample: Sample, file_id: str, mate: DeclaredMate) -> None:
    """Pair two files that a row declares to be mates, if both exist and have none."""
    file, other = files.find_own(sample.id, file_id), files.find_own(sample.id, mate.id)
    are_there = file is not None and other is not None and file.complete and other.complete
    if not are_there or file is None or other is None or file.paired_with or other.paired_with:
        return
    with suppress(Conflict):  # another request or worker has just paired one of them
        pairs.pair(file, other, mate.direction)


def _violations_only(violations: Sequence[Violation]) -> ImportTotals:
    return ImportTotals(violation_count=len(violations), violations=tuple(violations))
