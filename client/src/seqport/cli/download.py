"""`seqport download`."""

from __future__ import annotations

from pathlib import Path

import click

from seqport import errors
from seqport.cli.group import Command
from seqport.cli.options import export_argument, folder_argument, only_option
from seqport.cli.session import Session
from seqport.cli.transfers import download_and_show, wait_and_show
from seqport.messages import translate as _


@click.command(
    "download",
    cls=Command,
    help=_(
        "Download an export, by several connections at once. Interrupted, the same command continues. "
        "A file has its name only when its content is verified."
    ),
)
@export_argument
@folder_argument
@click.option("--wait", is_flag=True, help=_("Wait until it is ready."))
@click.option("--extract", "-x", is_flag=True, help=_("Unpack the archive while downloading, to a folder of its name."))
@only_option
@click.option(
    "--to", "uri", metavar="S3-URI", help=_("Copy to s3://bucket/prefix/ instead, with your AWS credentials.")
)
@click.option("--connections", type=click.IntRange(1, 64), help=_("Connections at once."), default=8, show_default=True)
@click.pass_obj
def download_command(
    session: Session,
    export_id: str,
    folder: Path,
    wait: bool,
    extract: bool,
    only: tuple[str, ...],
    uri: str | None,
    connections: int,
) -> None:
    client = session.client()
    if uri is not None and (extract or only):
        raise errors.UsageError(_("--to copies the export's file as it is: without --extract and --only."))
    if wait:
        wait_and_show(session, client, export_id, quiet_result=True)
    if uri is not None:
        from seqport.cli.s3_copy import copy_and_show

        copy_and_show(session, client, export_id, uri)
        return
    try:
        download_and_show(session, client, export_id, folder, extract=extract, only=only, connections=connections)
    except errors.NotReady as error:
        error.hint = _("Wait for it with: seqport download {id} --wait").format(id=export_id)
        raise
