"""Trying again when an object store or the way to it fails, and stopping when the user wants it."""

from __future__ import annotations

import random
import threading

from seqport import errors
from seqport.messages import translate as _
from seqport.transfer.progress import Progress

TRANSIENT = frozenset({408, 429, 500, 502, 503, 504})
_ATTEMPTS = 8  # consecutive failures without any progress
_MAX_WAIT = 20.0


def require_running(stop: threading.Event) -> None:
    """Raises Interrupted once `stop` is set."""
    if stop.is_set():
        raise errors.Interrupted(_("Interrupted."))


class Retries:
    """The consecutive failures of one request."""

    def __init__(self, progress: Progress, stop: threading.Event) -> None:
        self._progress, self._stop, self._failures = progress, stop, 0

    def reset(self) -> None:
        """There was progress."""
        self._failures = 0

    def wait_after(self, problem: object) -> None:
        """Wait before the next attempt, exponentially longer with full jitter. Raises Unreachable after too many
        failures, Interrupted if the user stops it."""
        self._failures += 1
        if self._failures >= _ATTEMPTS:
            raise errors.Unreachable(
                _("The connection to the object store fails again and again: {reason}.").format(reason=problem),
                hint=_("Run the same command again to continue."),
            )
        self._progress.note(_("connection lost, trying again"))
        self._stop.wait(random.uniform(0, min(_MAX_WAIT, 0.25 * 2**self._failures)))  # noqa: S311 - not a secret
        require_running(self._stop)
