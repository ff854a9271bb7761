"""Finish: the archive's end, its proof by S3, and the verdict `ready`."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from chalicelib import times
from chalicelib.archive.entries import Member, UploadGone
from chalicelib.archive.finish import Archive, SourcesChanged, finish_upload
from chalicelib.archive.plan_file import read_index
from chalicelib.assembly.assemble import result_of
from chalicelib.assembly.state import MAX_PLANS, State, in_work, verdict_of
from chalicelib.crc32 import to_hex
from chalicelib.exports import lifecycle, uploads
from chalicelib.exports.contents import Contents, from_rows
from chalicelib.exports.expiry import expiry
from chalicelib.exports.failures import FailureCode
from chalicelib.exports.left_out import keep_left_out
from chalicelib.exports.manifest import Manifest
from chalicelib.exports.record import Export, ExportedFile, Step, Upload
from chalicelib.exports.report import report_lines
from chalicelib.exports.work_files import (
    contents_key,
    excluded_key,
    get_document,
    get_lines,
    get_work,
    index_key,
    manifest_key,
    plan_prefix,
    put_document,
    put_export,
    sources_key,
)
from chalicelib.settings import settings

_TYPES = {"sample": "Samples Export", "analysis": "Analysis Export"}


def finish_export(event: Mapping[str, Any]) -> dict[str, Any]:
    """Outcomes: `ready`, `sources_changed` (with the next plan's number), `failed` with a code, `removed`."""
    state = State.of(event)
    export = in_work(state)
    if export is None:
        return state.outcome(verdict_of(state))
    upload = export.upload
    if upload is None or upload.plan != state.plan:
        return state.outcome("removed")
    lifecycle.reach(export, Step.FINISHING, times.to_text(times.now()))
    folder = plan_prefix(export.id, state.attempt, upload.token)
    contents = from_rows(get_lines(contents_key(folder)))
    index = read_index(get_work(index_key(folder)) or b"")
    manifest = _manifest(export, contents)

    def extras(checksums: Sequence[int]) -> Sequence[Member]:
        made = times.from_text(export.created_at)
        return (
            Member("manifest.json", made, _encoded(manifest.json_lines)),
            Member("manifest.txt", made, _encoded(manifest.text_lines)),
            Member("report.json", made, _encoded(lambda: report_lines(contents, checksums))),
        )

    try:
        target = uploads.targets_of(upload, folder)[0]
        results = (result_of(folder, number) for number in range(index.batches))
        finished = finish_upload(uploads.store(), target, index, results, extras)
    except UploadGone:
        if in_work(state) is None:
            return state.outcome("removed")
        return _plan_again(export, state, upload, contents, SourcesChanged({}))
    if isinstance(finished, SourcesChanged):
        return _plan_again(export, state, upload, contents, finished)
    return _ready(export, state, upload, contents, manifest, finished)


def _encoded(pieces: Callable[[], Iterable[str]]) -> Callable[[], Iterator[bytes]]:
    """Text in UTF-8, in chunks that are neither many nor large."""

    def chunks() -> Iterator[bytes]:
        found = iter(pieces())
        while some := "".join(islice(found, 10_000)):
            yield some.encode()

    return chunks


def _manifest(export: Export, contents: Contents) -> Manifest:
    created = times.from_text(export.created_at).astimezone(ZoneInfo(settings().time_zone))
    date = created.date().isoformat()
    return Manifest(export.id, _TYPES[export.type], date, contents, has_metadata=export.type == "sample")


def _plan_again(
    export: Export, state: State, upload: Upload, contents: Contents, changed: SourcesChanged
) -> dict[str, Any]:
    """Remember which sources are not as planned, and let Plan go without them; three plans are enough. Without any it
    was the upload that was lost."""
    key = excluded_key(export.id, state.attempt)
    excluded: dict[str, str] = get_document(key) or {}
    excluded |= {contents.items[position].id: reason for position, reason in changed.problems.items()}
    put_document(key, excluded)
    uploads.abort(upload, plan_prefix(export.id, state.attempt, upload.token))
    if state.plan >= MAX_PLANS:
        code = FailureCode.SOURCES_KEEP_CHANGING if changed.problems else FailureCode.INTERRUPTED
        return state.outcome("failed", code=code.value)
    return State(state.export_id, state.attempt, state.plan + 1).outcome("sources_changed")


def _ready(
    export: Export, state: State, upload: Upload, contents: Contents, manifest: Manifest, archive: Archive
) -> dict[str, Any]:
    """Keep what previews and downloads need beside the archive, then turn the record."""
    put_export(manifest_key(upload.key), b"".join(_encoded(manifest.json_lines)()))
    keep_left_out(upload.key, contents.skipped)
    put_export(sources_key(upload.key), json.dumps(contents.source_ids).encode())
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
    uploads.delete_segments(plan_prefix(export.id, state.attempt, upload.token))
    # A twin of this step may have turned it just now; whatever else happened, this attempt is over.
    return state.outcome("ready" if turned else verdict_of(state))
