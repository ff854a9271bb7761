"""What is announced of exports to other systems. It has no links to data: receivers read the export by the API."""

from chalicelib.exports.model import Export, ExportedFile
from chalicelib.outbox import Announcement, Topic, announcement_id
from chalicelib.settings import settings


def page_of(export: Export) -> str:
    """The URL of the export's page."""
    return f"{settings().pages_url or export.pages_url}/exports/{export.id}"


def ready(export: Export, file: ExportedFile, *, at: str, expires_at: str, skipped: int) -> Announcement:
    """The export can be downloaded."""
    more = {
        "ready_at": at,
        "expires_at": expires_at,
        "size": file.size,
        "crc32": file.crc32,
        "files": file.files,
        "skipped": skipped,
    }
    return _announcement(export, Topic.EXPORT_READY, at, "ready", **more)


def failed(export: Export, code: str, *, at: str) -> Announcement:
    """The export failed, for the reason with this code."""
    return _announcement(export, Topic.EXPORT_FAILED, at, "failed", failure=code)


def expiring(export: Export, *, at: str) -> Announcement:
    """The export was not downloaded and expires soon."""
    return _announcement(export, Topic.EXPORT_EXPIRING, at, "ready", expires_at=export.expires_at)


def _announcement(export: Export, topic: Topic, at: str, status: str, **more: object) -> Announcement:
    data = {
        "id": export.id,
        "type": export.type,
        "name": export.name,
        "status": status,
        "user_id": export.user_id,
        "namespace_id": export.namespace_id,
        "created_at": export.created_at,
        "url": page_of(export),
        **more,
    }
    subject = (export.id, str(export.attempt), str(more.get("expires_at", "")))
    return Announcement(announcement_id(topic, *subject), topic, at, export.user_id, export.namespace_id, data)
