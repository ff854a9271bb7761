"""`seqport export samples|linelist|analysis`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from seqport import errors
from seqport.cli import choices, text
from seqport.cli.group import Group
from seqport.cli.session import Session
from seqport.cli.transfers import download_and_show, rehydrate_and_show, wait_and_show
from seqport.export_requests import analysis_request, linelist_request, sample_request
from seqport.messages import translate as _
from seqport.messages import translate_plural

if TYPE_CHECKING:
    from seqport.client import Client

FORMATS = ("fastq", "fasta", "text", "csv", "tsv", "spreadsheet", "json", "genbank", "image", "unknown")
_Function = TypeVar("_Function", bound=Callable[..., Any])

export_command = Group("export", help=_("Create an export. Samples, projects and groups are named by PUID or id."))


def _common(function: _Function) -> _Function:
    for option in reversed(
        [
            click.option("--name", metavar=_("TEXT"), help=_("The export's name, which its file gets too.")),
            click.option("--email", is_flag=True, help=_("Send an e-mail when it is ready.")),
            click.option("--dry-run", is_flag=True, help=_("Show what it would contain, and create nothing.")),
            click.option("--wait", is_flag=True, help=_("Wait until it is ready.")),
            click.option(
                "--download",
                "folder",
                metavar=_("FOLDER"),
                type=click.Path(),
                help=_("Wait, then download it to a folder."),
            ),
            click.option("--extract", is_flag=True, help=_("With --download: unpack it while downloading.")),
        ]
    ):
        function = option(function)
    return function


def _samples(function: _Function) -> _Function:
    for option in reversed(
        [
            click.argument("samples", nargs=-1, metavar=_("[SAMPLE]…")),
            click.option(
                "--from-file",
                "-F",
                "path",
                metavar=_("FILE"),
                help=_("Read samples from a file, a line each; - for standard input."),
            ),
            click.option(
                "--project",
                "-p",
                "namespace",
                metavar="PUID",
                help=_("The project or group; by default that of the first sample."),
            ),
            click.option("--all", "all_samples", is_flag=True, help=_("All samples of the project or group.")),
            click.option(
                "--query",
                "q",
                metavar=_("TEXT"),
                help=_("With --all: those whose name begins with this text, or a word in it."),
            ),
        ]
    ):
        function = option(function)
    return function


_manifest_only = click.option(
    "--manifest-only",
    is_flag=True,
    help=_("Assemble no archive, list the files only: seqport rehydrate downloads them."),
)


_ro_crate = click.option(
    "--ro-crate",
    is_flag=True,
    help=_("Describe files, samples and workflow executions in the archive, as an RO-Crate."),
)


@export_command.command("samples", help=_("Export the files of samples as an archive."))
@_samples
@click.option(
    "--format", "-f", "formats", multiple=True, type=click.Choice(FORMATS), default=("fastq",), show_default=True,
    help=_("A file format to include; may be repeated."),
)  # fmt: skip
@_manifest_only
@_ro_crate
@_common
@click.pass_obj
def samples(session: Session, /, formats: tuple[str, ...], **options: Any) -> None:
    client = session.client()
    request = sample_request(**_of_samples(client, options), file_formats=formats, packaging=_packaging(options))
    _create(session, client, request, options)


@export_command.command("linelist", help=_("Export the metadata of samples as a table (linelist)."))
@_samples
@click.option("--field", "-f", "fields", multiple=True, metavar=_("NAME"), help=_("A metadata field; may be repeated."))
@click.option("--template", metavar=_("NAME"), help=_("The fields of this metadata template."))
@click.option(
    "--format", "linelist_format", type=click.Choice(["csv", "tsv", "xlsx", "json"]), default="csv", show_default=True,
    help=_("The format of the table."),
)  # fmt: skip
@_common
@click.pass_obj
def linelist(
    session: Session, /, fields: tuple[str, ...], template: str | None, linelist_format: str, **options: Any
) -> None:
    client = session.client()
    chosen = _of_samples(client, options)
    if template is not None:
        fields = (*choices.template_fields(client, chosen["namespace"], template), *fields)
    if not fields:
        fields = tuple(field["name"] for field in client.metadata_fields(chosen["namespace"]))
    request = linelist_request(**chosen, metadata_fields=fields, linelist_format=linelist_format)
    _create(session, client, request, options)


@export_command.command("analysis", help=_("Export the outputs of workflow executions as an archive."))
@click.argument("runs", nargs=-1, metavar=_("[RUN]…"))
@click.option(
    "--from-file", "-F", "path", metavar=_("FILE"), help=_("Read runs from a file, a line each; - for standard input.")
)
@click.option("--project", "-p", metavar="PUID", help=_("Runs that were automated in, or shared with, this project."))
@click.option("--group", "-g", metavar="PUID", help=_("Runs that were shared with this group."))
@click.option("--keep-folders", is_flag=True, help=_("Keep the folders that the pipeline gave its outputs."))
@_manifest_only
@_ro_crate
@_common
@click.pass_obj
def analysis(
    session: Session,
    /,
    runs: tuple[str, ...],
    project: str | None,
    group: str | None,
    keep_folders: bool,
    **options: Any,
) -> None:
    if project and group:
        raise errors.UsageError(_("Give --project or --group, not both."))
    ids = choices.ids(runs, options["path"])
    if not ids:
        raise errors.UsageError(_("Name at least one workflow execution."), hint=_("List them with: seqport runs"))
    request = analysis_request(
        ids,
        namespace=project or group,
        analysis_type="project" if project else "group" if group else "user",
        packaging=_packaging(options),
        layout="tree" if keep_folders else "flat",
    )
    _create(session, session.client(), request, options)


def _packaging(options: Mapping[str, Any]) -> str:
    if options["manifest_only"] and options["ro_crate"]:
        raise errors.UsageError(_("Give --manifest-only or --ro-crate, not both."))
    return "manifest" if options["manifest_only"] else "ro-crate" if options["ro_crate"] else "archive"


def _of_samples(client: Client, options: Mapping[str, Any]) -> dict[str, Any]:
    ids = choices.ids(options["samples"], options["path"])
    if not ids and not options["all_samples"]:
        raise errors.UsageError(_("Name samples, or give --all."), hint=_("List them with: seqport samples PROJECT"))
    return {
        "namespace": choices.namespace_of(client, ids, options["namespace"]),
        "sample_ids": ids,
        "all_samples": options["all_samples"],
        "q": options["q"],
    }


def _create(session: Session, client: Client, request: Mapping[str, Any], options: Mapping[str, Any]) -> None:
    if options["extract"] and not options["folder"]:
        raise errors.UsageError(_("--extract needs --download."))
    if options["dry_run"]:
        _estimate(session, client, request)
        return
    made = client.create_export(request, name=options["name"], email_notification=options["email"])
    if not (options["wait"] or options["folder"]):
        next_step = _("Download it with: seqport download {id} --wait").format(id=made["id"])
        session.show(made, _("Export {id} is being assembled.").format(id=made["id"]) + f"\n{next_step}")
        return
    session.say(_("Export {id} is being assembled.").format(id=made["id"]))
    if options["folder"]:
        wait_and_show(session, client, made["id"], quiet_result=True)
        if options.get("manifest_only"):
            rehydrate_and_show(session, client, made["id"], Path(options["folder"]))
            return
        download_and_show(session, client, made["id"], Path(options["folder"]), extract=options["extract"])
    else:
        wait_and_show(session, client, made["id"])


def _estimate(session: Session, client: Client, request: Mapping[str, Any]) -> None:
    found = client.estimate(request)
    samples_text = translate_plural("{count} sample", "{count} samples", found["samples"])
    files_text = translate_plural("{count} file", "{count} files", found["files"])
    about = "" if found["exact"] else _("about") + " "
    lines = [f"{samples_text}, {files_text}, {about}{text.size(found['bytes'])}"]
    lines += [
        f"  {name}: {translate_plural('{count} file', '{count} files', part['files'])}, {text.size(part['bytes'])}"
        for name, part in found["by_format"].items()
    ]
    if found["exceeds"]:
        lines.append(_("Too large: it exceeds the limit of {what}.").format(what=", ".join(found["exceeds"])))
    session.show(found, "\n".join(lines))
