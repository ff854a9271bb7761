"""Progress for people: a bar on a terminal, a line now and then in a log, JSON Lines for programs."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from seqport.cli import text
from seqport.cli.session import Session
from seqport.messages import translate as _
from seqport.transfer.progress import Progress, Silent

if TYPE_CHECKING:
    from rich.progress import TaskID

_LINE_SECONDS = 10.0


@contextmanager
def progress_of(session: Session) -> Iterator[Progress]:
    """The progress that suits the output."""
    if session.as_jsonl:
        yield _Lines(as_json=True)
    elif session.quiet or session.as_json:
        yield Silent()
    elif sys.stderr.isatty():
        with _bar() as bar:
            yield bar
    else:
        yield _Lines(as_json=False)


class _Lines:
    """A line every ten seconds, and at the end."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json, self._lock = as_json, threading.Lock()
        self._label, self._total, self._done = "", 0, 0
        self._shown_at = 0.0

    def begin(self, label: str, total: int, done: int) -> None:
        with self._lock:
            self._label, self._total, self._done, self._shown_at = label, total, done, time.monotonic()
            self._show()

    def advance(self, amount: int) -> None:
        with self._lock:
            self._done += amount
            now = time.monotonic()
            if now - self._shown_at >= _LINE_SECONDS or self._done == self._total:
                self._shown_at = now
                self._show()

    def note(self, message: str) -> None:
        if not self._as_json:
            click.echo(f"{self._label}: {message}", err=True)

    def _show(self) -> None:
        if self._as_json:
            event = {"event": "progress", "name": self._label, "bytes_done": self._done, "bytes_total": self._total}
            click.echo(json.dumps(event))
            return
        share = 100 if self._total == 0 else 100 * self._done // self._total
        done, total = text.size(self._done), text.size(self._total)
        click.echo(_("{name}: {done} of {total} ({share} %)").format(
            name=self._label, done=done, total=total, share=share
        ), err=True)  # fmt: skip


@contextmanager
def _bar() -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}", markup=False),
    )
    with Bars(*columns, console=Console(stderr=True)) as bars:
        yield _Bar(bars)


class _Bar:
    """A bar of rich."""

    def __init__(self, bars: Any) -> None:
        self._bars = bars
        self._task: TaskID | None = None
        self._is_noted = False

    def begin(self, label: str, total: int, done: int) -> None:
        self._task = self._bars.add_task(label, total=total, completed=done, note="")

    def advance(self, amount: int) -> None:
        if self._task is not None:
            more = {"note": ""} if self._is_noted else {}
            self._is_noted = False
            self._bars.update(self._task, advance=amount, **more)

    def note(self, message: str) -> None:
        if self._task is not None:
            self._is_noted = True
            self._bars.update(self._task, note=message)
