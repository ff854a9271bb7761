"""The part of the scheduled clean-up for imports: those without progress are restarted, a few times at
the same place, and then marked as failed. Running it twice, or two at once, changes nothing.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from chalicelib import timestamps
from chalicelib.ingestion.imports import record as import_record
from chalicelib.ingestion.imports.record import FailureCode, Import, Status
from chalicelib.ingestion.imports.start import start
from chalicelib.log import logger
from chalicelib.settings import settings

# Running steps take a minute; Lambda itself retries a failed invocation after one and two more minutes.
SILENT_AFTER = timedelta(minutes=10)
MAX_RESTARTS = 3


def recover_stalled_imports(clock: Callable[[], datetime] = timestamps.now) -> dict[str, int]:
    """Process every import without progress; returns counts. What fails for one never stops the others."""
    since = timestamps.format(clock() - SILENT_AFTER)
    restarted = failed = errors = 0
    for listed in import_record.in_progress(since):
        try:
            present = import_record.find(listed.id)  # the index may lag behind
            if present is None or present.status is not Status.PROCESSING or present.touched_at >= since:
                continue
            if _again(present):
                restarted += 1
            else:
                failed += 1
        except Exception:  # noqa: BLE001
            errors += 1
            logger().exception("looking after an import failed", import_id=listed.id)
    if errors:
        raise RuntimeError(f"looking after {errors} imports failed; see the log")
    return {"imports_restarted": restarted, "imports_failed": failed}


def _again(present: Import) -> bool:
    """Restart it, or fail it after too many restarts; returns whether it was restarted."""
    if present.restarts >= MAX_RESTARTS:
        return import_record.end(present, FailureCode.INTERRUPTED) is None
    if import_record.restart(present):
        start(present.id, settings().import_function)
    return True
