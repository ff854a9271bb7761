"""What somebody asks for when they create an export: a body for each type, and the wish that is kept of it.

Each type has a module of its own with its body, its wish, `accept` and `foresee`; here is the one place that knows all.
"""

from collections.abc import Mapping
from typing import Any

from chalicelib.exports.estimate import Estimate
from chalicelib.exports.types import analysis, linelist, sample
from chalicelib.exports.types.analysis import AnalysisExportRequest, AnalysisExportSpec
from chalicelib.exports.types.linelist import LinelistExportRequest, LinelistExportSpec
from chalicelib.exports.types.sample import SampleExportRequest, SampleExportSpec

ExportRequest = SampleExportRequest | LinelistExportRequest | AnalysisExportRequest
ExportSpec = SampleExportSpec | LinelistExportSpec | AnalysisExportSpec
REQUESTS: Mapping[str, type[ExportRequest]] = {
    "sample": SampleExportRequest,
    "linelist": LinelistExportRequest,
    "analysis": AnalysisExportRequest,
}


def validate(request: ExportRequest, user_id: str) -> ExportSpec:
    """The wish of a request that keeps all rules.

    Raises NotFound or Forbidden for the namespace (at least analyst), and Invalid with every broken rule (its slug is
    that of the rule where all rows are of one).
    """
    match request:
        case SampleExportRequest():
            return sample.validate(request, user_id)
        case LinelistExportRequest():
            return linelist.validate(request, user_id)
        case AnalysisExportRequest():
            return analysis.validate(request, user_id)


def estimate(request: ExportRequest, user_id: str) -> Estimate:
    """What the export of this request would hold. Raises as `accept` does, but for limits and missing files."""
    match request:
        case SampleExportRequest():
            return sample.estimate(request, user_id)
        case LinelistExportRequest():
            return linelist.estimate(request, user_id)
        case AnalysisExportRequest():
            return analysis.estimate(request, user_id)


def spec_to_json(wish: ExportSpec) -> dict[str, Any]:
    """The wish as JSON; lies in the work bucket, for the planning."""
    match wish:
        case SampleExportSpec():
            return {"type": "sample", **wish.to_document()}
        case LinelistExportSpec():
            return {"type": "linelist", **wish.to_document()}
        case AnalysisExportSpec():
            return {"type": "analysis", **wish.to_document()}


def spec_from_json(document: Mapping[str, Any]) -> ExportSpec:
    """The wish that `to_document` wrote."""
    match document["type"]:
        case "sample":
            return SampleExportSpec.from_document(document)
        case "linelist":
            return LinelistExportSpec.from_document(document)
        case "analysis":
            return AnalysisExportSpec.from_document(document)
        case unknown:
            raise ValueError(f"{unknown!r} is no type of export")
