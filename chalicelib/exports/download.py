"""Downloads: a presigned URL for each request, after the permissions are checked again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from botocore.exceptions import ClientError

from chalicelib import aws, timestamps
from chalicelib.errors import Conflict, NotFound
from chalicelib.exports.contents.archive_paths import safe_name
from chalicelib.exports.contents.preview_index import MIN_FILES, TAIL, PreviewIndex
from chalicelib.exports.model import Export, ExportedFile
from chalicelib.exports.source_permissions import file_of, require_sources
from chalicelib.exports.storage import MISSING, get_object, get_range, manifest_key, preview_key, report_key
from chalicelib.exports.types.registry import TYPES
from chalicelib.linelist.formats import CONTENT_TYPES
from chalicelib.settings import settings

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

Use = Literal["get_object", "head_object"]
LINK_LASTS = timedelta(minutes=15)
_CONTENT_TYPES = {"zip": "application/zip", **CONTENT_TYPES}


@dataclass(frozen=True, slots=True)
class Link:
    """A presigned URL of the file and what a client needs to verify the download. `report_url`: of the report
    beside a linelist; an archive contains its own."""

    url: str
    filename: str
    size: int
    crc32: str
    expires_at: str
    report_url: str | None


def download_name(export: Export, file: ExportedFile) -> str:
    """The name that a browser saves the file under: the export's name or id, made safe, with the file's suffix once."""
    suffix = f".{file.ending}"
    name = export.name or export.id
    while name.lower().endswith(suffix) and len(name) > len(suffix):
        name = name[: -len(suffix)]
    return f"{safe_name(name)}{suffix}"


def link_to(export: Export, user_id: str, use: Use = "get_object") -> Link:
    """A link to the file of a ready export, valid for 15 minutes and for one method. Raises Conflict or Forbidden."""
    file = file_of(export)
    require_sources(export, user_id)
    name = download_name(export, file)
    params = {"ResponseContentDisposition": attachment(name), "ResponseContentType": _CONTENT_TYPES[file.ending]}
    url = presigned_url(settings().exports_bucket, file.key, params, use)
    report_url = None if TYPES[export.type].is_archive else _json_link(report_key(file.key))
    return Link(url, name, file.size, file.crc32, timestamps.format(timestamps.now() + LINK_LASTS), report_url)


def attachment(name: str) -> str:
    """The header Content-Disposition by which a browser saves a file under this name (RFC 6266)."""
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def presigned_url(bucket: str, key: str, params: Mapping[str, str], use: Use = "get_object") -> str:
    """A URL of an object, valid for 15 minutes; `params` are more parameters of the operation."""
    return _signer().generate_presigned_url(
        use, Params={"Bucket": bucket, "Key": key, **params}, ExpiresIn=int(LINK_LASTS.total_seconds())
    )


def _signer() -> "S3Client":
    """The client that signs links, with the rights of a role that can only read exports and their sources, instead of
    all those of the API's function. The role's session outlasts the links."""
    role = settings().download_role
    return aws.s3_as(role, valid_for=LINK_LASTS + timedelta(minutes=5)) if role else aws.s3()


def manifest_link(export: Export) -> str:
    """A link to the whole manifest.json of a ready export, valid for 15 minutes."""
    return _json_link(manifest_key(file_of(export).key))


def preview_index(export: Export) -> PreviewIndex | None:
    """The index of a large export's manifest; None where the manifest itself is read. Raises NotFound for a linelist,
    Conflict before it is ready."""
    _require_archive(export)
    file = file_of(export)
    if file.files < MIN_FILES:
        return None
    read = partial(get_range, settings().exports_bucket, preview_key(file.key))
    try:
        return PreviewIndex(read, read(-1, TAIL))
    except ClientError as error:
        if error.response["Error"]["Code"] in MISSING:  # of an export that an earlier version made
            return None
        raise


def _require_archive(export: Export) -> None:
    if not TYPES[export.type].is_archive:
        raise NotFound("A linelist export has no preview.")


def manifest_bytes(export: Export) -> bytes:
    """manifest.json of a ready export. Raises NotFound for a linelist, Conflict before it is ready."""
    _require_archive(export)
    body = get_object(settings().exports_bucket, manifest_key(file_of(export).key))
    if body is None:
        raise Conflict("This export is not ready.", slug="not-ready")
    return body


def _json_link(key: str) -> str:
    return presigned_url(settings().exports_bucket, key, {"ResponseContentType": "application/json"})
