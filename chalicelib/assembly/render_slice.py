"""RenderLinelist, called for one slice: writes some rows of a workbook that is too large for one function."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from chalicelib.assembly.linelist_work import LinelistWork, Superseded, TimeExceeded, read_work, with_progress
from chalicelib.assembly.state import State, active_export
from chalicelib.exports import linelist_slices
from chalicelib.exports.linelist_slices import SavedSlice, SliceTooLarge
from chalicelib.exports.linelist_table import LinelistTable
from chalicelib.linelist.rows import TruncatedCell
from chalicelib.linelist.sliced_workbook import write_slice
from chalicelib.linelist.xlsx_writer import WorkbookTooLarge


def render_slice(event: Mapping[str, Any]) -> dict[str, Any]:
    """Outcomes: `done`, `removed`. A slice that is there already is kept, unless the number of its first row changed
    because slices before it have fewer rows than planned."""
    state, number = State.of(event), int(event["slice"])
    export = active_export(state)
    if export is None or export.table is None:
        return {"outcome": "removed"}
    work = read_work(export, export.table, state)
    try:
        saved = work.saved_slices()
    except SliceTooLarge:
        return {"outcome": "done"}
    first = first_rows(work, saved)[number]
    present = saved[number]
    if present is not None and present.first == first:
        return {"outcome": "done"}
    others = sum(one.rows + len(one.lost) for place, one in enumerate(saved) if one is not None and place != number)
    try:
        _write(work, number, first, LinelistTable(work.part(number), work.columns, export.user_id), state, others)
    except Superseded:
        return {"outcome": "removed"}
    except (WorkbookTooLarge, TimeExceeded):
        linelist_slices.save_too_large(work.folder, number)
    return {"outcome": "done"}


def first_rows(work: LinelistWork, saved: list[SavedSlice | None]) -> list[int]:
    """The number on its sheet of each slice's first row, by what is known of the slices before it."""
    numbers, place = [], 0
    for sheet in work.slices:
        first = 1
        for part in sheet:
            numbers.append(first)
            known = saved[place]
            first += len(part) if known is None else known.rows
            place += 1
    return numbers


def _write(work: LinelistWork, number: int, first: int, table: LinelistTable, state: State, others: int) -> None:
    truncated: list[TruncatedCell] = []
    with TemporaryDirectory(prefix="slice-") as folder:
        path = Path(folder) / "rows"
        with path.open("wb") as file:
            rows = with_progress(table, state, work.spec.linelist_format, others)
            deflated, widths = write_slice(file, work.columns, rows, first, truncated.append)
        key = linelist_slices.upload_data(work.folder, number, path)
    saved = SavedSlice(
        first=first,
        rows=table.included,
        deflated=deflated,
        data_key=key,
        widths=tuple(widths),
        lost=table.lost,
        source_ids=tuple(table.source_ids),
        truncated=tuple(truncated),
    )
    linelist_slices.save(work.folder, number, saved)
