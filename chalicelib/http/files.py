"""Routes about the files of samples."""

from dataclasses import asdict
from typing import Annotated, Any, Literal

from chalice.app import Blueprint, Response
from pydantic import Field, StringConstraints

from chalicelib import timestamps
from chalicelib.access.roles import Role
from chalicelib.access.users import User
from chalicelib.catalog.files import repository as files
from chalicelib.catalog.files import uploads
from chalicelib.catalog.files.model import DeclaredMate, File
from chalicelib.catalog.files.uploads import MAX_FILE, MAX_PARTS, Upload
from chalicelib.catalog.namespaces.permissions import role_too_low
from chalicelib.catalog.puid import Kind
from chalicelib.catalog.samples.model import Sample
from chalicelib.errors import NotFound, Violation, validation_error
from chalicelib.http.authentication import caller
from chalicelib.http.idempotent import idempotent
from chalicelib.http.namespaces import check_puid
from chalicelib.http.paging import order, page
from chalicelib.http.problems import problem_details
from chalicelib.http.requests import Body, path_value, query, read_body
from chalicelib.http.samples import sample_and_role, sample_of
from chalicelib.http.urls import location
from chalicelib.ids import GivenId, Ids
from chalicelib.names import Name
from chalicelib.search import matches

Hex32 = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{8}$")]
Hex256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{64}$")]


class Checksums(Body):
    crc32: Hex32 | None = None
    sha256: Hex256 | None = None


class NewFile(Body):
    filename: Name
    size: Annotated[int, Field(ge=0, le=MAX_FILE)]
    checksums: Checksums | None = None
    puid: GivenId | None = None
    paired_with: GivenId | None = None
    direction: Literal["forward", "reverse"] | None = None


class Part(Body):
    part_number: Annotated[int, Field(ge=1, le=MAX_PARTS)]
    etag: Annotated[str, StringConstraints(min_length=1, max_length=255)]


class CompletedParts(Body):
    parts: Annotated[list[Part], Field(max_length=MAX_PARTS, default_factory=list)]


class Registration(Body):
    s3_uri: Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
    filename: Name | None = None
    puid: GivenId | None = None


class FileRegistration(Registration):
    paired_with: GivenId | None = None
    direction: Literal["forward", "reverse"] | None = None


class FileChange(Body):
    paired_with: GivenId | None
    direction: Literal["forward", "reverse"] | None = None


def file_json(file: File, role: Role) -> dict[str, Any]:
    """A file as JSON; with its S3 URI for uploaders and above."""
    document: dict[str, Any] = {
        "id": file.id,
        "puid": file.puid,
        "filename": file.filename,
        "format": file.format,
        "size": file.size,
        "created_at": timestamps.format(file.created_at),
    }
    document |= {name: value for name in ("direction", "type", "paired_with") if (value := getattr(file, name))}
    checksums = {} if file.crc32 is None else {"crc32": f"{file.crc32:08x}"}
    if file.sha256 is not None:
        checksums["sha256"] = file.sha256
    document["checksums"] = checksums
    if role >= Role.UPLOADER:
        document["s3_uri"] = file.s3_uri
    return document


def _upload(upload: Upload) -> dict[str, Any]:
    parts = [{"part_number": part.part_number, "url": part.url, "headers": dict(part.headers)} for part in upload.parts]
    return {"part_size": upload.part_size, "parts": parts, "uploaded": [asdict(part) for part in upload.uploaded]}


def _file_of(id_or_puid: str, user: User) -> tuple[File, Role]:
    """The file of a path, in whose project the user is at least uploader, and their role there."""
    file = files.find(path_value(id_or_puid))
    try:
        _, role = sample_and_role(file.sample_id, user, Role.UPLOADER)
    except NotFound:
        raise NotFound("File not found.") from None
    return file, role


def _declared_mate(body: NewFile | FileRegistration, sample: Sample) -> DeclaredMate | None:
    """The mate that a new file is said to have: a file of the same sample, complete or still to come."""
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


