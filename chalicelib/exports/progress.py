"""The progress of an export, as users see it."""

from dataclasses import dataclass

from chalicelib.exports.model import Export, Status, Step

_ASSEMBLING_FROM, _FINISHING_FROM = 2, 96
_PERCENT = {Step.QUEUED: 0, Step.PLANNING: 1, Step.FINISHING: _FINISHING_FROM, Step.DONE: 100}


@dataclass(frozen=True, slots=True)
class Progress:
    """The step, the percentage (never going back within an attempt), and bytes and files of the whole; of a linelist
    it is rows that are counted."""

    step: Step
    percent: int
    bytes_done: int
    bytes_total: int
    files_total: int


def progress_of(export: Export) -> Progress:
    """The progress of an export, from its record.

    A repeated worker counts some bytes twice: the displayed count never exceeds the total.
    """
    done = min(export.bytes_done, export.bytes_total)
    if export.status is Status.READY:
        return Progress(Step.DONE, 100, export.bytes_total, export.bytes_total, export.files_total)
    percent = _PERCENT.get(export.step, 0)
    if export.step is Step.ASSEMBLING:
        share = done / export.bytes_total if export.bytes_total else 0
        if export.table is not None:
            share = export.table.rows_done / export.table.rows_total
        percent = _ASSEMBLING_FROM + int(share * (_FINISHING_FROM - _ASSEMBLING_FROM - 1))
    return Progress(export.step, max(percent, export.percent_floor), done, export.bytes_total, export.files_total)
