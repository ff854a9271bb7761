"""Operations on what is in a ready export: preview, skipped items and download; each checks the caller's access to the
sources again."""

from typing import Annotated, cast

from chalice.app import Request

from chalicelib import timestamps
from chalicelib.access.personal_access_tokens import Scope
from chalicelib.access.users import User
from chalicelib.exports import lifecycle
from chalicelib.exports.contents.preview import MAX_INLINE_BYTES, level_of, search_in
from chalicelib.exports.download import link_to, manifest_bytes, manifest_link, preview_index
from chalicelib.exports.listed_files import linked_files
from chalicelib.exports.model import Export, Status
from chalicelib.exports.queries import get_owned
from chalicelib.exports.skipped import load_skipped
from chalicelib.exports.source_permissions import file_of, require_sources
from chalicelib.http.arguments import Query
from chalicelib.http.authentication import source_ip
from chalicelib.http.paging import Cursor, Paging, Sort, SortedPaging
from chalicelib.http.replies import NOT_STORED, EncodedJson, Reply, SeeOther
from chalicelib.http.router import Router
from chalicelib.http.schemas import export_contents as schemas
from chalicelib.http.schemas.base import Page
from chalicelib.http.schemas.export_contents import download_json, export_file_json, skipped_json

_PROBLEMS = ["gone", "not-ready", "right-lost", "role-too-low"]
_PAGES_OF_LINKS = 120  # a minute; signing 1,000 links takes half a second of CPU
router = Router("Exports")


@router.route("GET", "/exports/{export_id}/preview", scope=Scope.READ, problems=_PROBLEMS)
def get_export_preview(
    user: User,
    export_id: str,
    q: Annotated[str | None, Query("Only entries with this text in their name, and the folders above them.")],
    path: Annotated[str | None, Query("Only the children of this folder: names joined by `/`.")],
    cursor: Cursor,
) -> Reply[schemas.Preview] | EncodedJson[schemas.Preview]:
    """Get the contents of an archive as a tree

    The manifest as a whole, up to 5,000 files and 4 MiB; of a larger one its first level, and the rest folder by folder
    (`path`). Linelists have no preview."""
    export = _readable(export_id, user)
    index = preview_index(export)
    manifest = b"" if index else manifest_bytes(export)
    if q:
        search = index.search(q) if index else search_in(manifest, q)
        return Reply(_preview({**search.document, "matches": search.matches, "manifest_url": manifest_link(export)}))
    if path is None and cursor.position is None and not index and len(manifest) <= MAX_INLINE_BYTES:
        return EncodedJson(manifest)
    start = int(cursor.position or 0)
    level = index.level_of(path or "", start) if index else level_of(manifest, path or "", start)
    next_cursor = cursor.encode(None if level.next is None else str(level.next))
    return Reply(_preview({**level.document, "next_cursor": next_cursor, "manifest_url": manifest_link(export)}))


@router.route("GET", "/exports/{export_id}/warnings", scope=Scope.READ, problems=_PROBLEMS)
def list_export_warnings(
    user: User, export_id: str, paging: Annotated[SortedPaging, Sort(("position",), "position")]
) -> Page[schemas.SkippedItem]:
    """List the requested items that an export does not contain, and why"""
    export = _readable(export_id, user)
    return paging.page_of(
        list(enumerate(load_skipped(export))),
        position=lambda numbered: f"{numbered[0]:09d}",
        shown=lambda items: [skipped_json(item) for _, item in items],
    )


@router.route("POST", "/exports/{export_id}/download", scope=Scope.READ, problems=_PROBLEMS)
def create_download_link(user: User, export_id: str, request: Request) -> Reply[schemas.Download]:
    """Get a presigned URL of the file, valid for 15 minutes

    S3 answers range requests at this URL, so that downloads resume."""
    export = get_owned(export_id, user.id)
    link = link_to(export, user.id)
    _record_download(export, user, request)
    return Reply(download_json(link), NOT_STORED)


@router.route(
    "GET", "/exports/{export_id}/files", scope=Scope.READ, problems=_PROBLEMS, calls_per_minute=_PAGES_OF_LINKS
)
def list_export_files(user: User, export_id: str, request: Request, paging: Paging) -> Reply[Page[schemas.ExportFile]]:
    """List the files of an export that assembles none, with presigned URLs

    Of exports with the packaging `manifest`. URLs are valid for 15 minutes: request a page when its files are
    downloaded. The caller's access to the sources is checked for each page."""
    export = get_owned(export_id, user.id)
    start = int(paging.cursor.position or 0)
    linked = linked_files(export, user.id, start, paging.limit)
    if start == 0:
        _record_download(export, user, request)
    total, end = file_of(export).files, start + len(linked)
    page = paging.page([export_file_json(each) for each in linked], str(end) if end < total else None, total)
    return Reply(page, NOT_STORED)


@router.route("GET", "/exports/{export_id}/download", scope=Scope.READ, problems=_PROBLEMS)
def download_export(user: User, export_id: str, request: Request) -> SeeOther:
    """Download the file, by a redirect to a presigned URL"""
    export = get_owned(export_id, user.id)
    link = link_to(export, user.id)
    _record_download(export, user, request)
    return SeeOther(None, {"Location": link.url, **NOT_STORED})


@router.route("HEAD", "/exports/{export_id}/download", scope=Scope.READ, problems=_PROBLEMS)
def head_export_download(user: User, export_id: str) -> SeeOther:
    """Get the file's headers, by a redirect to a URL that is presigned for HEAD"""
    link = link_to(get_owned(export_id, user.id), user.id, "head_object")
    return SeeOther(None, {"Location": link.url, **NOT_STORED})


def _preview(document: dict[str, object]) -> schemas.Preview:
    return cast("schemas.Preview", document)  # a part of the manifest, parsed from JSON


def _readable(export_id: str, user: User) -> Export:
    """The caller's export. Raises Forbidden if it is ready and the caller may no longer read its sources."""
    export = get_owned(export_id, user.id)
    if export.status is Status.READY:
        require_sources(export, user.id)
    return export


def _record_download(export: Export, user: User, request: Request) -> None:
    at = timestamps.format(timestamps.now())
    lifecycle.record_download(export, at=at, actor=user.id, source_ip=source_ip(request))
