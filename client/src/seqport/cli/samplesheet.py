"""`seqport import`."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from seqport import errors
from seqport.cli.group import Command
from seqport.cli.session import Column, Session
from seqport.messages import translate as _

if TYPE_CHECKING:
    from seqport.models import DryRun, StartedImport

_POLL_SECONDS = 2.0


@click.command(
    "import",
    cls=Command,
    help=_(
        "Import a samplesheet: samples, metadata, and files that are in S3 already (s3:// URIs). "
        "For files of this computer: seqport upload."
    ),
)
@click.argument("sheet", metavar=_("SAMPLESHEET"), type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--project", "-p", required=True, metavar="PUID", help=_("The project of the samples."))
@click.option("--base-uri", metavar="S3-URI", help=_("What relative paths in the sheet are relative to."))
@click.option("--dry-run", is_flag=True, help=_("Show what it would change, and import nothing."))
@click.pass_obj
def import_command(session: Session, sheet: Path, project: str, base_uri: str | None, dry_run: bool) -> None:
    client = session.client()
    content = base64.b64encode(sheet.read_bytes()).decode()
    answer = client.api.import_samplesheet(
        project, {"samplesheet_base64": content, "base_uri": base_uri, "dry_run": dry_run}
    )
    if dry_run:
        _show_dry_run(session, cast("DryRun", answer))
        return
    started = cast("StartedImport", answer)
    for warning in started["warnings"]:
        session.say(f"{warning['pointer']}: {warning['detail']}")
    status = client.api.get_import(started["id"])
    while status["status"] == "processing":
        session.say(_("{percent} % of the rows").format(percent=status["progress"]["percent"]))
        if session.stop.wait(_POLL_SECONDS):
            raise errors.Interrupted(_("Interrupted; the import goes on."))
        status = client.api.get_import(started["id"])
    session.show(
        status,
        _("{created} samples created, {updated} updated, {files} files registered, {wrong} errors.").format(
            created=status["samples_created"],
            updated=status["samples_updated"],
            files=status["files_registered"],
            wrong=status["error_count"],
        ),
    )
    if status["failure"] is not None or status["error_count"]:
        rows = "; ".join(f"{row['pointer']}: {row['detail']}" for row in status["errors"][:20])
        raise errors.SeqportError(status["failure"]["message"] if status["failure"] else rows)


def _show_dry_run(session: Session, found: DryRun) -> None:
    columns: list[Column] = [
        (_("Row"), lambda row: row["row"]),
        (_("Sample"), lambda row: row["name"] or row["puid"]),
        (_("Action"), lambda row: row["action"]),
        (_("Fields"), lambda row: ", ".join(row["changed_fields"])),
        (_("Files"), lambda row: ", ".join(file["s3_uri"] for file in row["files"])),
    ]
    if session.is_machine_readable:
        session.show(found, "")
    else:
        session.show_all(found["samples"], columns)
        for violation in (*found["warnings"], *found["errors"]):
            click.echo(f"{violation['pointer']}: {violation['detail']}", err=True)
    if found["error_count"]:
        raise errors.UsageError(_("{count} errors; nothing would be imported.").format(count=found["error_count"]))
