"""Assemble: one worker writes the parts of one batch."""

import threading
import time
from collections.abc import Mapping
from typing import Any

from chalicelib import aws, times
from chalicelib.archive.entries import UploadGone
from chalicelib.archive.plan_file import BatchResult, read_batch, read_result, write_result
from chalicelib.archive.writer import write_batch
from chalicelib.assembly.state import State, in_work
from chalicelib.exports import lifecycle
from chalicelib.exports.record import Export
from chalicelib.exports.uploads import target_of
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


def assemble_batch(event: Mapping[str, Any]) -> dict[str, Any]:
    """Outcomes: `done`, `sources_changed`, `removed`. What it did lies in the batch's result file, from which a
    repeated run goes on."""
    state, number = State.of(event), int(event["batch"])
    export = in_work(state)
    if export is None or export.upload is None or export.upload.plan != state.plan:
        return {"outcome": "removed"}
    folder = plan_prefix(export.id, state.attempt, export.upload.token)
    data = get_work(batch_key(folder, number))
    if data is None:
        return {"outcome": "removed"}
    key = result_key(folder, number)
    before = get_work(key)
    progress = _Progress(export, state.plan)

    def save(result: BatchResult) -> None:
        put_work(key, write_result(result))

    try:
        result = write_batch(
            aws.s3(),
            target_of(export.upload),
            read_batch(data),
            done=None if before is None else read_result(before),
            on_bytes=progress.add,
            save=save,
        )
    except UploadGone:
        if in_work(state) is None:
            return {"outcome": "removed"}
        raise
    save(result)
    progress.flush()
    return {"outcome": "sources_changed" if result.problems else "done"}
