"""All export types. A new type is a module beside this one and an entry here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.exports.types import analysis, linelist, sample
from chalicelib.exports.types.base import ExportSpec, ExportType

TYPES: Mapping[str, ExportType] = {kind.name: kind for kind in (sample.TYPE, linelist.TYPE, analysis.TYPE)}


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """A validated request for an export: what to export, and how it is named and announced."""

    type: str
    spec: ExportSpec
    name: str | None
    email_notification: bool


def request_to_json(request: ExportRequest) -> dict[str, Any]:
    """The document that is stored in the work bucket when an export is created."""
    named = {"name": request.name, "email_notification": request.email_notification}
    return {"type": request.type, **named, **request.spec.to_json()}


def request_from_json(document: Mapping[str, Any]) -> ExportRequest:
    """The request that `request_to_json` wrote."""
    spec = spec_from_json(document)
    return ExportRequest(document["type"], spec, document["name"], document["email_notification"])


def spec_from_json(document: Mapping[str, Any]) -> ExportSpec:
    """The spec in the document that `request_to_json` wrote."""
    return TYPES[document["type"]].spec_from_json(document)
