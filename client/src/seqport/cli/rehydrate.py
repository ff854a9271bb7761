"""`seqport rehydrate`."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import click

from seqport import errors
from seqport.cli.group import Command
from seqport.cli.options import export_argument, folder_argument, only_option
from seqport.cli.session import Session
from seqport.cli.transfers import rehydrate_and_show
from seqport.messages import translate as _
from seqport.transfer.archive import matches
from seqport.transfer.fetch import local_files

if TYPE_CHECKING:
    from seqport.client import Client
    from seqport.transfer.rehydrate import Rehydrated


@click.command(
    "rehydrate",
    cls=Command,
    help=_(
        "Download the files of an export that has no archive (--manifest-only), each from where it is in S3. "
        "Interrupted, the same command continues."
    ),
)
@export_argument
@folder_argument
@only_option
@click.option(
    "--samplesheet", metavar=_("FILE"), type=click.Path(path_type=Path),
    help=_("Write a samplesheet for Nextflow: sample, fastq_1, fastq_2 and the samples' metadata."),
)  # fmt: skip
@click.option(
    "--aria2c",
    is_flag=True,
    help=_("Download nothing, print an input file for aria2c; its links are valid for 15 minutes."),
)
@click.pass_obj
def rehydrate_command(
    session: Session, export_id: str, folder: Path, only: tuple[str, ...], samplesheet: Path | None, aria2c: bool
) -> None:
    client = session.client()
    if aria2c:
        _print_aria2c_input(client, export_id, folder, only)
        return
    result = rehydrate_and_show(session, client, export_id, folder, only=only)
    if samplesheet is not None:
        _write_samplesheet(client, export_id, result, samplesheet)


def _print_aria2c_input(client: Client, export_id: str, folder: Path, only: Sequence[str]) -> None:
    from seqport.transfer.rehydrate import pages

    for page in pages(client.api, export_id):
        for file in page.files:
            if not only or matches(file["path"], only):
                click.echo(f"{file['url']}\n  out={(folder / file['path']).as_posix()}")
                if file["sha256"] is not None:
                    click.echo(f"  checksum=sha-256={file['sha256']}")


def _write_samplesheet(client: Client, export_id: str, result: Rehydrated, path: Path) -> None:
    """A row for each pair or single file of reads; a pair is what one folder of the export has, forward first."""
    parameters = client.api.get_export(export_id)["parameters"]
    if "file_formats" not in parameters:
        raise errors.UsageError(_("Only exports of samples have a samplesheet."))
    reads: dict[PurePosixPath, list[PurePosixPath]] = defaultdict(list)
    for file in result.files:
        if len(file.parts) == 4 and file.name.lower().removesuffix(".gz").endswith((".fastq", ".fq")):
            reads[file.parent].append(file)
    samples = {sample["puid"]: sample for sample in client.samples(str(parameters["namespace_id"]))}
    rows = [
        {
            **samples[folder.parts[1]]["metadata"],
            "sample": samples[folder.parts[1]]["name"],
            "fastq_1": str((result.path / files[0]).resolve()),
            "fastq_2": str((result.path / files[1]).resolve()) if len(files) > 1 else "",
        }
        for folder, files in reads.items()
        if folder.parts[1] in samples
    ]
    columns = list(dict.fromkeys(["sample", "fastq_1", "fastq_2", *(name for row in rows for name in row)]))
    with local_files(path), path.open("w", newline="", encoding="utf-8") as sheet:
        writer = csv.DictWriter(sheet, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
