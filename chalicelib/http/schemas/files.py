"""JSON of files, their uploads and registration."""

from typing import Annotated, Literal, NotRequired, cast

from pydantic import Field, StringConstraints
from typing_extensions import TypedDict

from chalicelib import timestamps
from chalicelib.access.roles import Role
from chalicelib.catalog.files import model, upload_urls
from chalicelib.catalog.files.formats import FILE_FORMATS
from chalicelib.catalog.files.uploads import MAX_FILE, MAX_PARTS
from chalicelib.catalog.runs.model import Output
from chalicelib.http.schemas.base import Body, Crc32, Id, Size, Time, Url, one_of, puid
from chalicelib.ids import GivenId
from chalicelib.names import Name

_FASTQ = "EC-001_S1_L001_R1_001.fastq.gz"
_URI = "s3://lab-bucket/runs/EC-001_S1_L001_R1_001.fastq.gz"
_SHA_256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
Hex32 = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{8}$"), Field(examples=["9ae0daaf"])]
Hex256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{64}$"), Field(examples=[_SHA_256])]
Direction = Annotated[Literal["forward", "reverse"] | None, Field(description="Which reads of the pair this file has.")]
MateId = Annotated[GivenId | None, Field(description="Id or PUID of the other file of a pair.")]
FormatName = Annotated[str, one_of(*FILE_FORMATS, example="fastq")]
FileSize = Annotated[int, Field(ge=0, le=MAX_FILE, examples=[104_857_600])]


class Checksums(Body):
    """Checksums of the content, to be verified."""

    crc32: Hex32 | None = None
    sha256: Hex256 | None = None


class NewFile(Body):
    """A file to upload."""

    filename: Annotated[Name, Field(examples=[_FASTQ])]
    size: FileSize
    checksums: Checksums | None = None
    puid: GivenId | None = None
    paired_with: MateId = None
    direction: Direction = None


class Part(Body):
    """An uploaded part: its number and the ETag that S3 returned."""

    part_number: Annotated[int, Field(ge=1, le=MAX_PARTS, examples=[1])]
    etag: Annotated[
        str, StringConstraints(min_length=1, max_length=255), Field(examples=['"9b2cf535f27731c974343645a3985328"'])
    ]


class CompletedParts(Body):
    """The parts of a multipart upload; none for a file of one part."""

    parts: Annotated[list[Part], Field(max_length=MAX_PARTS, default_factory=list)]


class Registration(Body):
    """An object in S3 to register; nothing is copied."""

    s3_uri: Annotated[str, StringConstraints(min_length=1, max_length=2_000), Field(examples=[_URI])]
    filename: Annotated[Name | None, Field(description="By default the last segment of the URI.")] = None
    puid: GivenId | None = None


class FileRegistration(Registration):
    """An object in S3 to register as a file of a sample; nothing is copied."""

    paired_with: MateId = None
    direction: Direction = None


class FileChange(Body):
    """The other file of the pair, or null to dissolve it."""

    paired_with: Annotated[GivenId | None, Field(examples=["INXT_ATT_AZKFAVKQ3L"])]
    direction: Direction = None


class StoredChecksums(TypedDict):
    """Checksums that S3 computed or the uploader gave."""

    crc32: NotRequired[Crc32]
    sha256: NotRequired[Annotated[str, Field(examples=[_SHA_256])]]


class StoredFile(TypedDict):
    """A file in S3."""

    id: Id
    puid: Annotated[str, puid("ATT")]
    filename: Annotated[str, Field(examples=[_FASTQ])]
    format: FormatName
    size: Size
    created_at: Time
    checksums: StoredChecksums
    s3_uri: NotRequired[Annotated[str, Field(description="For uploaders and above.", examples=[_URI])]]


class File(StoredFile):
    """A file of a sample."""

    direction: NotRequired[Annotated[str, one_of("forward", "reverse")]]
    type: NotRequired[Annotated[str, one_of("illumina_pe", "pe")]]
    paired_with: NotRequired[Id]


class PartToUpload(TypedDict):
    """A presigned PUT of one part; send exactly these headers."""

    part_number: Annotated[int, Field(ge=1, examples=[1])]
    url: Url
    headers: Annotated[dict[str, str], Field(examples=[{}])]


class UploadedPart(TypedDict):
    """A part that S3 has."""

    part_number: Annotated[int, Field(ge=1, examples=[1])]
    etag: Annotated[str, Field(examples=['"9b2cf535f27731c974343645a3985328"'])]
    size: Size


class Upload(TypedDict):
    """The parts that are still to be uploaded, and those that S3 has."""

    part_size: Size
    parts: list[PartToUpload]
    uploaded: list[UploadedPart]


class FileUpload(TypedDict):
    """A file whose content is to be uploaded."""

    id: Id
    puid: Annotated[str, puid("ATT")]
    upload: Upload


def stored_file_json(file: model.File | Output, role: Role) -> StoredFile:
    """A file in S3 as JSON; with its S3 URI for uploaders and above."""
    document = StoredFile(
        id=file.id,
        puid=file.puid,
        filename=file.filename,
        format=file.format,
        size=file.size,
        created_at=timestamps.format(file.created_at),
        checksums=StoredChecksums() if file.crc32 is None else StoredChecksums(crc32=f"{file.crc32:08x}"),
    )
    if role >= Role.UPLOADER:
        document["s3_uri"] = file.s3_uri
    return document


def file_json(file: model.File, role: Role) -> File:
    """A file of a sample as JSON; with its S3 URI for uploaders and above."""
    document = cast("File", stored_file_json(file, role))  # its other members are optional
    if file.direction:
        document["direction"] = file.direction
    if file.type:
        document["type"] = file.type
    if file.paired_with:
        document["paired_with"] = file.paired_with
    if file.sha256 is not None:
        document["checksums"]["sha256"] = file.sha256
    return document


def upload_json(file: model.File, upload: upload_urls.Upload) -> FileUpload:
    """A file and its upload as JSON."""
    document = Upload(
        part_size=upload.part_size,
        parts=[
            PartToUpload(part_number=part.part_number, url=part.url, headers=dict(part.headers))
            for part in upload.parts
        ],
        uploaded=[
            UploadedPart(part_number=part.part_number, etag=part.etag, size=part.size) for part in upload.uploaded
        ],
    )
    return FileUpload(id=file.id, puid=file.puid, upload=document)
