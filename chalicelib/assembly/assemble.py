"""Assemble: one worker writes the parts of one batch."""

import threading
import time
from collections.abc import Mapping
from typing import Any

from chalicelib import times
from chalicelib.archive.entries import UploadGone
from chalicelib.archive.plan_file import BatchResult, read_batch, read_result, write_result
from chalicelib.archive.writer import write_batch
from chalicelib.assembly.state import State, in_work
from chalicelib.exports import lifecycle, uploads
from chalicelib.exports.record import Export
from chalicelib.exports.work_files import batch_key, get_work, plan_prefix, put_work, result_key

_TELL_EVERY = 1.0  # seconds between two updates of the record by one worker


class _Progress:
    """Tells the record what was written, at most once a second."""

    def __init__(self, export: Export, plan: int) -> None:
        self._export, self._plan = export, plan
        self._lock = threading.Lock()
        self._untold = 0
        self._told_at = time.monotonic()

    def add(self, count: int) -> None:
        with self._lock:
            self._untold += count
            if time.monotonic() - self._told_at < _TELL_EVERY:
                return
            count, self._untold, self._told_at = self._untold, 0, time.monotonic()
        self._tell(count)

    def flush(self) -> None:
        with self._lock:
            count, self._untold = self._untold, 0
        if count:
            self._tell(count)

    def _tell(self, count: int) -> None:
        at = times.to_text(times.now())
        lifecycle.add_bytes(self._export.id, self._export.attempt, self._plan, count, at)


def result_of(folder: str, batch: int) -> BatchResult:
    """What a batch has left. Raises RuntimeError when it left nothing."""
    data = get_work(result_key(folder, batch))
    if data is None:
        raise RuntimeError(f"batch {batch} has left no result")
    return read_result(data)


def assemble_batch(event: Mapping[str, Any]) -> dict[str, Any]:
    """Outcomes: `done`, `sources_changed`, `upload_gone`, `removed`. What it did lies in the batch's result file, from
    which a repeated run goes on; Finish sees what is missing."""
    state, number = State.of(event), int(event["batch"])
    export = in_work(state)
    if export is None or export.upload is None or export.upload.plan != state.plan:
        return {"outcome": "removed"}
    folder = plan_prefix(export.id, state.attempt, export.upload.token)
    data = get_work(batch_key(folder, number))
    if data is None:
        return {"outcome": "removed"}
    batch = read_batch(data)
    key = result_key(folder, number)
    before = get_work(key)
    progress = _Progress(export, state.plan)

    def save(result: BatchResult) -> None:
        put_work(key, write_result(result))

    try:
        result = write_batch(
            uploads.store(),
            uploads.targets_of(export.upload, folder),
            batch,
            done=None if before is None else read_result(before),
            earlier=[result_of(folder, one) for one in batch.after],
            on_bytes=progress.add,
            save=save,
        )
    except UploadGone:
        if in_work(state) is None:
            return {"outcome": "removed"}
        save(BatchResult() if before is None else read_result(before))  # Finish sees which parts are missing
        return {"outcome": "upload_gone"}
    save(result)
    progress.flush()
    return {"outcome": "sources_changed" if result.problems else "done"}
