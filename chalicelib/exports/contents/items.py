"""The contents of an archive of samples: their files in the manifest's order, and skipped items with reasons."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from itertools import islice
from sys import intern
from typing import Any

from chalicelib.catalog.files.model import File
from chalicelib.catalog.namespaces.model import Namespace
from chalicelib.catalog.samples.model import SampleSummary
from chalicelib.exports.contents.archive_paths import distinct_names
from chalicelib.exports.contents.source_key import source_key
from chalicelib.memory import without_collections


@dataclass(frozen=True, slots=True)
class Item:
    """One exported file: its location in S3, and its path in the archive.

    `folders` are the names of its folders from the top; `path` joins them with the name. `crc32` and `sha256` are
    what the catalog knows; `renamed_from` is set where the name had to be made safe or distinct.
    """

    id: str
    folders: tuple[str, ...]
    name: str
    renamed_from: str | None
    format: str
    direction: str | None
    type: str | None
    size: int
    modified: datetime
    bucket: str
    key: str
    etag: str
    version_id: str | None
    crc32: int | None
    sha256: str | None

    @property
    def path(self) -> str:
        return "/".join((*self.folders, self.name))


@dataclass(frozen=True, slots=True)
class RunDetails:
    """What produced the files of a run."""

    workflow_name: str
    workflow_version: str


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of the manifest: its name in the archive, what it represents, and that item's own name. `puid` is set
    where it is another than the folder's name, `run` where the folder represents a workflow execution."""

    path: tuple[str, ...]
    kind: str
    title: str | None
    puid: str | None = None
    run: RunDetails | None = None

    @property
    def identifier(self) -> str:
        """The PUID or id of what the folder represents."""
        return self.puid or self.path[-1]


@dataclass(frozen=True, slots=True)
class Skipped:
    """A requested item that is not in the archive. `id` is the one in the request, or the file's; `name` and `puid` are
    those of the item, where it was found."""

    id: str
    reason: str
    size: int | None = None
    name: str | None = None
    puid: str | None = None


@dataclass(frozen=True, slots=True)
class ContentSource:
    """A project (or run) whose files are in the archive, by which a download is checked again."""

    id: str


Piece = Item | Folder | Skipped | ContentSource


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything about an archive but its bytes: items and folders in the manifest's order."""

    items: tuple[Item, ...]
    folders: tuple[Folder, ...]
    skipped: tuple[Skipped, ...]
    source_ids: tuple[str, ...]

    @classmethod
    def of(cls, pieces: Iterable[Piece]) -> "Contents":
        """The contents that consist of these pieces."""
        found: dict[type, list[Any]] = {Item: [], Folder: [], Skipped: [], ContentSource: []}
        for piece in pieces:
            found[type(piece)].append(piece)
        source_ids = tuple(source.id for source in found[ContentSource])
        return cls(tuple(found[Item]), tuple(found[Folder]), tuple(found[Skipped]), source_ids)


def _attachment_order(files: Iterable[File]) -> list[list[File]]:
    """The files by attachment (a single file or a pair, forward first), in order of creation."""
    by_puid: dict[str, list[File]] = {}
    for file in sorted(files, key=lambda file: (file.created_at, file.id)):
        by_puid.setdefault(file.puid, []).append(file)
    return [sorted(files, key=lambda file: file.direction == "reverse") for files in by_puid.values()]


def sample_pieces(
    samples: Sequence[SampleSummary],
    projects: Mapping[str, Namespace],
    files_of: Callable[[Sequence[SampleSummary]], Iterable[tuple[str, Sequence[File]]]],
    formats: Iterable[str],
    *,
    excluded: Mapping[str, str],
    skipped: Sequence[Skipped] = (),
) -> Iterator[Piece]:
    """The contents of a sample export, piece by piece: `<PRJ puid>/<SAM puid>/<ATT puid>/<filename>`. A folder comes
    before what is in it.

    Samples are in the order given, projects by their first sample, attachments by creation. `files_of` yields the
    files of samples, with the samples' ids, in the same order; `excluded` has reasons by `source_key` of files that an
    earlier plan could not read; `skipped` is put before what is found here. Samples without a matching file are
    skipped.
    """
    yield from skipped
    wanted = set(formats)
    by_project: dict[str, list[SampleSummary]] = {}
    for sample in samples:
        by_project.setdefault(sample.project_id, []).append(sample)
    ordered = [sample for of_project in by_project.values() for sample in of_project]
    begun: set[str] = set()
    for sample, (_, files) in zip(ordered, files_of(ordered), strict=True):
        project = projects[sample.project_id]
        matching = [file for file in files if file.format in wanted]
        for file in matching:
            if source_key(file) in excluded:
                yield Skipped(file.id, excluded[source_key(file)], file.size, file.filename, file.puid)
        if not matching:
            yield Skipped(sample.id, "no-matching-file", name=sample.name, puid=sample.puid)
        kept = [file for file in matching if source_key(file) not in excluded]
        if not kept:
            continue
        if project.id not in begun:
            begun.add(project.id)
            yield ContentSource(project.id)
            yield Folder((project.puid,), "project", project.name)
        yield Folder((project.puid, sample.puid), "sample", sample.name)
        for attachment in _attachment_order(kept):
            place = (project.puid, sample.puid, attachment[0].puid)
            yield Folder(place, "attachment", None)
            names = distinct_names(file.filename for file in attachment)
            yield from (_item(file, place, name) for file, name in zip(attachment, names, strict=True))


