"""The scheduled clean-up, run as its function."""

from collections.abc import Callable
from datetime import datetime

from chalicelib import timestamps
from chalicelib.exports import cleanup
from chalicelib.ingestion.imports import recovery
from tests.iam import as_function

Clock = Callable[[], datetime]


def clean_up(clock: Clock = timestamps.now) -> dict[str, int]:
    """What `cleanup.clean_up` returns."""
    with as_function("clean_up"):
        return cleanup.clean_up(clock)


def recover_stalled_imports(clock: Clock = timestamps.now) -> dict[str, int]:
    """What `recovery.recover_stalled_imports` returns."""
    with as_function("clean_up"):
        return recovery.recover_stalled_imports(clock)
