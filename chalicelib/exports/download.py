"""The way out: a link to the file, made anew at every click, after the rights were checked again."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

from chalicelib import aws, times
from chalicelib.access.roles import Role
from chalicelib.catalog import namespaces, permissions
from chalicelib.errors import Conflict, Forbidden, NotFound
from chalicelib.exports.archive_paths import safe_name
from chalicelib.exports.record import Export, ExportedFile, Status
from chalicelib.exports.runs_asked import RunsAsked
from chalicelib.exports.work_files import get_object, manifest_key, report_key, sources_key
from chalicelib.linelist.formats import CONTENT_TYPES
from chalicelib.settings import settings

LINK_LASTS = timedelta(minutes=15)
_CONTENT_TYPES = {"zip": "application/zip", **CONTENT_TYPES}


@dataclass(frozen=True, slots=True)
class Link:
    """A presigned URL of the file and what a client needs to check what it gets. `report_url`: of the report that lies
    beside a linelist; an archive has its own inside."""

    url: str
    filename: str
    size: int
    crc32: str
    expires_at: str
    report_url: str | None


def file_of(export: Export) -> ExportedFile:
    """The file of a ready export; Conflict while it is processing or when it failed."""
    if export.status is not Status.READY or export.file is None:
        raise Conflict("This export is not ready.", slug="not-ready")
    return export.file


def download_name(export: Export, file: ExportedFile) -> str:
    """The name that a browser saves the file under: the export's name or id, made safe."""
    return f"{safe_name(export.name or export.id)}.{file.ending}"


def check_sources(export: Export, file: ExportedFile, user_id: str) -> None:
    """Raise Forbidden unless the user may still read every project or run that the export holds something of."""
    body = get_object(settings().exports_bucket, sources_key(file.key))
    if body is None:
        raise Conflict("This export is not ready.", slug="not-ready")
    source_ids: list[str] = json.loads(body)
    reads_all = _reads_runs if export.type == "analysis" else _reads_projects
    if not reads_all(export, source_ids, user_id):
        raise Forbidden(
            "You may no longer read everything that this export holds; it can't be downloaded.", slug="right-lost"
        )


def _reads_projects(_: Export, project_ids: Sequence[str], user_id: str) -> bool:
    found = namespaces.find_many(project_ids)
    roles = (permissions.readable(user_id, found[one]) if one in found else None for one in project_ids)
    return all(role is not None and role >= Role.ANALYST for role in roles)


def _reads_runs(export: Export, run_ids: Sequence[str], user_id: str) -> bool:
    asked = RunsAsked(export.parameters["analysis_type"], export.namespace_id, tuple(run_ids))
    try:
        return asked.found(user_id).keys() == set(run_ids)
    except (Forbidden, NotFound):
        return False


def link_to(export: Export, user_id: str) -> Link:
    """A link to the file of a ready export, good for 15 minutes. Raises Conflict or Forbidden."""
    file = file_of(export)
    check_sources(export, file, user_id)
    name = download_name(export, file)
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    url = aws.s3().generate_presigned_url(
        "get_object",
        Params={
            "Bucket": settings().exports_bucket,
            "Key": file.key,
            "ResponseContentDisposition": disposition,
            "ResponseContentType": _CONTENT_TYPES[file.ending],
        },
        ExpiresIn=int(LINK_LASTS.total_seconds()),
    )
    report_url = _json_link(report_key(file.key)) if export.type == "linelist" else None
    return Link(url, name, file.size, file.crc32, times.to_text(times.now() + LINK_LASTS), report_url)


def manifest_link(export: Export) -> str:
    """A link to the whole manifest.json of a ready export, good for 15 minutes."""
    return _json_link(manifest_key(export.id))


def _json_link(key: str) -> str:
    return aws.s3().generate_presigned_url(
        "get_object",
        Params={"Bucket": settings().exports_bucket, "Key": key, "ResponseContentType": "application/json"},
        ExpiresIn=int(LINK_LASTS.total_seconds()),
    )
