"""RenderLinelist: writes the table of a linelist row by row into an upload, or joins the slices of its rows, has S3
verify it, and marks the export ready."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from chalicelib import timestamps
from chalicelib.archive import streaming_upload
from chalicelib.archive.entries import UploadGone
from chalicelib.assembly.linelist_work import LinelistWork, Superseded, TimeExceeded, read_work, with_progress
from chalicelib.assembly.render_slice import first_rows, render_slice
from chalicelib.assembly.state import MAX_ROUNDS, State, active_export, outcome_of
from chalicelib.crc32 import to_hex
from chalicelib.exports import archive_uploads, attempts, lifecycle
from chalicelib.exports.contents.items import Skipped
from chalicelib.exports.contents.linelist_plan import LinelistPlan
from chalicelib.exports.expiry import expiry
from chalicelib.exports.failures import FailureCode
from chalicelib.exports.linelist_slices import SavedSlice, SliceTooLarge
from chalicelib.exports.linelist_table import LinelistTable, report_lines
from chalicelib.exports.model import Export, ExportedFile, Step, Table
from chalicelib.exports.skipped import save_skipped
from chalicelib.exports.storage import (
    linelist_key,
    put_export,
    put_export_chunks,
    report_key,
    sources_key,
)
from chalicelib.linelist.formats import CONTENT_TYPES, CsvDialect, suffix_of, writer_for
from chalicelib.linelist.rows import TruncatedCell
from chalicelib.linelist.sliced_workbook import joined
from chalicelib.linelist.xlsx_writer import WorkbookTooLarge
from chalicelib.settings import settings


class _Failed(Exception):
    """The export can't be made; the code says why."""

    def __init__(self, code: FailureCode) -> None:
        super().__init__(code.value)
        self.code = code


class _SlicesIncomplete(Exception):
    """Slices are missing, or their rows have other numbers by now."""

    def __init__(self, numbers: list[int]) -> None:
        super().__init__(f"slices to be written: {numbers}")
        self.numbers = numbers


@dataclass(frozen=True, slots=True)
class _Rendered:
    """What is known of a table once its last row is written."""

    rows: int
    lost: Mapping[str, str]  # reasons by sample id
    source_ids: tuple[str, ...]
    truncated: tuple[TruncatedCell, ...]


def render(event: Mapping[str, Any]) -> dict[str, Any]:
    """A slice if the event has the number of one, else the whole table."""
    return render_slice(event) if "slice" in event else render_linelist(event)


def render_linelist(event: Mapping[str, Any]) -> dict[str, Any]:
    """Outcomes: `ready`, `failed` with a code, `removed`, `slices_incomplete` with their numbers (`slices`).

    Each run writes to a key of its own, so any number of them may run: the first to mark the record ready wins,
    and the objects of the others are removed with the export.
    """
    state = State.of(event)
    export = active_export(state)
    if export is None or export.table is None:
        return state.outcome(outcome_of(state))
    try:
        is_ready = _render(export, export.table, state)
    except (Superseded, UploadGone):
        if active_export(state) is not None:
            raise
        is_ready = False
    except _SlicesIncomplete as incomplete:
        if state.round >= MAX_ROUNDS:
            return state.outcome("failed", code=FailureCode.INTERRUPTED.value)
        again = replace(state, round=state.round + 1)
        return again.outcome("slices_incomplete", slices=incomplete.numbers)
    except (WorkbookTooLarge, SliceTooLarge, TimeExceeded):
        return state.outcome("failed", code=FailureCode.TOO_LARGE.value)
    except _Failed as failure:
        return state.outcome("failed", code=failure.code.value)
    return state.outcome("ready" if is_ready else outcome_of(state))


