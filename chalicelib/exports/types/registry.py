"""All export types. A new type is a module beside this one and an entry here."""

from collections.abc import Mapping
from typing import Any

from chalicelib.exports.types import analysis, linelist, sample
from chalicelib.exports.types.base import ExportSpec, ExportType

TYPES: Mapping[str, ExportType] = {kind.name: kind for kind in (sample.TYPE, linelist.TYPE, analysis.TYPE)}


def spec_to_json(type_name: str, spec: ExportSpec) -> dict[str, Any]:
    """The document that is stored in the work bucket when an export is created."""
    return {"type": type_name, **spec.to_json()}


def spec_from_json(document: Mapping[str, Any]) -> ExportSpec:
    """The spec that `spec_to_json` wrote."""
    return TYPES[document["type"]].spec_from_json(document)
