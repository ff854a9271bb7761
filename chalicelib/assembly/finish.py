"""Finish: the archive's end, its proof by S3, and the verdict `ready`."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from chalicelib import aws, times
from chalicelib.archive.entries import Member, UploadGone
from chalicelib.archive.finish import Archive, SourcesChanged, finish_upload
from chalicelib.archive.plan_file import BatchResult, read_index, read_result
from chalicelib.assembly.state import MAX_PLANS, State, in_work
from chalicelib.crc32 import to_hex
from chalicelib.exports import lifecycle, record, uploads
from chalicelib.exports.contents import Contents, from_document
from chalicelib.exports.expiry import expiry
from chalicelib.exports.failures import FailureCode
from chalicelib.exports.manifest import Manifest
from chalicelib.exports.record import Export, ExportedFile, Status, Step, Upload
from chalicelib.exports.report import render_report
from chalicelib.exports.work_files import (
    contents_key,
    excluded_key,
    get_document,
    get_work,
    index_key,
    manifest_key,
    plan_prefix,
    put_document,
    put_export,
    result_key,
    sources_key,
)
from chalicelib.settings import settings

_TYPES = {"sample": "Samples Export", "analysis": "Analysis Export"}


def finish_export(event: Mapping[str, Any]) -> dict[str, Any]:
    """Outcomes: `ready`, `sources_changed` (with the next plan's number), `failed` with a code, `removed`."""
    state = State.of(event)
    export = in_work(state)
    if export is None:
        done = record.find(state.export_id)
        is_done = done is not None and done.status is Status.READY and done.attempt == state.attempt
        return state.outcome("ready" if is_done and done is not None and done.removed_at is None else "removed")
    upload = export.upload
    if upload is None or upload.plan != state.plan:
        return state.outcome("removed")
    lifecycle.reach(export, Step.FINISHING, times.to_text(times.now()))
    folder = plan_prefix(export.id, state.attempt, upload.token)
    contents = from_document(get_document(contents_key(folder)) or {})
    index = read_index(get_work(index_key(folder)) or b"")
    manifest = _manifest(export, contents)

    def extras(checksums: Mapping[int, int]) -> Sequence[Member]:
        made = times.from_text(export.created_at)
        return (
            Member("manifest.json", made, manifest.to_json().encode()),
            Member("manifest.txt", made, manifest.to_text().encode()),
            Member("report.json", made, render_report(contents, checksums).encode()),
        )

    try:
        results = list(_results(folder, index.batches))
        finished = finish_upload(aws.s3(), uploads.target_of(upload), index, results, extras)
    except UploadGone:
        if in_work(state) is None:
            return state.outcome("removed")
        raise
    if isinstance(finished, SourcesChanged):
        return _plan_again(export, state, upload, contents, finished)
    return _ready(export, state, upload, contents, manifest, finished)


def _results(folder: str, batches: int) -> Iterator[BatchResult]:
    for number in range(batches):
        data = get_work(result_key(folder, number))
        if data is None:
            raise RuntimeError(f"batch {number} has left no result")
        yield read_result(data)


def _manifest(export: Export, contents: Contents) -> Manifest:
    created = times.from_text(export.created_at).astimezone(ZoneInfo(settings().time_zone))
    return Manifest(export.id, _TYPES[export.type], created.date().isoformat(), contents)


def _plan_again(
    export: Export, state: State, upload: Upload, contents: Contents, changed: SourcesChanged
) -> dict[str, Any]:
    """Remember which sources are not as planned, and let Plan go without them; three plans are enough."""
    key = excluded_key(export.id, state.attempt)
    excluded: dict[str, str] = get_document(key) or {}
    excluded |= {contents.items[position].id: reason for position, reason in changed.problems.items()}
    put_document(key, excluded)
    uploads.abort(upload)
    if state.plan >= MAX_PLANS:
        return state.outcome("failed", code=FailureCode.SOURCES_KEEP_CHANGING.value)
    return State(state.export_id, state.attempt, state.plan + 1).outcome("sources_changed")


def _ready(
    export: Export, state: State, upload: Upload, contents: Contents, manifest: Manifest, archive: Archive
) -> dict[str, Any]:
    """Keep what previews and downloads need beside the archive, then turn the record."""
    put_export(manifest_key(export.id), manifest.to_json().encode())
    put_export(sources_key(export.id), json.dumps(contents.source_ids).encode())
    moment = times.now()
    traffic = archive.traffic
    turned = lifecycle.turn_ready(
        export,
        ExportedFile(upload.key, archive.size, to_hex(archive.crc32), len(contents.items)),
        at=times.to_text(moment),
        expires_at=times.to_text(expiry(moment, settings())),
        warnings=len(contents.skipped),
        details={
            "bytes_copied": traffic.copied,
            "bytes_read": traffic.read,
            "bytes_written": traffic.written,
            "requests": traffic.requests,
            "parts": archive.parts,
        },
    )
    if turned:
        return state.outcome("ready")
    current = record.find(state.export_id)
    # A twin of this step may have turned it just now; whatever else happened, this attempt is over.
    is_ready = current is not None and current.status is Status.READY and current.removed_at is None
    return state.outcome("ready" if is_ready else "removed")
