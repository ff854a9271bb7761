"""The items that an export does not contain, and why."""

import json
from collections.abc import Sequence
from dataclasses import astuple

from chalicelib.exports.contents.items import Skipped
from chalicelib.exports.model import Export
from chalicelib.exports.source_permissions import file_of
from chalicelib.exports.storage import get_object, put_export, warnings_key
from chalicelib.settings import settings


def save_skipped(file_key: str, skipped: Sequence[Skipped]) -> None:
    """Store the skipped items beside the file, if there are any."""
    if skipped:
        rows = [astuple(left) for left in skipped]
        put_export(warnings_key(file_key), json.dumps(rows, ensure_ascii=False).encode())


def load_skipped(export: Export) -> list[Skipped]:
    """The items that a ready export does not contain, in the report's order. Raises Conflict before it is ready."""
    file = file_of(export)
    if not export.warnings:
        return []
    body = get_object(settings().exports_bucket, warnings_key(file.key))
    return [Skipped(*row) for row in json.loads(body or b"[]")]