def _item(file: File, folders: tuple[str, ...], name: str) -> Item:
    return Item(
        id=file.id,
        folders=folders,
        name=name,
        renamed_from=file.filename if name != file.filename else None,
        format=file.format,
        direction=file.direction,
        type="assembly" if file.format == "fasta" else file.type,
        size=file.size,
        modified=file.created_at,
        bucket=file.bucket,
        key=file.key,
        etag=file.etag,
        version_id=file.version_id,
        crc32=file.crc32,
        sha256=file.sha256,
    )


def head_rows(folders: Sequence[Folder], skipped: Sequence[Skipped], source_ids: Sequence[str]) -> Iterator[Any]:
    """What comes before the items, as JSON documents: the numbers of folders and of what was skipped, with the sources;
    then a row for each folder and for each of what was skipped. Folders are named by their position."""
    yield [len(folders), len(skipped), source_ids]
    places = folder_places(folders)
    for f in folders:
        above = places.get(f.path[:-1], -1)
        yield [above, f.path[-1:] if above >= 0 else f.path, f.kind, f.title, f.puid, f.run and astuple(f.run)]
    for left in skipped:
        yield astuple(left)


def folder_places(folders: Sequence[Folder]) -> dict[tuple[str, ...], int]:
    """The positions of folders by path; that of the archive's top is -1."""
    return {(): -1, **{folder.path: place for place, folder in enumerate(folders)}}


def item_row(item: Item, place: int) -> list[Any]:
    """An item as a JSON document; `place` is its folder's position."""
    return [
        item.id, place, item.name, item.renamed_from, item.format, item.direction, item.type, item.size,
        item.modified.isoformat(), item.bucket, item.key, item.etag, item.version_id, item.crc32, item.sha256,
    ]  # fmt: skip


def to_rows(contents: Contents) -> Iterator[Any]:
    """The contents as JSON documents: what comes before the items, then a row for each item."""
    yield from head_rows(contents.folders, contents.skipped, contents.source_ids)
    places = folder_places(contents.folders)
    yield from (item_row(item, places[item.folders]) for item in contents.items)


def from_rows(rows: Iterator[Any]) -> Contents:
    """The contents that `to_rows` wrote. Equal folders and names are one object, because many of a million items share
    one."""
    with without_collections():
        folder_count, skipped_count, source_ids = next(rows)
        folders: list[Folder] = []
        for row in islice(rows, folder_count):
            folders.append(_folder_of_row(row, folders))
        skipped = tuple(Skipped(*row) for row in islice(rows, skipped_count))
        items = tuple(_item_of_row(row, folders) for row in rows)
        return Contents(items, tuple(folders), skipped, tuple(source_ids))


def _folder_of_row(row: Sequence[Any], known: Sequence[Folder]) -> Folder:
    above, path, kind, title, puid, run = row
    before = known[above].path if above >= 0 else ()
    return Folder((*before, *path), intern(kind), title, puid, run and RunDetails(*run))


def _item_of_row(row: list[Any], folders: Sequence[Folder]) -> Item:
    id_, place, name, renamed_from, file_format, direction, type_, size, modified, *source = row
    bucket, key, etag, version_id, crc32, sha256 = source
    return Item(
        id=id_,
        folders=folders[place].path if place >= 0 else (),
        name=name,
        renamed_from=renamed_from,
        format=intern(file_format),
        direction=direction and intern(direction),
        type=type_ and intern(type_),
        size=size,
        modified=datetime.fromisoformat(modified),
        bucket=intern(bucket),
        key=key,
        etag=etag,
        version_id=version_id,
        crc32=crc32,
        sha256=sha256,
    )
