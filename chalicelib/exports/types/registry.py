"""What somebody asks for when they create an export: a body for each type, and the wish that is kept of it.

Each type has a module of its own with its body, its wish, `accept` and `foresee`; here is the one place that knows all.
"""

from collections.abc import Mapping
from typing import Any

from chalicelib.exports.estimate import Estimate
from chalicelib.exports.types import analysis, linelist, sample
from chalicelib.exports.types.analysis import AnalysisExportRequest, AnalysisWish
from chalicelib.exports.types.linelist import LinelistExportRequest, LinelistWish
from chalicelib.exports.types.sample import SampleExportRequest, SampleWish

ExportRequest = SampleExportRequest | LinelistExportRequest | AnalysisExportRequest
Wish = SampleWish | LinelistWish | AnalysisWish
REQUESTS: Mapping[str, type[ExportRequest]] = {
    "sample": SampleExportRequest,
    "linelist": LinelistExportRequest,
    "analysis": AnalysisExportRequest,
}


def accept(request: ExportRequest, user_id: str) -> Wish:
    """The wish of a request that keeps all rules.

    Raises NotFound or Forbidden for the namespace (at least analyst), and Invalid with every broken rule (its slug is
    that of the rule where all rows are of one).
    """
    match request:
        case SampleExportRequest():
            return sample.accept(request, user_id)
        case LinelistExportRequest():
            return linelist.accept(request, user_id)
        case AnalysisExportRequest():
            return analysis.accept(request, user_id)


def foresee(request: ExportRequest, user_id: str) -> Estimate:
    """What the export of this request would hold. Raises as `accept` does, but for limits and missing files."""
    match request:
        case SampleExportRequest():
            return sample.foresee(request, user_id)
        case LinelistExportRequest():
            return linelist.foresee(request, user_id)
        case AnalysisExportRequest():
            return analysis.foresee(request, user_id)


def to_document(wish: Wish) -> dict[str, Any]:
    """The wish as JSON; lies in the work bucket, for the planning."""
    match wish:
        case SampleWish():
            return {"type": "sample", **wish.to_document()}
        case LinelistWish():
            return {"type": "linelist", **wish.to_document()}
        case AnalysisWish():
            return {"type": "analysis", **wish.to_document()}


def wish_of(document: Mapping[str, Any]) -> Wish:
    """The wish that `to_document` wrote."""
    match document["type"]:
        case "sample":
            return SampleWish.from_document(document)
        case "linelist":
            return LinelistWish.from_document(document)
        case "analysis":
            return AnalysisWish.from_document(document)
        case unknown:
            raise ValueError(f"{unknown!r} is no type of export")
