"""`seqport upload`."""

from __future__ import annotations

from pathlib import Path

import click

from seqport import sample_ids
from seqport.cli import text
from seqport.cli.group import Command
from seqport.cli.progress_display import progress_of
from seqport.cli.session import Session
from seqport.cli.transfers import interruptible
from seqport.messages import translate as _
from seqport.messages import translate_plural
from seqport.profiles import state_folder
from seqport.transfer import upload_plan
from seqport.transfer.upload import upload
from seqport.transfer.upload_state import UploadState


@click.command(
    "upload",
    cls=Command,
    help=_(
        "Upload the files of a folder, or of a samplesheet (CSV with the columns sample, fastq_1, fastq_2; others are "
        "metadata). A folder's files are of the sample that their subfolder or their name says; missing samples are "
        "created. Interrupted, the same command continues, also days later."
    ),
)
@click.argument("source", metavar=_("FOLDER|SAMPLESHEET"), type=click.Path(exists=True, path_type=Path))
@click.option("--project", "-p", required=True, metavar="PUID", help=_("The project of the samples."))
@click.option("--sample", "-s", metavar=_("NAME"), help=_("All files are of this sample."))
@click.option(
    "--include", multiple=True, metavar=_("PATTERN"), help=_("Upload these files instead of FASTQ and FASTA.")
)
@click.option("--dry-run", is_flag=True, help=_("Show which file is of which sample, and upload nothing."))
@click.pass_obj
def upload_command(
    session: Session, source: Path, project: str, sample: str | None, include: tuple[str, ...], dry_run: bool
) -> None:
    client = session.client()
    plan = (
        upload_plan.of_folder(source, sample=sample, patterns=include or upload_plan.PATTERNS)
        if source.is_dir()
        else upload_plan.of_samplesheet(source)
    )
    project_id = client.api.get_namespace(project)["id"]
    ids = sample_ids.find(client, project_id, plan.samples)
    if dry_run:
        rows = [
            {
                "sample": file.sample,
                "sample_is_new": file.sample not in ids,
                "file": str(file.path),
                "size": file.size,
                "pair": file.forward.name if file.forward else None,
            }
            for file in plan.files
        ]
        session.show_all(rows, [
            (_("Sample"), lambda row: row["sample"] + (" (" + _("new") + ")" if row["sample_is_new"] else "")),
            (_("File"), lambda row: row["file"]),
            (_("Size"), lambda row: text.size(row["size"])),
            (_("Pair"), lambda row: row["pair"]),
        ])  # fmt: skip
        return
    missing = [name for name in plan.samples if name not in ids]
    ids |= sample_ids.create(client, project_id, missing)
    for name, fields in plan.metadata.items():
        client.api.update_metadata(ids[name], dict(fields))
    state = UploadState(state_folder(), client.transport.url, project_id, source)
    with progress_of(session) as progress, interruptible(session, _("Interrupted; what was uploaded is kept.")):
        done = upload(client.api, plan.files, ids, state, progress, session.stop)
    session.show(
        {
            "event": "uploaded",
            "files": done.uploaded,
            "already_there": done.already_there,
            "size": done.size,
            "samples_created": len(missing),
        },
        _("{files} uploaded, {there} already there, {size}; {samples} created.").format(
            files=translate_plural("{count} file", "{count} files", done.uploaded),
            there=done.already_there,
            size=text.size(done.size),
            samples=translate_plural("{count} sample", "{count} samples", len(missing)),
        ),
    )
