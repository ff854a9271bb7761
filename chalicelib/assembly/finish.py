"""Finish: write the archive's tail, verify the object, set the status `ready`."""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from chalicelib import timestamps
from chalicelib.archive.entries import ArchiveError, Member, UploadGone
from chalicelib.archive.finalize import Archive, Incomplete, SourcesChanged, finish_upload
from chalicelib.archive.parts import Place
from chalicelib.archive.plan_file import Traffic, merged, read_batch, read_index
from chalicelib.archive.s3_operations import S3Operations
from chalicelib.archive.stitching import check
from chalicelib.assembly.assemble import results_of
from chalicelib.assembly.state import MAX_CHANGING, MAX_PLANS, MAX_ROUNDS, State, active_export, outcome_of
from chalicelib.crc32 import to_hex
from chalicelib.exports import archive_uploads, attempts, exclusions, lifecycle
from chalicelib.exports.contents import preview_index
from chalicelib.exports.contents.file_table import known_checksums, table_lines
from chalicelib.exports.contents.items import Contents, from_rows
from chalicelib.exports.contents.manifest import Manifest
from chalicelib.exports.contents.report import report_lines
from chalicelib.exports.contents.ro_crate import METADATA_NAME, Crate
from chalicelib.exports.contents.source_key import source_key
from chalicelib.exports.cost import dollars, gb_seconds
from chalicelib.exports.expiry import expiry
from chalicelib.exports.failures import FailureCode
from chalicelib.exports.listed_files import save_files
from chalicelib.exports.model import Export, ExportedFile, Step, Upload
from chalicelib.exports.packaging import Packaging, packaging_of
from chalicelib.exports.skipped import save_skipped
from chalicelib.exports.storage import (
    batch_key,
    contents_key,
    get_document,
    get_lines,
    get_work,
    index_key,
    manifest_key,
    plan_prefix,
    preview_key,
    put_export,
    put_export_chunks,
    sources_key,
    summary_key,
)
from chalicelib.exports.types.registry import TYPES
from chalicelib.settings import settings

_CONCURRENT_CHECKS, _CHUNK, _TIME_TO_CHECK = 32, 1_000, 240.0  # seconds


def finish_export(event: Mapping[str, Any]) -> dict[str, Any]:
    """Outcomes: `ready`, `sources_changed` (with the next plan's number), `incomplete` (with the batches to
    run again), `failed` with a code, `removed`."""
    started = time.monotonic()
    state = State.of(event)
    export = active_export(state)
    if export is None:
        return state.outcome(outcome_of(state))
    upload = export.upload
    if upload is None or upload.plan != state.plan:
        return state.outcome("removed")
    attempts.enter_step(export, Step.FINISHING, timestamps.format(timestamps.now()))
    folder = plan_prefix(export.id, state.attempt, upload.token)
    contents = from_rows(get_lines(contents_key(folder)))
    index = read_index(get_work(index_key(folder)) or b"")
    manifest = _manifest(export, contents)

    def extras(checksums: Sequence[int]) -> Sequence[Member]:
        return _extras(export, contents, manifest, checksums)

    finished: Archive | SourcesChanged | Incomplete
    try:
        target = archive_uploads.targets_of(upload, folder)[0]
        finished = finish_upload(archive_uploads.store(), target, index, results_of(folder), extras)
    except UploadGone:
        if active_export(state) is None:
            return state.outcome("removed")
        finished = SourcesChanged({})
    if isinstance(finished, SourcesChanged):
        changed = _with_remaining_problems(finished, folder, index.batches)
        return _plan_again(export, state, upload, contents, changed)
    if isinstance(finished, Incomplete):
        return _complete_batches(state, folder, index.batches, finished)
    _store_documents(export, upload, contents, manifest)
    summary = get_document(summary_key(folder)) or {}
    functions = Traffic(gb_seconds=gb_seconds(started) + summary.get("gb_seconds", 0.0))
    cost = dollars(finished.traffic + functions, index.batches)
    return _ready(export, state, upload, contents, finished, cost)


def _extras(
    export: Export, contents: Contents, manifest: Manifest, checksums: Sequence[int | None]
) -> Sequence[Member]:
    """The archive's own files, which follow those of the catalog; `checksums` are of the items in the archive."""
    texts: dict[str, Callable[[], Iterable[str]]] = {}
    match packaging_of(export):
        case Packaging.MANIFEST:
            checksums = known_checksums(contents)
            texts["files.tsv"] = lambda: table_lines(contents)
        case Packaging.RO_CRATE:
            crate = Crate(export.id, export.name or manifest.type, export.created_at, contents)
            texts[METADATA_NAME] = lambda: crate.lines(checksums)
        case Packaging.ARCHIVE:
            pass
    texts["manifest.json"] = manifest.json_lines
    texts["manifest.txt"] = manifest.text_lines
    texts["report.json"] = lambda: report_lines(contents, checksums)
    made = timestamps.parse(export.created_at)
    return [Member(name, made, _encoded(pieces)) for name, pieces in texts.items()]


