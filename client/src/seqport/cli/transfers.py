"""Waiting for an export and downloading it, with progress and results on the screen."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from seqport import errors
from seqport.cli import text
from seqport.cli.progress_display import progress_of
from seqport.cli.session import Session
from seqport.messages import translate as _
from seqport.messages import translate_plural

if TYPE_CHECKING:
    from seqport.client import Client
    from seqport.models import Export
    from seqport.transfer.rehydrate import Rehydrated


def wait_and_show(session: Session, client: Client, export_id: str, *, quiet_result: bool = False) -> Export:
    """Wait for an export; the result is shown unless another one follows."""
    shown = -1

    def show(export: Export) -> None:
        nonlocal shown
        progress = export["progress"]
        if session.as_jsonl:
            click.echo(json.dumps({"event": "status", "id": export_id, "status": export["status"], **progress}))
        elif not session.as_json and not session.quiet and progress["percent"] != shown:
            shown = progress["percent"]
            position = progress.get("queue_position")
            waiting = _("in the queue, {position} before it").format(position=position) if position else ""
            click.echo(f"{export_id}: {text.step(progress['step'])} {waiting or f'{shown} %'}", err=True)

    try:
        export = client.wait(export_id, on_progress=show, stop=session.stop)
    except (KeyboardInterrupt, errors.Interrupted):
        raise errors.Interrupted(
            _("Interrupted; the export goes on."),
            hint=_("Wait again with: seqport exports watch {id}").format(id=export_id),
        ) from None
    if not quiet_result:
        session.show(export, summary(export))
    return export


def summary(export: Export) -> str:
    """A ready export in a sentence or two."""
    file = export["file"]
    if file is None:
        return f"{export['id']}: {text.status(export['status'])}"
    files = translate_plural("{count} file", "{count} files", file["files"])
    line = _("{id} is ready: {files}, {size}, until {time}.").format(
        id=export["id"], files=files, size=text.size(file["size"]), time=text.time(export["expires_at"])
    )
    if export["warnings"]:
        line += " " + translate_plural("{count} item was skipped", "{count} items were skipped", export["warnings"])
        line += " (" + _("list: seqport exports skipped {id}").format(id=export["id"]) + ")."
    return line


def rehydrate_and_show(
    session: Session, client: Client, export_id: str, folder: Path, *, only: Sequence[str] = ()
) -> Rehydrated:
    """Download the files of an export that has no archive, and say what there is now."""
    with progress_of(session) as progress, interruptible(session, _("Interrupted; what was downloaded is kept.")):
        result = client.rehydrate(export_id, folder, only=only, progress=progress, stop=session.stop)
    files = translate_plural("{count} file", "{count} files", len(result.files))
    session.show(
        {
            "event": "rehydrated",
            "id": export_id,
            "path": str(result.path),
            "files": len(result.files),
            "size": result.size,
            "received": result.received,
        },
        f"{result.path}: {files}, {text.size(result.size)}",
    )
    return result


@contextmanager
def interruptible(session: Session, message: str) -> Iterator[None]:
    """Ctrl-C stops the transfer; the message says what remains of it, and the next command continues."""
    try:
        yield
    except (KeyboardInterrupt, errors.Interrupted):
        session.stop.set()
        raise errors.Interrupted(message, hint=_("Continue with the same command.")) from None


def download_and_show(
    session: Session,
    client: Client,
    export_id: str,
    folder: Path,
    *,
    extract: bool = False,
    only: Sequence[str] = (),
    connections: int | None = None,
) -> None:
    """Download an export, and say what there is now."""
    with progress_of(session) as progress, interruptible(session, _("Interrupted; what was downloaded is kept.")):
        result = client.download(
            export_id,
            folder,
            extract=extract,
            only=only,
            connections=connections,
            progress=progress,
            stop=session.stop,
        )
    files = translate_plural("{count} file", "{count} files", result.files)
    verified = _("CRC-32 verified")
    session.show(
        {
            "event": "downloaded",
            "id": export_id,
            "path": str(result.path),
            "files": result.files,
            "size": result.size,
            "received": result.received,
            "crc32": result.crc32,
        },
        f"{result.path}: {files}, {text.size(result.size)}, {verified}",
    )
