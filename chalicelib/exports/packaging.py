"""How the files of an export are handed over: in an archive or RO-Crate, or one by one with a manifest of them."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field

from chalicelib.archive.entries import Listed
from chalicelib.exports.model import Export


class Packaging(StrEnum):
    """What is assembled: an archive of all files, plain or as an RO-Crate, or nothing but a small archive of manifest,
    table and report, whose files clients download from where they are."""

    ARCHIVE = "archive"
    RO_CRATE = "ro-crate"
    MANIFEST = "manifest"


PackagingName = Annotated[
    Literal["archive", "ro-crate", "manifest"],
    Field(
        description="`archive`: all files in one zip file. `ro-crate`: the same, with a description of files, samples"
        " and workflow executions (`ro-crate-metadata.json`) that makes it an RO-Crate. `manifest`: nothing is"
        " assembled; the zip file has a table of the files (`files.tsv`), which are downloaded one by one"
        " (`GET /exports/{export_id}/files`)."
    ),
]


def assembled_bytes(files: Iterable[Listed], packaging: Packaging) -> int:
    """The bytes that count for the limit of an export: those that are put into its archive."""
    return 0 if packaging is Packaging.MANIFEST else sum(file.size for file in files)


def packaging_in(document: Mapping[str, Any]) -> Packaging:
    """The packaging in a spec's JSON or an export's parameters; exports made before there was a choice have none."""
    return Packaging(document.get("packaging", Packaging.ARCHIVE))


def packaging_of(export: Export) -> Packaging:
    """The packaging of an export."""
    return packaging_in(export.parameters)
