"""Plan: the contents of the archive and all its parts, or the rows of a linelist, before the first byte is written."""

import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

from chalicelib import timestamps
from chalicelib.archive import planner
from chalicelib.archive.entries import ArchiveTooLarge
from chalicelib.archive.limits import MIB, Limits
from chalicelib.archive.plan_file import write_batch, write_index
from chalicelib.archive.planner import Plan
from chalicelib.archive.s3_operations import S3Operations
from chalicelib.archive.stitching import check
from chalicelib.assembly.linelist_work import slices_for
from chalicelib.assembly.planned_contents import PlannedContents, entry_of, planned_contents
from chalicelib.assembly.state import State, active_export
from chalicelib.errors import Forbidden, NotFound
from chalicelib.exports import admission, archive_uploads, attempts, exclusions
from chalicelib.exports.contents.items import Item, Piece
from chalicelib.exports.contents.linelist_plan import LinelistPlan, to_lines
from chalicelib.exports.contents.source_key import source_key
from chalicelib.exports.cost import gb_seconds
from chalicelib.exports.estimate import excesses
from chalicelib.exports.failures import FailureCode
from chalicelib.exports.model import Export, Step, Upload
from chalicelib.exports.packaging import Packaging, assembled_bytes, packaging_of
from chalicelib.exports.storage import (
    archive_key,
    batch_key,
    contents_key,
    get_document,
    index_key,
    plan_prefix,
    put_document,
    put_lines,
    put_work,
    request_key,
    rows_key,
    summary_key,
)
from chalicelib.exports.types.base import ExportSpec
from chalicelib.exports.types.linelist import LinelistExportSpec
from chalicelib.exports.types.registry import TYPES, spec_from_json
from chalicelib.memory import without_collections
from chalicelib.settings import settings

_CONCURRENT_PUTS, _CONCURRENT_CHECKS = 8, 16
_COPY_RANGE_ELSEWHERE = 256 * MIB  # of a copy on a server that is not S3 itself, so that each responds in time


def plan_export(event: Mapping[str, Any]) -> dict[str, Any]:
    """Outcomes: `queued` with the seconds to `wait` before the next run, `planned` with the numbers of the batches and
    of those that must be done before them (`copies`), and whether there are any (`assembling`, `copying`),
    `linelist_planned`, `slices_planned` with the numbers of a linelist's `slices`, `failed` with a code, `removed`.

    Each run writes its plan under a token of its own; the first to claim the record for this plan wins, and a later
    run returns the winner's.
    """
    started = time.monotonic()
    state = State.of(event)
    export = active_export(state)
    if export is not None and export.step is Step.QUEUED:
        position = admission.admit(export, timestamps.now())
        if position:
            return _wait_in_queue(state, position)
    if export is None or not attempts.enter_step(export, Step.PLANNING, timestamps.format(timestamps.now())):
        return state.outcome("removed")
    if export.upload is not None and export.upload.plan >= state.plan:
        return _planned(state, export.upload)
    try:
        spec = spec_from_json(get_document(request_key(export.id)) or {})
        if export.table is not None:
            return _linelist_planned(spec, export, state)
        return _plan_spec(spec, export, state, started)
    except (Forbidden, NotFound):
        return state.outcome("failed", code=FailureCode.NO_LONGER_ALLOWED.value)


def _wait_in_queue(state: State, position: int) -> dict[str, Any]:
    at = timestamps.format(timestamps.now())
    if not attempts.wait_in_queue(state.export_id, state.attempt, position, at):
        return state.outcome("removed")
    return state.outcome("queued", wait=admission.pause_before_poll(position))


def _plan_spec(spec: ExportSpec, export: Export, state: State, started: float) -> dict[str, Any]:
    found = _read_contents(spec, export, state)
    if isinstance(found, LinelistPlan):
        return _plan_linelist(spec, export, state, found)
    contents = planned_contents(found)
    planned = _plan(contents, packaging_of(export))
    if isinstance(planned, FailureCode):
        return state.outcome("failed", code=planned.value)
    return _claim(export, state, contents, planned, started)


def _plan_linelist(spec: ExportSpec, export: Export, state: State, plan: LinelistPlan) -> dict[str, Any]:
    """Write which samples have rows, and make it the plan of this attempt."""
    count = len(plan.samples)
    if not count:
        return state.outcome("failed", code=FailureCode.NOTHING_TO_EXPORT.value)
    if excesses(count, 0, 0, settings()):
        return state.outcome("failed", code=FailureCode.TOO_LARGE.value)
    token = uuid4().hex[:12]
    put_lines(rows_key(plan_prefix(export.id, state.attempt, token)), to_lines(plan))
    attempts.claim_table(export.id, state.attempt, token, timestamps.format(timestamps.now()), rows_total=count)
    # Another run may have claimed its own plan first: the one on the record is rendered.
    current = active_export(state)
    return state.outcome("removed") if current is None else _linelist_planned(spec, current, state)


