"""A lock between processes, so that two downloads of the same file don't write into each other."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from seqport import errors
from seqport.messages import translate as _


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock beside `path`; the system releases it when the process ends, however it ends. Raises LocalFiles if
    another process has it."""
    lock = path.with_name(path.name + ".lock")
    while True:
        with lock.open("a") as file:
            try:
                _acquire(file)
            except OSError as error:
                raise errors.LocalFiles(
                    _("Another process is downloading this to {folder}.").format(folder=path.parent),
                    hint=_("Wait until it has ended, or stop it first."),
                ) from error
            if not _is_at(file, lock):
                continue  # its owner deleted it between our opening and locking it
            try:
                yield
            finally:
                lock.unlink(missing_ok=True)
            return


def _acquire(file: TextIO) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _is_at(file: TextIO, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False
