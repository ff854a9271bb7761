"""The files of an export that assembles none, page by page, with links to where they are."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib import timestamps
from chalicelib.errors import NotFound
from chalicelib.exports.contents.file_table import ListedFile, from_row, to_rows
from chalicelib.exports.contents.items import Item
from chalicelib.exports.download import LINK_LASTS, attachment, presigned_url
from chalicelib.exports.model import Export
from chalicelib.exports.packaging import Packaging, packaging_of
from chalicelib.exports.source_permissions import file_of, require_sources
from chalicelib.exports.storage import files_key, get_object, put_export
from chalicelib.settings import settings

_ROWS = 1_000  # of one stored object: as many as a page may have


@dataclass(frozen=True, slots=True)
class LinkedFile:
    """A file, and a presigned URL of it that is valid until `expires_at`."""

    file: ListedFile
    url: str
    expires_at: str


def save_files(file_key: str, items: Sequence[Item]) -> None:
    """Store the files beside the export's file, in objects of 1,000."""
    for number, start in enumerate(range(0, len(items), _ROWS)):
        rows = to_rows(items[start : start + _ROWS])
        put_export(files_key(file_key, number), json.dumps(rows, ensure_ascii=False).encode())


def linked_files(export: Export, user_id: str, start: int, limit: int) -> list[LinkedFile]:
    """At most `limit` files from position `start`, in the manifest's order. Raises NotFound for an export with another
    packaging, Conflict before it is ready, and Forbidden if the user may no longer read all its sources."""
    file = file_of(export)
    if packaging_of(export) is not Packaging.MANIFEST:
        raise NotFound("The files of this export are in its archive.")
    require_sources(export, user_id)
    rows: list[ListedFile] = []
    for number in range(start // _ROWS, (start + limit - 1) // _ROWS + 1):
        body = get_object(settings().exports_bucket, files_key(file.key, number))
        if body is None:
            break
        rows += map(from_row, json.loads(body))
    offset = start % _ROWS
    expires_at = timestamps.format(timestamps.now() + LINK_LASTS)
    return [LinkedFile(row, _url(row), expires_at) for row in rows[offset : offset + limit]]


def _url(file: ListedFile) -> str:
    params = {"ResponseContentDisposition": attachment(file.path.rsplit("/", 1)[-1])}
    if file.version_id is not None:
        params["VersionId"] = file.version_id
    return presigned_url(file.bucket, file.key, params)