def _with_remaining_problems(changed: SourcesChanged, folder: str, count: int) -> SourcesChanged:
    """The problems of the sources, including those of batches that completed without any: the next
    plan should be the last. Workers whose batches had a problem have checked all their sources; here as many of the
    others are checked as time allows."""
    if not changed.problems:
        return changed
    problems, deadline = dict(changed.problems), time.monotonic() + _TIME_TO_CHECK
    objects = S3Operations(archive_uploads.store())
    with ThreadPoolExecutor(_CONCURRENT_CHECKS) as pool:
        for number in range(count):
            if time.monotonic() >= deadline:
                break
            if merged(results_of(folder, number)).problems:
                continue
            entries = iter(read_batch(get_work(batch_key(folder, number)) or b"").entries.items())
            while (some := list(islice(entries, _CHUNK))) and time.monotonic() < deadline:
                problems |= check(some, objects, pool)
    return SourcesChanged(problems)


def _complete_batches(state: State, folder: str, count: int, found: Incomplete) -> dict[str, Any]:
    """Return the batches that have not written all their parts: a worker ended before it was done."""
    if state.round >= MAX_ROUNDS:
        raise ArchiveError(f"{found.missing} parts were not written, the first is {found.first}")
    written = merged(results_of(folder)).parts.keys()
    batches = [number for number in range(count) if not _places(folder, number) <= written]
    ahead = (get_document(summary_key(folder)) or {"ahead": 0})["ahead"]
    return replace(state, round=state.round + 1).outcome(
        "incomplete",
        copying=any(number < ahead for number in batches),
        copies=[number for number in batches if number < ahead],
        batches=[number for number in batches if number >= ahead],
    )


def _places(folder: str, number: int) -> set[Place]:
    """Where the parts of a batch go."""
    batch = read_batch(get_work(batch_key(folder, number)) or b"")
    places = {unit.place for unit in batch.units} | {copy.part.place for copy in batch.copies}
    if not batch.after:
        places |= {copy.place for unit in batch.units for copy in unit.copies}
    return places | {Place(0, segment.number) for segment in batch.joins}


def _encoded(pieces: Callable[[], Iterable[str]]) -> Callable[[], Iterator[bytes]]:
    """Text in UTF-8, in chunks of moderate size."""

    def chunks() -> Iterator[bytes]:
        found = iter(pieces())
        while some := "".join(islice(found, 10_000)):
            yield some.encode()

    return chunks


def _manifest(export: Export, contents: Contents) -> Manifest:
    created = timestamps.parse(export.created_at).astimezone(ZoneInfo(settings().time_zone))
    date = created.date().isoformat()
    kind = TYPES[export.type]
    return Manifest(export.id, kind.manifest_title or "", date, contents, has_metadata=kind.has_metadata)


def _plan_again(
    export: Export, state: State, upload: Upload, contents: Contents, changed: SourcesChanged
) -> dict[str, Any]:
    """Record which sources are not as planned, so that the next plan excludes them. If none is, the upload was
    lost.

    Each plan checks all its sources, so what a second one finds has changed since the first; except for contents that
    do not match their CRC-32, which only shows when the whole file is read.
    """
    is_changing = state.plan > 1 and any(reason != "corrupt" for reason in changed.problems.values())
    has_lost_upload = not changed.problems
    exclusions.save(
        export.id,
        state.attempt,
        state.plan,
        upload.token,
        reasons={source_key(contents.items[position]): reason for position, reason in changed.problems.items()},
        is_changing=is_changing,
        has_lost_upload=has_lost_upload,
    )
    archive_uploads.abort(upload, plan_prefix(export.id, state.attempt, upload.token))
    found = exclusions.load(export.id, state.attempt)
    if found.changing >= MAX_CHANGING or (state.plan >= MAX_PLANS and not has_lost_upload):
        return state.outcome("failed", code=FailureCode.SOURCES_KEEP_CHANGING.value)
    if found.lost_uploads >= MAX_CHANGING or state.plan >= MAX_PLANS:
        return state.outcome("failed", code=FailureCode.INTERRUPTED.value)
    return State(state.export_id, state.attempt, state.plan + 1).outcome("sources_changed")


def _store_documents(export: Export, upload: Upload, contents: Contents, manifest: Manifest) -> None:
    """Store what previews and downloads need beside the archive."""
    if packaging_of(export) is Packaging.MANIFEST:
        save_files(upload.key, contents.items)
    put_export_chunks(manifest_key(upload.key), _encoded(manifest.json_lines)())
    if len(contents.items) >= preview_index.MIN_FILES:
        put_export_chunks(preview_key(upload.key), preview_index.index_chunks(manifest))
    save_skipped(upload.key, contents.skipped)
    put_export(sources_key(upload.key), json.dumps(contents.source_ids).encode())


def _ready(
    export: Export, state: State, upload: Upload, contents: Contents, archive: Archive, cost: float
) -> dict[str, Any]:
    """Set the record's status; `cost` is in dollars."""
    moment = timestamps.now()
    traffic = archive.traffic
    is_ready = lifecycle.mark_ready(
        export,
        ExportedFile(upload.key, archive.size, to_hex(archive.crc32), len(contents.items)),
        at=timestamps.format(moment),
        expires_at=timestamps.format(expiry(moment, settings())),
        warnings=len(contents.skipped),
        cost=cost,
        details={
            "bytes_copied": traffic.copied,
            "bytes_read": traffic.read,
            "bytes_written": traffic.written,
            "requests": traffic.requests,
            "parts": archive.parts,
        },
    )
    archive_uploads.delete_segments(plan_prefix(export.id, state.attempt, upload.token))
    # Another run of this step may have marked it ready; in any case this attempt is over.
    return state.outcome("ready" if is_ready else outcome_of(state))
