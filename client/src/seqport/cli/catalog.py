"""`seqport projects`, `samples`, `runs`."""

from __future__ import annotations

import click

from seqport.cli import text
from seqport.cli.group import Command
from seqport.cli.session import Column, Session
from seqport.messages import translate as _

_query = click.option(
    "--query", "q", metavar=_("TEXT"), help=_("Only names that begin with this text, or a word in them.")
)


@click.command("projects", cls=Command, help=_("List the projects that you can see."))
@_query
@click.option("--groups", is_flag=True, help=_("List groups instead."))
@click.pass_obj
def projects_command(session: Session, q: str | None, groups: bool) -> None:
    client = session.client()
    columns: list[Column] = [
        ("PUID", lambda row: row["puid"]),
        (_("Name"), lambda row: row["name"]),
        (_("Path"), lambda row: row["full_path"]),
        (_("Role"), lambda row: row["role"]),
    ]
    session.show_all(client.groups(q) if groups else client.projects(q), columns)


@click.command("samples", cls=Command, help=_("List the samples of a project or group, with chosen metadata."))
@click.argument("namespace", metavar=_("PROJECT"))
@_query
@click.option("--field", "-f", "fields", multiple=True, metavar=_("NAME"), help=_("Show this metadata field."))
@click.option("--template", metavar=_("NAME"), help=_("Show the fields of this metadata template."))
@click.option("--fields", "list_fields", is_flag=True, help=_("List the metadata fields in use instead."))
@click.pass_obj
def samples_command(
    session: Session, namespace: str, q: str | None, fields: tuple[str, ...], template: str | None, list_fields: bool
) -> None:
    client = session.client()
    if list_fields:
        session.show_all(
            client.metadata_fields(namespace),
            [(_("Field"), lambda row: row["name"]), (_("Samples"), lambda row: row["samples"])],
        )
        return
    if template is not None:
        from seqport.cli.choices import template_fields

        fields = (*template_fields(client, namespace, template), *fields)

    def value_of(field: str) -> Column:
        return field, lambda row: row["metadata"].get(field.lower())

    columns: list[Column] = [
        ("PUID", lambda row: row["puid"]),
        (_("Name"), lambda row: row["name"]),
        *(value_of(field) for field in fields),
        (_("Updated"), lambda row: text.time(row["updated_at"])),
    ]
    session.show_all(client.samples(namespace, q), columns)


@click.command("runs", cls=Command, help=_("List your workflow executions, or those of a project or group."))
@click.argument("namespace", metavar=_("[PROJECT]"), required=False)
@_query
@click.pass_obj
def runs_command(session: Session, namespace: str | None, q: str | None) -> None:
    columns: list[Column] = [
        ("ID", lambda row: row["id"]),
        (_("Name"), lambda row: row["name"]),
        (_("Workflow"), lambda row: f"{row['workflow']['name']} {row['workflow']['version']}"),
        (_("State"), lambda row: row["state"]),
        (_("Created"), lambda row: text.time(row["created_at"])),
    ]
    session.show_all(session.client().runs(namespace, q), columns)