def blueprint(authorize: Any) -> Blueprint:
    bp = Blueprint(__name__)

    @bp.route("/samples/{sample_id}/files", methods=["GET"], authorizer=authorize)
    @problem_details
    def list_files(sample_id: str) -> Response:
        request = bp.current_request
        user = caller(request)
        sample, role = sample_and_role(sample_id, user, Role.GUEST)
        q = query(request, "q")
        by = order(request, ("created_at", "filename", "size"), "created_at")

        def position(file: File) -> str:
            value = f"{file.size:020d}" if by.key == "size" else file.filename.casefold()
            return f"{timestamps.format(file.created_at) if by.key == 'created_at' else value}\x00{file.id}"

        return page(
            request,
            [file for file in files.of_sample(sample.id) if matches(q, file.filename, file.puid, file.id)],
            by=by,
            position=position,
            shown=lambda page: [file_json(file, role) for file in page],
        )

    @bp.route("/samples/{sample_id}/files", methods=["POST"], authorizer=authorize)
    @problem_details
    def create_file(sample_id: str) -> Response:
        user = caller(bp.current_request)
        sample = sample_of(sample_id, user, Role.UPLOADER)
        new = read_body(bp.current_request, NewFile)
        check_puid(new.puid, Kind.ATTACHMENT)
        checksums = new.checksums or Checksums()
        mate = _declared_mate(new, sample)

        def create(ids: Ids) -> Response:
            file, upload = uploads.begin(
                sample,
                ids,
                filename=new.filename,
                size=new.size,
                crc32=checksums.crc32,
                sha256=checksums.sha256,
                puid=new.puid,
                mate=mate,
            )
            body = {"id": file.id, "puid": file.puid, "upload": _upload(upload)}
            return Response(body, status_code=201, headers={"Location": location(f"/files/{file.id}/upload")})

        return idempotent(bp.current_request, user, create, signed=True)

    @bp.route("/files/{file_id}/upload", methods=["GET"], authorizer=authorize)
    @problem_details
    def get_upload(file_id: str) -> Response:
        file, _ = _file_of(file_id, caller(bp.current_request))
        return Response({"id": file.id, "puid": file.puid, "upload": _upload(uploads.urls(file))})

    @bp.route("/files/{file_id}/complete", methods=["POST"], authorizer=authorize)
    @problem_details
    def complete_file(file_id: str) -> Response:
        file, _ = _file_of(file_id, caller(bp.current_request))
        body = read_body(bp.current_request, CompletedParts)
        done = uploads.finish(file, [(part.part_number, part.etag) for part in body.parts])
        return Response(file_json(done, Role.UPLOADER))

    @bp.route("/files/{file_id}", methods=["PATCH"], authorizer=authorize)
    @problem_details
    def change_file(file_id: str) -> Response:
        file, role = _file_of(file_id, caller(bp.current_request))
        change = read_body(bp.current_request, FileChange)
        if change.paired_with is None:
            return Response(file_json(files.unpair(file), role))
        mate = _other_file(change.paired_with, file.sample_id)
        return Response(file_json(files.pair(file, mate, change.direction), role))

    @bp.route("/files/{file_id}", methods=["DELETE"], authorizer=authorize)
    @problem_details
    def delete_file(file_id: str) -> Response:
        file, role = _file_of(file_id, caller(bp.current_request))
        if file.complete and role < Role.MAINTAINER:  # what is still to come may be given up by an uploader
            raise role_too_low(Role.MAINTAINER, role)
        uploads.remove(file)
        return Response("", status_code=204)

    @bp.route("/samples/{sample_id}/files/register", methods=["POST"], authorizer=authorize)
    @problem_details
    def register_file(sample_id: str) -> Response:
        user = caller(bp.current_request)
        sample = sample_of(sample_id, user, Role.UPLOADER)
        body = read_body(bp.current_request, FileRegistration)
        check_puid(body.puid, Kind.ATTACHMENT)
        mate = _declared_mate(body, sample)

        def create(ids: Ids) -> Response:
            file = uploads.register(
                sample, user.id, ids, s3_uri=body.s3_uri, filename=body.filename, puid=body.puid, mate=mate
            )
            headers: dict[str, Any] = {"Location": location(f"/samples/{sample.id}/files")}
            return Response(file_json(file, Role.UPLOADER), status_code=201, headers=headers)

        return idempotent(bp.current_request, user, create)

    return bp
