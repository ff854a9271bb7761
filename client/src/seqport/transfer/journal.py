"""What a partial download has, so that another process can continue it: JSON Lines beside the files."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

Identity = Mapping[str, Any]


@dataclass(frozen=True)
class Finished:
    """A file that is complete, as it was then."""

    size: int
    mtime_ns: int


@dataclass
class Recorded:
    """The content of a journal: finished files, and of others the (start, length, CRC-32) of the pieces that were
    written, by relative path."""

    finished: dict[str, Finished] = field(default_factory=dict)
    pieces: dict[str, list[tuple[int, int, int]]] = field(default_factory=dict)


def read(path: Path, identity: Identity) -> Recorded | None:
    """The journal at `path`, or None if there is none of this download. The last line may be torn."""
    try:
        lines = path.read_text("utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return None
    recorded = Recorded()
    for number, line in enumerate(lines):
        try:
            entry = json.loads(line)
            if number == 0:
                if entry != dict(identity):
                    return None
            elif "mtime_ns" in entry:
                recorded.finished[entry["path"]] = Finished(entry["size"], entry["mtime_ns"])
            elif "crc32" in entry:
                recorded.pieces.setdefault(entry["path"], []).append((entry["start"], entry["length"], entry["crc32"]))
        except (ValueError, KeyError, TypeError):
            if number == 0:
                return None
    return recorded if lines else None


@contextmanager
def continued(path: Path, identity: Identity) -> Iterator[tuple[Journal, Recorded]]:
    """The journal of a download, and what an earlier process recorded of it. Deleted when the block ends without an
    exception: the download is complete."""
    recorded = read(path, identity)
    log = Journal(path, identity, is_new=recorded is None)
    try:
        yield log, recorded or Recorded()
    except BaseException:
        log.close()
        raise
    log.remove()


class Journal:
    """Appends to a journal; threads may share it."""

    def __init__(self, path: Path, identity: Identity, *, is_new: bool) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._file: TextIO = path.open("w" if is_new else "a", encoding="utf-8")
        self._write(dict(identity) if is_new else {})  # else an empty entry ends a torn line

    def add_piece(self, path: str, start: int, length: int, crc32: int) -> None:
        """Record a piece that was written to the partial file of `path`."""
        self._write({"path": path, "start": start, "length": length, "crc32": crc32})

    def add_finished(self, path: str, size: int, mtime_ns: int) -> None:
        """Record a file that has its final name."""
        self._write({"path": path, "size": size, "mtime_ns": mtime_ns})

    def _write(self, entry: Mapping[str, Any]) -> None:
        line = ("\n" if not entry else "") + json.dumps(entry) + "\n"
        with self._lock:
            self._file.write(line)
            self._file.flush()

    def close(self) -> None:
        """Close the file; it stays for the next process."""
        self._file.close()

    def remove(self) -> None:
        """Close and delete the file: the download is complete."""
        self.close()
        self.path.unlink(missing_ok=True)
