"""What is known of an upload, so that another process continues it days later: JSON Lines in the user's folder."""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from seqport.transfer.upload_plan import LocalFile


@dataclass(frozen=True)
class Known:
    """A file as it was when it was looked at; what no longer has this size and time is another file."""

    size: int
    mtime_ns: int
    crc32: str | None = None
    file_id: str | None = None
    is_complete: bool = False


class UploadState:
    """The state of the upload of one folder or samplesheet to one project; threads may share it."""

    def __init__(self, folder: Path, server: str, project: str, source: Path) -> None:
        key = hashlib.sha256("\0".join([server, project, str(source.resolve())]).encode()).hexdigest()[:32]
        self._path = folder / "uploads" / f"{key}.jsonl"
        self._lock = threading.Lock()
        self._known: dict[str, Known] = {}
        for line in self._path.read_text("utf-8").splitlines() if self._path.exists() else ():
            try:
                entry = json.loads(line)
                self._known[entry.pop("path")] = Known(**entry)
            except (ValueError, KeyError, TypeError, AttributeError):
                continue  # a torn line

    def get(self, file: LocalFile) -> Known:
        """What is known of a file, in its present version."""
        known = self._known.get(str(file.path.resolve()))
        if known is None or (known.size, known.mtime_ns) != (file.size, file.mtime_ns):
            return Known(file.size, file.mtime_ns)
        return known

    def update(self, file: LocalFile, **changes: object) -> Known:
        """Record a change."""
        with self._lock:
            known = replace(self.get(file), **changes)  # type: ignore[arg-type]
            path = str(file.path.resolve())
            self._known[path] = known
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("a", encoding="utf-8") as log:
                log.write(json.dumps({"path": path, **asdict(known)}) + "\n")
        return known

    def remove(self) -> None:
        """Forget it: the upload is complete."""
        self._path.unlink(missing_ok=True)
