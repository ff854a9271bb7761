"""Operations on the files of samples."""

from typing import Annotated

from chalicelib import timestamps
from chalicelib.access.personal_access_tokens import Scope
from chalicelib.access.roles import Role
from chalicelib.access.users import User
from chalicelib.catalog.files import pairs, uploads
from chalicelib.catalog.files import repository as files
from chalicelib.catalog.files.model import DeclaredMate, File
from chalicelib.catalog.namespaces.permissions import role_too_low
from chalicelib.catalog.puid import Kind
from chalicelib.catalog.samples.model import Sample
from chalicelib.errors import NotFound, Violation, validation_error
from chalicelib.http.arguments import SEARCH
from chalicelib.http.idempotent import STORED, Idempotency, Idempotent
from chalicelib.http.lookup import check_puid, file_and_role, sample_and_role, sample_of
from chalicelib.http.paging import Sort, SortedPaging
from chalicelib.http.replies import Created, created
from chalicelib.http.router import Router
from chalicelib.http.schemas import files as schemas
from chalicelib.http.schemas.base import Page
from chalicelib.http.schemas.files import file_json, upload_json
from chalicelib.ids import Ids
from chalicelib.search import matches

_NEW_PROBLEMS = ["role-too-low", "puid-taken", "already-paired", "pair-not-possible"]
router = Router("Files")


@router.route("GET", "/samples/{sample_id}/files", scope=Scope.READ)
def list_files(
    user: User,
    sample_id: str,
    q: Annotated[str | None, SEARCH],
    paging: Annotated[SortedPaging, Sort(("created_at", "filename", "size"), "created_at")],
) -> Page[schemas.File]:
    """List the files of a sample"""
    sample, role = sample_and_role(sample_id, user, Role.GUEST)

    def position(file: File) -> str:
        key = {
            "created_at": timestamps.format(file.created_at),
            "filename": file.filename.casefold(),
            "size": f"{file.size:020d}",
        }[paging.by.key]
        return f"{key}\x00{file.id}"

    return paging.page_of(
        [file for file in files.of_sample(sample.id) if matches(q, file.filename, file.puid, file.id)],
        position=position,
        shown=lambda page: [file_json(file, role) for file in page],
    )


@router.route(
    "POST",
    "/samples/{sample_id}/files",
    scope=Scope.CATALOG,
    idempotency=Idempotency(signed=True),
    problems=[*_NEW_PROBLEMS, "completed-meanwhile"],
)
def create_file(
    user: User, sample_id: str, body: schemas.NewFile, idempotent: Idempotent
) -> Created[schemas.FileUpload]:
    """Create a file to upload

    For uploaders and above. The response has presigned URLs: PUT each part to its URL with its headers, then complete
    the file. Files of up to 64 MiB have one part."""
    sample = sample_of(sample_id, user, Role.UPLOADER)
    check_puid(body.puid, Kind.ATTACHMENT)
    checksums = body.checksums or schemas.Checksums()
    mate = _declared_mate(body, sample)

    def create(ids: Ids) -> Created[schemas.FileUpload]:
        file, upload = uploads.begin(
            sample,
            ids,
            filename=body.filename,
            size=body.size,
            crc32=checksums.crc32,
            sha256=checksums.sha256,
            puid=body.puid,
            mate=mate,
        )
        return created(upload_json(file, upload), f"/files/{file.id}/upload")

    return idempotent(create)


@router.route("GET", "/files/{file_id}/upload", scope=Scope.READ, problems=["role-too-low", "already-complete"])
def get_upload(user: User, file_id: str) -> schemas.FileUpload:
    """Get fresh URLs for the parts that are still missing, to resume an upload"""
    file, _ = file_and_role(file_id, user)
    return upload_json(file, uploads.urls(file))


@router.route(
    "POST",
    "/files/{file_id}/complete",
    scope=Scope.CATALOG,
    problems=[
        "role-too-low", "puid-taken", "upload-missing", "parts-missing", "parts-refused", "size-differs",
        "checksum-differs", "completed-meanwhile", "already-paired", "already-complete", "pair-not-possible",
    ],
)  # fmt: skip
def complete_file(user: User, file_id: str, body: schemas.CompletedParts) -> schemas.File:
    """Complete an upload

    Verifies size and checksums; then the file is visible. The list of parts is optional: S3 knows them."""
    file, _ = file_and_role(file_id, user)
    done = uploads.finish(file, [(part.part_number, part.etag) for part in body.parts])
    return file_json(done, Role.UPLOADER)


@router.route(
    "PATCH",
    "/files/{file_id}",
    scope=Scope.CATALOG,
    problems=[
        "role-too-low", "already-paired", "pair-not-possible", "puid-taken", "upload-missing", "completed-meanwhile",
    ],
)  # fmt: skip
def update_file(user: User, file_id: str, body: schemas.FileChange) -> schemas.File:
    """Pair a file with another of its sample, or dissolve the pair"""
    file, role = file_and_role(file_id, user)
    if body.paired_with is None:
        return file_json(pairs.unpair(file), role)
    mate = _other_file(body.paired_with, file.sample_id)
    return file_json(pairs.pair(file, mate, body.direction), role)


@router.route("DELETE", "/files/{file_id}", scope=Scope.CATALOG, problems=["role-too-low", "completed-meanwhile"])
def delete_file(user: User, file_id: str) -> None:
    """Delete a file

    For maintainers; for uploaders too while the upload is not complete. Uploaded content is deleted some days later,
    registered objects stay where they are."""
    file, role = file_and_role(file_id, user)
    if file.complete and role < Role.MAINTAINER:
        raise role_too_low(Role.MAINTAINER, role)
    uploads.remove(file)


@router.route(
    "POST",
    "/samples/{sample_id}/files/register",
    scope=Scope.CATALOG,
    idempotency=STORED,
    problems=[*_NEW_PROBLEMS, "source-not-allowed", "completed-meanwhile"],
)
def register_file(
    user: User, sample_id: str, body: schemas.FileRegistration, idempotent: Idempotent
) -> Created[schemas.File]:
    """Register an object in S3 as a file

    Nothing is copied, and deleting the file never removes the object. It must be under a bucket and prefix that the
    operator allows for this project, or be that of a file that the caller may read as analyst."""
    sample = sample_of(sample_id, user, Role.UPLOADER)
    check_puid(body.puid, Kind.ATTACHMENT)
    mate = _declared_mate(body, sample)

    def create(ids: Ids) -> Created[schemas.File]:
        file = uploads.register(
            sample, user.id, ids, s3_uri=body.s3_uri, filename=body.filename, puid=body.puid, mate=mate
        )
        return created(file_json(file, Role.UPLOADER), f"/samples/{sample.id}/files")

    return idempotent(create)


def _declared_mate(body: schemas.NewFile | schemas.FileRegistration, sample: Sample) -> DeclaredMate | None:
    """The declared mate of a new file: a file of the same sample, complete or incomplete."""
    if body.paired_with is None:
        if body.direction is not None:
            raise validation_error([Violation("/direction", "A direction requires paired_with.")])
        return None
    mate = _other_file(body.paired_with, sample.id)
    if mate.paired_with is not None:
        raise validation_error([Violation("/paired_with", "This file already has a mate.")], slug="already-paired")
    return DeclaredMate(mate.id, body.direction)


def _other_file(id_or_puid: str, sample_id: str) -> File:
    try:
        mate = files.find(id_or_puid)
    except NotFound:
        mate = None
    if mate is None or mate.sample_id != sample_id:
        raise validation_error([Violation("/paired_with", "This sample has no such file.")], slug="pair-not-possible")
    return mate
