"""The options of a local stack, from the environment."""

import os
from dataclasses import dataclass
from pathlib import Path

from infra.local.servers import (
    LocalStackError,
)


class StopRequested(BaseException):
    """Raised in the main thread on SIGINT or SIGTERM during start-up; the caller must stop the stack."""


@dataclass(frozen=True, slots=True)
class Choices:
    """The options of a local stack: its port, its data folder, and which S3 server it uses."""

    port: int = 8000
    home: Path = Path(".local")
    object_store: str = "seaweedfs"
    stuck_after: int = 3600

    @classmethod
    def of_environment(cls) -> "Choices":
        """From PORT, SEQPORT_HOME and SEQPORT_OBJECT_STORE. Raises LocalStackError."""
        port = os.environ.get("PORT") or "8000"
        if not port.isdigit() or not 1 <= int(port) <= 65_535:
            raise LocalStackError(f"PORT is {port!r}; it must be a number from 1 to 65535")
        store = os.environ.get("SEQPORT_OBJECT_STORE") or "seaweedfs"
        if store not in ("seaweedfs", "ministack"):
            raise LocalStackError(f"SEQPORT_OBJECT_STORE is {store!r}; it must be seaweedfs or ministack")
        home = Path(os.environ.get("SEQPORT_HOME") or ".local").resolve()
        return cls(int(port), home, store)
