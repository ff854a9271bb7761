"""ro-crate-metadata.json, which makes an archive an RO-Crate 1.1 (of workflow executions: a Process Run Crate 0.5)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any
from urllib.parse import quote

from chalicelib.exports.contents.items import Contents, Folder, Item, RunDetails

Entity = Mapping[str, Any]

METADATA_NAME = "ro-crate-metadata.json"
_RO_CRATE = "https://w3id.org/ro/crate/1.1"
_PROCESS_RUN_CRATE = "https://w3id.org/ro/wfrun/process/0.5"
# Terms that the context of RO-Crate 1.1 lacks.
_TERMS = {
    "BioSample": "https://bioschemas.org/BioSample",
    "crc32": "http://id.loc.gov/vocabulary/preservation/cryptographicHashFunctions/crc32",
    "sha256": "http://schema.org/sha256",
}
_LICENSE = {
    "@id": "#license",
    "@type": "CreativeWork",
    "name": "No licence stated",
    "description": "Rights to use these data are those that the laboratory that provided them grants.",
}
# The file's media type (IANA, without compression), and its format in the EDAM ontology.
_FORMATS = {
    "fasta": ("text/plain", "format_1929", "FASTA"),
    "fastq": ("text/plain", "format_1930", "FASTQ"),
    "genbank": ("text/plain", "format_1936", "GenBank format"),
    "text": ("text/plain", None, None),
    "csv": ("text/csv", "format_3752", "CSV"),
    "tsv": ("text/tab-separated-values", "format_3475", "TSV"),
    "json": ("application/json", "format_3464", "JSON"),
}
_BY_ENDING = {
    ".rtf": "application/rtf",
    ".xls": "application/vnd.ms-excel",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".bmp": "image/bmp",
    ".tiff": "image/tiff",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
}
_PLAIN = {"attachment", "directory"}  # folders that are no datasets: their files belong to the folder above
_OWN_FILES = (
    ("manifest.json", "application/json", "The tree of projects, samples and files, or of workflow executions."),
    ("manifest.txt", "text/plain", "The same tree as text."),
    ("report.json", "application/json", "Whether each requested item was included, or why it was not."),
)


@dataclass(frozen=True, slots=True)
class Crate:
    """An archive to describe: the export's id and name (or a substitute), when it was created (ISO 8601), and its
    contents."""

    export_id: str
    name: str
    created_at: str
    contents: Contents

    def lines(self, crc32: Sequence[int | None]) -> Iterator[str]:
        """The description as JSON-LD, piece by piece, one entity a line. `crc32` is by position in
        `contents.items`."""
        yield '{\n"@context": ' + json.dumps([f"{_RO_CRATE}/context", _TERMS]) + ',\n"@graph": ['
        before = "\n"
        for entity in chain(self._heading(), self._folders(), self._files(crc32)):
            yield before + json.dumps(entity, ensure_ascii=False)
            before = ",\n"
        yield "\n]\n}\n"

    def _heading(self) -> Iterator[Entity]:
        """What has one entity, or one for each run, workflow and format."""
        contents = self.contents
        yield {
            "@id": METADATA_NAME,
            "@type": "CreativeWork",
            "conformsTo": {"@id": _RO_CRATE},
            "about": {"@id": "./"},
        }
        top = [folder for folder in contents.folders if len(folder.path) == 1]
        runs = {_subject(folder): folder.run for folder in top if folder.run is not None}
        root: dict[str, Any] = {
            "@id": "./",
            "@type": "Dataset",
            "name": self.name,
            "description": _description(top),
            "identifier": self.export_id,
            "datePublished": self.created_at,
            "license": {"@id": _LICENSE["@id"]},
            "hasPart": [
                *_references(_folder_id(folder.path) for folder in top),
                *_references(n for n, *_ in _OWN_FILES),
            ],
        }
        if runs:
            root |= {"conformsTo": {"@id": _PROCESS_RUN_CRATE}, "mentions": _references(runs)}
        yield root
        yield _LICENSE
        if runs:
            yield {"@id": _PROCESS_RUN_CRATE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"}
        for name, media_type, description in _OWN_FILES:
            yield {
                "@id": name,
                "@type": "File",
                "name": name,
                "description": description,
                "encodingFormat": media_type,
            }
        yield from {_id_of_workflow(run): _workflow(run) for run in runs.values()}.values()
        yield from (_format(name) for name in dict.fromkeys(item.format for item in contents.items) if _edam(name))

    def _folders(self) -> Iterator[Entity]:
        """A dataset for the folder of each project, sample and workflow execution, and what it is about."""
        parts: dict[tuple[str, ...], list[str]] = {}
        for folder in self.contents.folders:
            if folder.kind == "sample":
                parts.setdefault(folder.path[:-1], []).append(_folder_id(folder.path))
        samples_of_runs: dict[tuple[str, ...], list[str]] = {}
        files = self._files_by_dataset()
        described = set()
        for folder in self.contents.folders:
            if folder.kind in _PLAIN:
                continue
            subject, name = _subject(folder), folder.title or folder.identifier
            inner = [*files.get(folder.path, ()), *parts.get(folder.path, ())]
            yield {
                "@id": _folder_id(folder.path),
                "@type": "Dataset",
                "name": name,
                "about": {"@id": subject},
                "hasPart": _references(inner),
            }
            if folder.kind == "sample":
                samples_of_runs.setdefault(folder.path[:-1], []).append(subject)
            if subject not in described and folder.run is None:
                described.add(subject)
                kind = "BioSample" if folder.kind == "sample" else "Project"
                yield {"@id": subject, "@type": kind, "name": name, "identifier": folder.identifier}
        for folder in self.contents.folders:
            if folder.run is not None:
                yield _action(folder, folder.run, samples_of_runs.get(folder.path, ()))

    def _files_by_dataset(self) -> dict[tuple[str, ...], list[str]]:
        """The files by the nearest folder above that is a dataset."""
        plain = {folder.path for folder in self.contents.folders if folder.kind in _PLAIN}
        files: dict[tuple[str, ...], list[str]] = {}
        for item in self.contents.items:
            place = item.folders
            while place in plain:
                place = place[:-1]
            files.setdefault(place, []).append(_file_id(item))
        return files

    def _files(self, crc32: Sequence[int | None]) -> Iterator[Entity]:
        for item, checksum in zip(self.contents.items, crc32, strict=True):
            entity: dict[str, Any] = {
                "@id": _file_id(item),
                "@type": "File",
                "name": item.renamed_from or item.name,
                "identifier": item.id,
                "contentSize": str(item.size),
                "encodingFormat": _encoding(item),
            }
            if checksum is not None:
                entity["crc32"] = f"{checksum:08x}"
            if item.sha256 is not None:
                entity["sha256"] = item.sha256
            yield entity


def _description(top: Sequence[Folder]) -> str:
    if any(folder.run for folder in top):
        return "Results of workflow executions, exported by Seqport."
    return "Files of samples, exported by Seqport."


def _references(ids: Iterator[str] | Sequence[str] | Mapping[str, Any]) -> list[Entity]:
    return [{"@id": id_} for id_ in ids]


def _folder_id(path: Sequence[str]) -> str:
    """The relative URI of a folder, which ends in a slash (RO-Crate 1.1, Directory File Entity)."""
    return "/".join(quote(name, safe="") for name in path) + "/"


def _file_id(item: Item) -> str:
    return _folder_id(item.folders) + quote(item.name, safe="")


def _subject(folder: Folder) -> str:
    """The id of what the files of a folder are about."""
    return "#" + quote(folder.identifier, safe="")


def _id_of_workflow(run: RunDetails) -> str:
    return f"#workflow/{quote(run.workflow_name, safe='')}/{quote(run.workflow_version, safe='')}"


def _workflow(run: RunDetails) -> Entity:
    return {
        "@id": _id_of_workflow(run),
        "@type": "SoftwareApplication",
        "name": run.workflow_name,
        "softwareVersion": run.workflow_version,
    }


def _action(folder: Folder, run: RunDetails, samples: Sequence[str]) -> Entity:
    """The run as Process Run Crate 0.5 describes it: its samples, what processed them, and the folder of its results.
    When it started and ended isn't known; only completed runs are exported."""
    return {
        "@id": _subject(folder),
        "@type": "CreateAction",
        "name": folder.title or folder.identifier,
        "identifier": folder.identifier,
        "instrument": {"@id": _id_of_workflow(run)},
        "object": _references(samples),
        "result": {"@id": _folder_id(folder.path)},
        "actionStatus": {"@id": "http://schema.org/CompletedActionStatus"},
    }


def _encoding(item: Item) -> list[str | Entity] | str:
    """The media type and the EDAM format, as far as they are known."""
    name = item.name.lower()
    ending = next((ending for ending in _BY_ENDING if name.endswith(ending)), "")
    plain = _BY_ENDING.get(ending) or _FORMATS.get(item.format, ("application/octet-stream",))[0]
    media_type = "application/gzip" if name.endswith(".gz") else plain
    edam = _edam(item.format)
    return [media_type, {"@id": edam}] if edam else media_type


def _edam(file_format: str) -> str | None:
    known = _FORMATS.get(file_format)
    return f"http://edamontology.org/{known[1]}" if known and known[1] else None


def _format(file_format: str) -> Entity:
    return {"@id": _edam(file_format), "@type": "WebPage", "name": _FORMATS[file_format][2]}
