"""`seqport exports …`: list and manage exports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from seqport.cli import text
from seqport.cli.group import Group
from seqport.cli.options import export_argument
from seqport.cli.session import Column, Session
from seqport.cli.transfers import summary, wait_and_show
from seqport.messages import translate as _

if TYPE_CHECKING:
    from seqport.models import Export

exports_command = Group("exports", help=_("List and manage your exports."))


def _percent(export: Export) -> str:
    return f"{export['progress']['percent']} %" if export["status"] == "processing" else ""


@exports_command.command("list", help=_("List your exports, the newest first."))
@click.option("--query", "q", metavar=_("TEXT"), help=_("Only names or ids that begin with this text."))
@click.option(
    "--status", type=click.Choice(["processing", "ready", "failed"]), help=_("Only exports with this status.")
)
@click.pass_obj
def list_exports(session: Session, q: str | None, status: str | None) -> None:
    columns: list[Column] = [
        ("ID", lambda row: row["id"]),
        (_("Name"), lambda row: row["name"]),
        (_("Type"), lambda row: row["type"]),
        (_("Status"), lambda row: f"{text.status(row['status'])} {_percent(row)}".strip()),
        (_("Size"), lambda row: text.size(row["file"]["size"]) if row["file"] else ""),
        (_("Expires"), lambda row: text.time(row["expires_at"])),
    ]
    rows = session.client().exports(q)
    session.show_all((row for row in rows if status in {None, row["status"]}), columns)


@exports_command.command("show", help=_("Show one export."))
@export_argument
@click.pass_obj
def show(session: Session, export_id: str) -> None:
    export = session.client().api.get_export(export_id)
    failure = export["failure"]
    lines = [
        (_("Name"), export["name"]),
        (_("Type"), export["type"]),
        (_("Status"), f"{text.status(export['status'])} {_percent(export)}".strip()),
        (_("Created"), text.time(export["created_at"])),
        (_("Failure"), failure["message"] if failure else None),
        (_("File"), summary(export) if export["file"] else None),
    ]
    session.show(
        export, "\n".join(_("{label}: {value}").format(label=label, value=value) for label, value in lines if value)
    )


@exports_command.command("watch", help=_("Wait until an export is ready."))
@export_argument
@click.pass_obj
def watch(session: Session, export_id: str) -> None:
    wait_and_show(session, session.client(), export_id)


@exports_command.command("preview", help=_("List the files in a ready archive."))
@export_argument
@click.pass_obj
def preview(session: Session, export_id: str) -> None:
    from seqport.transfer.listing import list_files

    client = session.client()
    columns: list[Column] = [
        (_("Path"), lambda row: row["path"]),
        (_("Bytes"), lambda row: row["size"]),
        ("CRC-32", lambda row: row["crc32"]),
    ]
    session.show_all(list_files(lambda: client.api.create_download_link(export_id)), columns)


@exports_command.command("skipped", help=_("List the requested items that an export does not contain, and why."))
@export_argument
@click.pass_obj
def skipped(session: Session, export_id: str) -> None:
    columns: list[Column] = [
        ("PUID", lambda row: row["puid"] or row["id"]),
        (_("Name"), lambda row: row["name"]),
        (_("Reason"), lambda row: row["reason"]),
    ]
    session.show_all(session.client().skipped_items(export_id), columns)


@exports_command.command("events", help=_("Show who did what with an export, and when."))
@export_argument
@click.pass_obj
def events(session: Session, export_id: str) -> None:
    columns: list[Column] = [
        (_("Time"), lambda row: text.time(row["at"])),
        (_("Event"), lambda row: row["action"]),
        (_("By"), lambda row: row["actor"]),
        (_("From"), lambda row: row["source_ip"]),
    ]
    session.show_all(session.client().events(export_id), columns)


@exports_command.command("retry", help=_("Try a failed export again."))
@export_argument
@click.pass_obj
def retry(session: Session, export_id: str) -> None:
    export: Any = session.client().api.retry_export(export_id)
    session.show(export, _("Export {id} is being assembled.").format(id=export_id))


@exports_command.command("extend", help=_("Keep a ready export three business days longer (once)."))
@export_argument
@click.pass_obj
def extend(session: Session, export_id: str) -> None:
    export = session.client().api.extend_export(export_id)
    session.show(export, summary(export))


@exports_command.command("delete", help=_("Delete exports; one that is being assembled is stopped."))
@click.argument("export_ids", metavar="EXPORT…", nargs=-1, required=True)
@click.option("--yes", is_flag=True, help=_("Don't ask."))
@click.pass_obj
def delete(session: Session, export_ids: tuple[str, ...], yes: bool) -> None:
    client = session.client()
    for export_id in export_ids:
        if not yes:
            click.confirm(_("Delete export {id}?").format(id=export_id), abort=True, err=True)
        client.api.delete_export(export_id)
        session.show({"id": export_id, "deleted": True}, _("Export {id} is deleted.").format(id=export_id))