def _linelist_planned(spec: ExportSpec, export: Export, state: State) -> dict[str, Any]:
    rows = 0 if export.table is None else export.table.rows_total
    slices = slices_for(spec, rows) if isinstance(spec, LinelistExportSpec) else ()
    if slices:
        return state.outcome("slices_planned", slices=list(range(sum(map(len, slices)))))
    return state.outcome("linelist_planned")


def _plan(contents: PlannedContents, packaging: Packaging) -> Plan | FailureCode:
    """The plan of the archive, or why there can't be one."""
    if not contents.entries:
        return FailureCode.NOTHING_TO_EXPORT
    size = assembled_bytes(contents.entries, packaging)
    if excesses(contents.samples, len(contents.entries), size, settings()):
        return FailureCode.TOO_LARGE
    try:
        entries = () if packaging is Packaging.MANIFEST else contents.entries
        limits = Limits() if archive_uploads.store().is_aws else Limits(copy_range=_COPY_RANGE_ELSEWHERE)
        with without_collections():
            return planner.plan(entries, limits, workers=settings().assemble_concurrency)
    except ArchiveTooLarge:
        return FailureCode.TOO_LARGE


def _read_contents(spec: ExportSpec, export: Export, state: State) -> Iterator[Piece] | LinelistPlan:
    if not TYPES[export.type].is_archive:
        return spec.plan(export.user_id, excluded={})
    excluded = exclusions.load(export.id, state.attempt).reasons
    if excluded and state.plan == 1:  # found by an earlier attempt: a source may be readable again
        found = spec.plan(export.user_id, excluded={})
        if not isinstance(found, LinelistPlan):
            excluded = _still_lost(found, excluded)
    return spec.plan(export.user_id, excluded=excluded)


def _still_lost(pieces: Iterable[Piece], known: Mapping[str, str]) -> dict[str, str]:
    """Those of the lost sources that still can't be read. Corruption only shows when the whole file is
    read, so an earlier finding stands."""
    lost = [item for item in pieces if isinstance(item, Item) and source_key(item) in known]
    again = [(place, entry_of(item)) for place, item in enumerate(lost) if known[source_key(item)] != "corrupt"]
    with ThreadPoolExecutor(_CONCURRENT_CHECKS) as pool:
        problems = check(again, S3Operations(archive_uploads.store()), pool)
    checked = {place for place, _ in again}
    return {
        source_key(item): problems.get(place, known[source_key(item)])
        for place, item in enumerate(lost)
        if place in problems or place not in checked
    }


def _claim(export: Export, state: State, contents: PlannedContents, planned: Plan, started: float) -> dict[str, Any]:
    """Write the plan, begin its upload, and claim the record for it; `started` is when this function began."""
    token = uuid4().hex[:12]
    folder = plan_prefix(export.id, state.attempt, token)
    put_work(contents_key(folder), contents.rows)
    put_work(index_key(folder), write_index(planned.index))
    with ThreadPoolExecutor(_CONCURRENT_PUTS) as pool:
        numbered = list(enumerate(planned.batches))
        list(pool.map(lambda batch: put_work(batch_key(folder, batch[0]), write_batch(batch[1])), numbered))
    summary = {"ahead": planned.ahead, "batches": len(planned.batches), "gb_seconds": gb_seconds(started)}
    put_document(summary_key(folder), summary)
    archive_uploads.begin_segments(folder, len(planned.segments))
    key = archive_key(export.id, state.attempt, token)
    upload = Upload(state.plan, token, key, archive_uploads.begin(key))
    claimed = attempts.claim_upload(
        export.id,
        state.attempt,
        upload,
        timestamps.format(timestamps.now()),
        bytes_total=planned.bytes_total,
        files_total=len(contents.entries),
        sample_count=contents.samples + contents.samples_without_file,
    )
    if claimed:
        return _planned(state, upload)
    archive_uploads.abort(upload, folder)
    current = active_export(state)
    if current is None or current.upload is None:
        return state.outcome("removed")
    return _planned(state, current.upload)


def _planned(state: State, upload: Upload) -> dict[str, Any]:
    summary = get_document(summary_key(plan_prefix(state.export_id, state.attempt, upload.token)))
    if summary is None:
        return state.outcome("removed")
    ahead, batches = summary["ahead"], summary["batches"]
    return State(state.export_id, state.attempt, upload.plan).outcome(
        "planned",
        copying=ahead > 0,
        assembling=batches > ahead,
        copies=list(range(ahead)),
        batches=list(range(ahead, batches)),
    )
