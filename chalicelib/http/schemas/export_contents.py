"""JSON of an export's contents, download and events."""

from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from chalicelib.exports import audit
from chalicelib.exports.audit import Action
from chalicelib.exports.contents.items import Skipped
from chalicelib.exports.download import Link
from chalicelib.exports.listed_files import LinkedFile
from chalicelib.http.schemas.base import Crc32, Id, Size, Time, Url, one_of

_PATH = "INXT_PRJ_AZKFAVKQ3L/INXT_SAM_AZKFAVKQ4M/INXT_ATT_AZKFAVKQ5N/EC-001_S1_L001_R1_001.fastq.gz"


class ManifestFile(TypedDict):
    """A file of an archive."""

    name: Annotated[str, Field(examples=["EC-001_S1_L001_R1_001.fastq.gz"])]
    type: Annotated[str, one_of("file")]
    metadata: NotRequired[Annotated[dict[str, str], Field(examples=[{"format": "fastq", "direction": "forward"}])]]


ManifestFolder = TypedDict(
    "ManifestFolder",
    {
        "name": Annotated[str, Field(examples=["INXT_SAM_AZKFAVKQ3L"])],
        "type": Annotated[str, one_of("folder")],
        "irida-next-type": Annotated[
            str, one_of("project", "sample", "attachment", "workflow_execution", "directory", example="sample")
        ],
        "irida-next-name": NotRequired[Annotated[str, Field(examples=["EC-001"])]],
        "children": NotRequired["list[ManifestFile | ManifestFolder]"],
        "child_count": NotRequired[Annotated[int, Field(description="Instead of `children`.", ge=0)]],
    },
)
_FOLDER = {
    "name": "INXT_SAM_AZKFAVKQ3L",
    "type": "folder",
    "irida-next-type": "sample",
    "irida-next-name": "EC-001",
    "child_count": 2,
}

Preview = TypedDict(
    "Preview",
    {
        "type": Annotated[str, Field(examples=["Samples Export"])],
        "date": NotRequired[Annotated[str, Field(examples=["2026-11-25"])]],
        "name": NotRequired[Annotated[str, Field(description="Of a folder (`path`).")]],
        "irida-next-type": NotRequired[str],
        "irida-next-name": NotRequired[str],
        "children": Annotated[list[ManifestFile | ManifestFolder], Field(examples=[[_FOLDER]])],
        "matches": NotRequired[Annotated[int, Field(description="Of a search (`q`): how many were found.", ge=0)]],
        "next_cursor": NotRequired[Annotated[str | None, Field(description="Of a folder with many children.")]],
        "manifest_url": NotRequired[
            Annotated[str, Field(description="A presigned URL of the whole manifest, unless this is it.")]
        ],
    },
)


class SkippedItem(TypedDict):
    """A requested item that an export lacks. `name`, `puid` and `size` where they are known."""

    id: Id
    reason: Annotated[str, Field(examples=["no-matching-file"])]
    size: Annotated[int | None, Field(examples=[None])]
    name: Annotated[str | None, Field(examples=["EC-002"])]
    puid: Annotated[str | None, Field(examples=["INXT_SAM_AZKFAVKQ3L"])]


class Download(TypedDict):
    """A presigned URL, valid until `expires_at`, also for ranges; size and CRC-32 are those of the whole."""

    url: Url
    filename: Annotated[str, Field(examples=["Outbreak reads.zip"])]
    size: Size
    crc32: Crc32
    expires_at: Time
    report_url: NotRequired[Annotated[str, Field(description="Of a linelist's report; archives have theirs inside.")]]


class ExportFile(TypedDict):
    """A file of an export that assembles none, and a presigned URL of it, valid until `expires_at`, also for ranges.
    Its response has the `etag`, unless the file was replaced since."""

    id: Id
    path: Annotated[str, Field(description="Where an archive would have it.", examples=[_PATH])]
    size: Size
    crc32: Annotated[Crc32 | None, Field(description="Where it is known.")]
    sha256: Annotated[str | None, Field(description="Where it is known.", examples=[None])]
    etag: Annotated[str, Field(examples=['"9b2cf535f27731c974343645a3985328"'])]
    url: Url
    expires_at: Time


class Event(TypedDict):
    """What happened to an export: `actor` is a user's id or `system`."""

    action: Annotated[str, one_of(*(action.value for action in Action))]
    at: Time
    actor: Annotated[str, Field(examples=["6a5f9a0e-2f0b-4c8e-9d3a-0b1c2d3e4f50"])]
    source_ip: Annotated[str | None, Field(examples=["192.0.2.7"])]
    details: Annotated[dict[str, object], Field(examples=[{}])]


class NamespaceEvent(Event):
    """What happened to an export of a namespace, and the name of the person who did it."""

    export_id: Id
    actor_name: Annotated[str | None, Field(examples=["Ana Example"])]


def skipped_json(item: Skipped) -> SkippedItem:
    """A skipped item as JSON."""
    return SkippedItem(id=item.id, reason=item.reason, size=item.size, name=item.name, puid=item.puid)


def download_json(link: Link) -> Download:
    """A presigned link as JSON."""
    document = Download(
        url=link.url, filename=link.filename, size=link.size, crc32=link.crc32, expires_at=link.expires_at
    )
    if link.report_url is not None:
        document["report_url"] = link.report_url
    return document


def export_file_json(linked: LinkedFile) -> ExportFile:
    """A file of an export that assembles none as JSON."""
    file = linked.file
    return ExportFile(
        id=file.id,
        path=file.path,
        size=file.size,
        crc32=file.crc32,
        sha256=file.sha256,
        etag=file.etag,
        url=linked.url,
        expires_at=linked.expires_at,
    )


def event_json(event: audit.Event) -> Event:
    """An event as JSON."""
    return Event(
        action=event.action.value,
        at=event.at,
        actor=event.actor,
        source_ip=event.source_ip,
        details=event.details,
    )
