"""Assemble: one worker writes the parts of one batch."""

import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

from chalicelib import timestamps
from chalicelib.archive.entries import UploadGone
from chalicelib.archive.plan_file import BatchResult, Traffic, merged, read_batch, read_result, write_result
from chalicelib.archive.writer import write_batch
from chalicelib.assembly.state import State, active_export
from chalicelib.exports import archive_uploads, attempts
from chalicelib.exports.cost import gb_seconds
from chalicelib.exports.model import Export
from chalicelib.exports.storage import batch_key, get_work, list_work, plan_prefix, put_work, result_key, results_prefix
from chalicelib.log import logger
from chalicelib.settings import settings

_WRITES = 10.0  # updates of one record per second, by all its workers together


class _Progress:
    """Periodically adds what was written to the record. Best effort: a failure to do so never fails a batch."""

    def __init__(self, export: Export, plan: int, workers: int) -> None:
        self._export, self._plan = export, plan
        self._interval = max(1.0, workers / _WRITES)  # seconds
        self._lock = threading.Lock()
        self._pending = 0
        self._reported_at = time.monotonic()

    def add(self, count: int) -> None:
        with self._lock:
            self._pending += count
            if time.monotonic() - self._reported_at < self._interval:
                return
            count, self._pending, self._reported_at = self._pending, 0, time.monotonic()
        self._report(count)

    def flush(self) -> None:
        with self._lock:
            count, self._pending = self._pending, 0
        if count:
            self._report(count)

    def _report(self, count: int) -> None:
        at = timestamps.format(timestamps.now())
        try:
            attempts.add_bytes(self._export.id, self._export.attempt, self._plan, count, at)
        except Exception as error:  # noqa: BLE001
            logger().warning("progress was not recorded", export_id=self._export.id, error=type(error).__name__)
            with self._lock:
                self._pending += count


def results_of(folder: str, batch: int | None = None) -> Iterator[BatchResult]:
    """What all runs over one batch, or over all batches, have done so far."""
    for key in list_work(results_prefix(folder, batch)):
        data = get_work(key)
        if data is not None:
            yield read_result(data)


def assemble_batch(event: Mapping[str, Any]) -> dict[str, Any]:
    """Outcomes: `done`, `sources_changed`, `upload_gone`, `removed`. Its results are in a file of this run; a run
    that follows continues from existing results, and Finish detects what is missing."""
    state, number = State.of(event), int(event["batch"])
    export = active_export(state)
    if export is None or export.upload is None or export.upload.plan != state.plan:
        return {"outcome": "removed"}
    folder = plan_prefix(export.id, state.attempt, export.upload.token)
    data = get_work(batch_key(folder, number))
    if data is None:
        return {"outcome": "removed"}
    batch = read_batch(data)
    key = result_key(folder, number, uuid4().hex[:12])
    before = merged(results_of(folder, number))
    started = time.monotonic()
    progress = _Progress(export, state.plan, settings().assemble_concurrency)

    def save(result: BatchResult) -> None:
        traffic = result.traffic + Traffic(gb_seconds=gb_seconds(started))
        put_work(key, write_result(replace(result, traffic=traffic)))

    try:
        result = write_batch(
            archive_uploads.store(),
            archive_uploads.targets_of(export.upload, folder),
            batch,
            done=before,
            earlier=[merged(results_of(folder, earlier)) for earlier in batch.after],
            on_bytes=progress.add,
            save=save,
        )
    except UploadGone:
        if active_export(state) is None:
            return {"outcome": "removed"}
        return {"outcome": "upload_gone"}  # Finish detects which parts are missing
    save(result)
    progress.flush()
    return {"outcome": "sources_changed" if result.problems else "done"}
