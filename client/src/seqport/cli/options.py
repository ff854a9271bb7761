"""Arguments and options that several commands have."""

from __future__ import annotations

from pathlib import Path

import click

from seqport.messages import translate as _

export_argument = click.argument("export_id", metavar="EXPORT")
folder_argument = click.argument("folder", metavar=_("[FOLDER]"), default=".", type=click.Path(path_type=Path))
only_option = click.option(
    "--only",
    multiple=True,
    metavar=_("PATTERN"),
    help=_("Download only the files whose path or name matches, such as '*_R1_*.fastq.gz'; may be repeated."),
)
