"""RenderLinelist: writes the table of a linelist row by row into an upload, has S3 verify it, and marks the export
ready."""

import json
import time
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

from chalicelib import timestamps
from chalicelib.archive import streaming_upload
from chalicelib.archive.entries import UploadGone
from chalicelib.assembly.state import State, active_export, outcome_of
from chalicelib.crc32 import to_hex
from chalicelib.exports import archive_uploads, attempts, lifecycle
from chalicelib.exports.contents.items import Skipped
from chalicelib.exports.contents.linelist_plan import from_lines
from chalicelib.exports.expiry import expiry
from chalicelib.exports.failures import FailureCode
from chalicelib.exports.linelist_table import LinelistTable
from chalicelib.exports.model import Export, ExportedFile, Step, Table
from chalicelib.exports.skipped import save_skipped
from chalicelib.exports.storage import (
    get_document,
    get_lines,
    linelist_key,
    plan_prefix,
    put_export,
    report_key,
    request_key,
    rows_key,
    sources_key,
)
from chalicelib.exports.types.linelist import LinelistExportSpec
from chalicelib.exports.types.registry import spec_from_json
from chalicelib.linelist.formats import CONTENT_TYPES, CsvDialect, suffix_of, writer_for
from chalicelib.linelist.rows import Columns, Row
from chalicelib.linelist.xlsx_writer import WorkbookTooLarge
from chalicelib.settings import settings

_PROGRESS_INTERVAL = 1.0  # seconds between two updates of the record
# Seconds for the rows, of the 900 that the function has: an export that takes longer fails as too large. A workbook
# is assembled from temporary files after its last row, which takes about a sixth of the time of the rows.
_TIME_FOR_ROWS = {"xlsx": 700.0}
_TIME = 840.0


class _Superseded(Exception):
    """The attempt is over: the export was removed, or another run of this step ended it."""


class _Failed(Exception):
    """The export can't be made; the code says why."""

    def __init__(self, code: FailureCode) -> None:
        super().__init__(code.value)
        self.code = code


def render_linelist(event: Mapping[str, Any]) -> dict[str, Any]:
    """Outcomes: `ready`, `failed` with a code, `removed`.

    Each run writes to a key of its own, so any number of them may run: the first to mark the record ready wins,
    and the objects of the others are removed with the export.
    """
    state = State.of(event)
    export = active_export(state)
    if export is None or export.table is None:
        return state.outcome(outcome_of(state))
    try:
        is_ready = _render(export, export.table, state)
    except (_Superseded, UploadGone):
        if active_export(state) is not None:
            raise
        is_ready = False
    except _Failed as failure:
        return state.outcome("failed", code=failure.code.value)
    return state.outcome("ready" if is_ready else outcome_of(state))


def _render(export: Export, planned: Table, state: State) -> bool:
    """Write the file and mark the export ready; False if another run of this step did so first."""
    spec = spec_from_json(get_document(request_key(export.id)) or {})
    if not isinstance(spec, LinelistExportSpec):
        raise TypeError(f"{export.id} is not a linelist")
    plan = from_lines(get_lines(rows_key(plan_prefix(export.id, state.attempt, planned.token))))
    table = LinelistTable(plan, Columns(spec.metadata_fields), export.user_id)
    dialect = CsvDialect(spec.delimiter, spec.decimal_mark, settings().csv_bom)
    truncated: list[Skipped] = []
    chunks = writer_for(
        spec.linelist_format,
        dialect,
        lambda cell: truncated.append(Skipped(cell.row_key, "cell-truncated", name=cell.column, puid=cell.row_key)),
    )
    suffix = suffix_of(spec.linelist_format)
    key = linelist_key(export.id, state.attempt, uuid4().hex[:12], suffix)
    with archive_uploads.file_upload(key, CONTENT_TYPES[suffix]) as target:
        try:
            streamed = streaming_upload.upload(
                archive_uploads.store(),
                target,
                chunks(table.columns, _with_progress(table, state, _TIME_FOR_ROWS.get(spec.linelist_format, _TIME))),
            )
        except WorkbookTooLarge:
            raise _Failed(FailureCode.TOO_LARGE) from None
        if not table.included:
            raise _Failed(FailureCode.NOTHING_TO_EXPORT)
        if not attempts.enter_step(export, Step.FINISHING, timestamps.format(timestamps.now())):
            raise _Superseded
        streaming_upload.verify(archive_uploads.store(), target, streamed)
    put_export(report_key(key), "".join(table.report_lines()).encode())
    skipped = (*table.skipped, *truncated)
    save_skipped(key, skipped)
    put_export(sources_key(key), json.dumps(table.source_ids).encode())
    moment = timestamps.now()
    return lifecycle.mark_ready(
        export,
        ExportedFile(key, streamed.size, to_hex(streamed.crc32), files=1),
        at=timestamps.format(moment),
        expires_at=timestamps.format(expiry(moment, settings())),
        warnings=len(skipped),
        details={"rows": table.included, "parts": len(streamed.parts)},
    )


def _with_progress(table: LinelistTable, state: State, time_for_rows: float) -> Iterator[Row]:
    """The rows, recording progress on the way. Raises _Superseded if the attempt is over, and _Failed when the time
    budget is used up."""
    begun = reported_at = time.monotonic()
    for row in table.rows():
        yield row
        now = time.monotonic()
        if now - reported_at < _PROGRESS_INTERVAL:
            continue
        reported_at = now
        is_recorded = attempts.set_rows_done(
            state.export_id, state.attempt, table.done, timestamps.format(timestamps.now())
        )
        # If not recorded, another run of this step may simply be further along.
        if not is_recorded and active_export(state) is None:
            raise _Superseded
        if now - begun > time_for_rows:
            raise _Failed(FailureCode.TOO_LARGE)
