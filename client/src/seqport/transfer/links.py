"""The presigned URL of an export's file: shared by all connections, renewed when it expires."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seqport import errors
from seqport.messages import translate as _

if TYPE_CHECKING:
    from seqport.models import Download

# Links are valid for 15 minutes; a request that begins this much earlier arrives in time.
_RENEW_AFTER = 13 * 60


@dataclass(frozen=True)
class Link:
    """A URL and when it was received (by a monotonic clock)."""

    url: str
    received: float


class Links:
    """The current link; `renew` is called with the server's create_download_link."""

    def __init__(self, fetch: Callable[[], Download], clock: Callable[[], float] = time.monotonic) -> None:
        self._fetch, self._clock, self._lock = fetch, clock, threading.Lock()
        self.download = fetch()
        self._link = Link(self.download["url"], clock())
        self.renewals = 0

    def current(self) -> Link:
        """A link that is valid for a request that begins now."""
        with self._lock:
            if self._clock() - self._link.received > _RENEW_AFTER:
                self._renew()
            return self._link

    def replace(self, rejected: Link) -> Link:
        """Another link than the one that the object store rejected. Raises NotAllowed if it had just been received."""
        with self._lock:
            if self._link is rejected:
                self._renew()
            return self._link

    def _renew(self) -> None:
        found = self._fetch()
        if (found["size"], found["crc32"]) != (self.download["size"], self.download["crc32"]):
            raise errors.Corrupt(_("The export was assembled again meanwhile."), hint=_("Start the download again."))
        self._link = Link(found["url"], self._clock())
        self.renewals += 1