def _render(export: Export, planned: Table, state: State) -> bool:
    """Write the file and mark the export ready; False if another run of this step did so first."""
    work = read_work(export, planned, state)
    suffix = suffix_of(work.spec.linelist_format)
    key = linelist_key(export.id, state.attempt, uuid4().hex[:12], suffix)
    chunks, result = _joined(work) if work.slices else _written(work, export.user_id, state)
    with archive_uploads.file_upload(key, CONTENT_TYPES[suffix]) as target:
        streamed = streaming_upload.upload(archive_uploads.store(), target, chunks)
        rendered = result()
        if not rendered.rows:
            raise _Failed(FailureCode.NOTHING_TO_EXPORT)
        if not attempts.enter_step(export, Step.FINISHING, timestamps.format(timestamps.now())):
            raise Superseded
        streaming_upload.verify(archive_uploads.store(), target, streamed)
    skipped = _store_documents(key, work.plan, rendered)
    moment = timestamps.now()
    return lifecycle.mark_ready(
        export,
        ExportedFile(key, streamed.size, to_hex(streamed.crc32), files=1),
        at=timestamps.format(moment),
        expires_at=timestamps.format(expiry(moment, settings())),
        warnings=skipped,
        details={"rows": rendered.rows, "parts": len(streamed.parts)},
    )


def _written(work: LinelistWork, user_id: str, state: State) -> tuple[Iterable[bytes], Callable[[], _Rendered]]:
    """The bytes of a table that this function writes, and what is known of it after the last of them."""
    table = LinelistTable(work.plan, work.columns, user_id)
    truncated: list[TruncatedCell] = []
    dialect = CsvDialect(work.spec.delimiter, work.spec.decimal_mark, settings().csv_bom)
    write = writer_for(work.spec.linelist_format, dialect, truncated.append)
    chunks = write(work.columns, with_progress(table, state, work.spec.linelist_format))
    return chunks, lambda: _Rendered(table.included, table.lost, tuple(table.source_ids), tuple(truncated))


def _joined(work: LinelistWork) -> tuple[Iterable[bytes], Callable[[], _Rendered]]:
    """As `_written`, of a table whose slices are written. Raises _SlicesIncomplete and SliceTooLarge."""
    slices = _complete_slices(work)
    parts = iter(slices)
    sheets = [[next(parts).to_slice() for _ in sheet] for sheet in work.slices]
    return joined(work.columns, sheets, slices[0].widths), lambda: _rendered_of(slices)


def _complete_slices(work: LinelistWork) -> list[SavedSlice]:
    """All slices, in order. Raises _SlicesIncomplete and SliceTooLarge."""
    saved = work.saved_slices()
    expected = first_rows(work, saved)
    slices = [one for one, first in zip(saved, expected, strict=True) if one is not None and one.first == first]
    if len(slices) < len(saved):
        # The next run over them begins when all slices before them are known.
        numbers = [number for number, one in enumerate(saved) if one is None or one.first != expected[number]]
        raise _SlicesIncomplete(numbers)
    return slices


def _rendered_of(slices: list[SavedSlice]) -> _Rendered:
    return _Rendered(
        rows=sum(one.rows for one in slices),
        lost={sample_id: reason for one in slices for sample_id, reason in one.lost.items()},
        source_ids=tuple(dict.fromkeys(source_id for one in slices for source_id in one.source_ids)),
        truncated=tuple(cell for one in slices for cell in one.truncated),
    )


def _store_documents(key: str, plan: LinelistPlan, rendered: _Rendered) -> int:
    """Write what stands beside the table; returns how many warnings there are."""
    put_export_chunks(report_key(key), (line.encode() for line in report_lines(plan, rendered.lost)))
    lost = (Skipped(sample_id, reason) for sample_id, reason in rendered.lost.items())
    cut = (Skipped(cell.row_key, "cell-truncated", name=cell.column, puid=cell.row_key) for cell in rendered.truncated)
    skipped = (*plan.skipped, *lost, *cut)
    save_skipped(key, skipped)
    put_export(sources_key(key), json.dumps(rendered.source_ids).encode())
    return len(skipped)
