"""What the functions that write a linelist share: its plan, its slices, and the progress of rows."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from chalicelib import timestamps
from chalicelib.assembly.state import State, active_export
from chalicelib.exports import attempts, linelist_slices
from chalicelib.exports.contents.linelist_plan import LinelistPlan, from_lines
from chalicelib.exports.linelist_slices import SavedSlice
from chalicelib.exports.linelist_table import LinelistTable
from chalicelib.exports.model import Export, Table
from chalicelib.exports.storage import get_document, get_lines, plan_prefix, request_key, rows_key
from chalicelib.exports.types.linelist import LinelistExportSpec
from chalicelib.exports.types.registry import spec_from_json
from chalicelib.linelist.rows import Columns, Row
from chalicelib.linelist.sliced_workbook import slices_of

_PROGRESS_INTERVAL = 1.0  # seconds between two updates of the record
# Seconds for the rows, of the 900 that the function has: an export that takes longer fails as too large. A workbook
# is assembled from temporary files after its last row, which takes about a sixth of the time of the rows.
_TIME_FOR_ROWS = {"xlsx": 700.0}
_TIME = 840.0


class Superseded(Exception):
    """The attempt is over: the export was removed, or another run of this step ended it."""


class TimeExceeded(Exception):
    """The rows take longer than a function may run."""


@dataclass(frozen=True, slots=True)
class LinelistWork:
    """A planned linelist; its slices by sheet, if several functions write it."""

    spec: LinelistExportSpec
    plan: LinelistPlan
    columns: Columns
    folder: str
    slices: tuple[tuple[range, ...], ...]

    @property
    def slice_count(self) -> int:
        """How many slices there are, on all sheets."""
        return sum(map(len, self.slices))

    def saved_slices(self) -> list[SavedSlice | None]:
        """What there is of each slice, in order. Raises SliceTooLarge."""
        return [linelist_slices.load(self.folder, number) for number in range(self.slice_count)]

    def part(self, number: int) -> LinelistPlan:
        """The plan of one slice."""
        rows = [part for sheet in self.slices for part in sheet][number]
        return replace(self.plan, samples=self.plan.samples[rows.start : rows.stop], skipped=())


def slices_for(spec: LinelistExportSpec, rows: int) -> tuple[tuple[range, ...], ...]:
    """The slices, by sheet, of a linelist with so many rows; none if one function writes it."""
    return slices_of(rows, Columns(spec.metadata_fields)) if spec.linelist_format == "xlsx" else ()


def read_work(export: Export, planned: Table, state: State) -> LinelistWork:
    """The linelist as it was planned."""
    spec = spec_from_json(get_document(request_key(export.id)) or {})
    if not isinstance(spec, LinelistExportSpec):
        raise TypeError(f"{export.id} is not a linelist")
    folder = plan_prefix(export.id, state.attempt, planned.token)
    plan = from_lines(get_lines(rows_key(folder)))
    return LinelistWork(spec, plan, Columns(spec.metadata_fields), folder, slices_for(spec, len(plan.samples)))


def with_progress(table: LinelistTable, state: State, linelist_format: str, before: int = 0) -> Iterator[Row]:
    """The rows, recording progress on the way, to which `before` rows are added that others wrote. Raises Superseded if
    the attempt is over, and TimeExceeded when the time for rows is used up."""
    begun = reported_at = time.monotonic()
    for row in table.rows():
        yield row
        now = time.monotonic()
        if now - reported_at < _PROGRESS_INTERVAL:
            continue
        reported_at = now
        is_recorded = attempts.set_rows_done(
            state.export_id, state.attempt, before + table.done, timestamps.format(timestamps.now())
        )
        # If not recorded, another run of this step may simply be further along.
        if not is_recorded and active_export(state) is None:
            raise Superseded
        if now - begun > _TIME_FOR_ROWS.get(linelist_format, _TIME):
            raise TimeExceeded
