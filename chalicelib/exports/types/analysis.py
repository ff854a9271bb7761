"""A request for the outputs of workflow executions, and the rules that it must keep."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from pydantic import Field

from chalicelib.access.roles import Role
from chalicelib.catalog.namespaces import permissions
from chalicelib.catalog.namespaces import repository as namespaces
from chalicelib.catalog.runs.contents import RunSample
from chalicelib.catalog.runs.repository import Run
from chalicelib.catalog.runs.states import RunState
from chalicelib.catalog.samples import repository as samples
from chalicelib.errors import Violation, message
from chalicelib.exports.contents.analysis import analysis_contents
from chalicelib.exports.contents.items import Contents, Skipped
from chalicelib.exports.estimate import Estimate, scaled
from chalicelib.exports.types.base import CodedViolation, ExportBody, invalid, limit_rules
from chalicelib.exports.types.run_selection import AnalysisType, RunSelection, contents_by_run
from chalicelib.ids import GivenId, RequiredId

MAX_RUNS = 5_000
MAX_SAMPLED = 5_000  # runs and samples whose outputs are counted before the work begins; the planning looks at the rest
_IDS = "/workflow_execution_ids"


class AnalysisExportRequest(ExportBody):
    """The body of `POST /exports` for the outputs of workflow executions."""

    type: Literal["analysis"]
    analysis_type: AnalysisType
    namespace_id: RequiredId | None = None
    workflow_execution_ids: Annotated[list[GivenId], Field(default_factory=list, max_length=MAX_RUNS)]


@dataclass(frozen=True, slots=True)
class AnalysisExportSpec:
    """What the planning needs to know of a request for outputs."""

    runs: RunSelection

    @property
    def namespace_id(self) -> str | None:
        return self.runs.namespace_id

    @property
    def parameters(self) -> dict[str, Any]:
        """What the export shows of its request."""
        return {
            "namespace_id": self.runs.namespace_id,
            "analysis_type": self.runs.analysis_type,
            "workflow_execution_count": len(self.runs.run_ids),
        }

    def to_document(self) -> dict[str, Any]:
        """The wish as JSON."""
        return self.runs.to_document()

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "AnalysisExportSpec":
        """The wish that `to_document` wrote."""
        return cls(RunSelection.from_document(document))


def validate(request: AnalysisExportRequest, user_id: str) -> AnalysisExportSpec:
    """The wish of a request that keeps all rules. Raises as `request.accept` does."""
    asked, runs = _checked(request, user_id)
    if len(_sample_of(runs)) == len(runs):
        rules = _content_rules(_contents(runs, excluded={}, skipped=()))
        if rules:
            raise invalid(rules)
    return AnalysisExportSpec(asked)


def estimate(request: AnalysisExportRequest, user_id: str) -> Estimate:
    """What the export of this request would hold. Raises as `request.foresee` does."""
    _, runs = _checked(request, user_id)
    looked_at = _sample_of(runs)
    contents = _contents(looked_at, excluded={}, skipped=())
    part = scaled(contents.items, len(runs), len(looked_at))
    return replace(part, samples=_sample_count(contents) * len(runs) // len(looked_at))


def _sample_of(runs: Sequence[Run]) -> Sequence[Run]:
    """As many of the runs as can be looked at while somebody waits; at least one."""
    weight = 0
    for position, run in enumerate(runs):
        weight += 1 + run.sample_count
        if weight > MAX_SAMPLED and position:
            return runs[:position]
    return runs


def contents_of(wish: AnalysisExportSpec, user_id: str, *, excluded: Mapping[str, str]) -> Contents:
    """The contents that a wish means now. Raises NotFound or Forbidden for its namespace."""
    found = wish.runs.found(user_id)
    missing = [Skipped(run_id, "workflow-execution-not-found") for run_id in wish.runs.run_ids if run_id not in found]
    runs = [found[run_id] for run_id in wish.runs.run_ids if run_id in found]
    return _contents(runs, excluded=excluded, skipped=missing)


def _contents(runs: Sequence[Run], *, excluded: Mapping[str, str], skipped: Sequence[Skipped]) -> Contents:
    parts = dict(contents_by_run(runs))
    asked = {part.sample_id for one in parts.values() for part in one if isinstance(part, RunSample)}
    names = {sample_id: sample.name for sample_id, sample in samples.find_many(sorted(asked)).items()}
    return analysis_contents(runs, parts, names, excluded=excluded, skipped=skipped)


def _checked(request: AnalysisExportRequest, user_id: str) -> tuple[RunSelection, list[Run]]:
    """The runs of a request, each once, in the order asked for. Raises Invalid with every broken rule, NotFound or
    Forbidden for the namespace (at least analyst)."""
    namespace_id, rules = _place(request, user_id)
    ids = tuple(dict.fromkeys(request.workflow_execution_ids))
    asked = RunSelection(request.analysis_type, namespace_id, ids)
    found = {} if rules else asked.found(user_id)
    if not ids:
        rules.append(
            CodedViolation("no-workflow-execution", Violation(_IDS, "Choose at least one workflow execution."))
        )
    elif not rules:
        rules += _run_rules(request.workflow_execution_ids, found)
    if rules:
        raise invalid(rules)
    return asked, [found[run_id] for run_id in ids]


def _place(request: AnalysisExportRequest, user_id: str) -> tuple[str | None, list[CodedViolation]]:
    """The id of the namespace that is meant, and the rules that it breaks."""
    pointer = "/namespace_id"
    if request.analysis_type == "user":
        if request.namespace_id is not None:
            return None, [
                CodedViolation("invalid", Violation(pointer, "An analysis of one's own executions is of no namespace."))
            ]
        return None, []
    if request.namespace_id is None:
        return None, [CodedViolation("invalid", Violation(pointer, "This field is required."))]
    namespace = namespaces.find(request.namespace_id)
    permissions.require(user_id, namespace, Role.ANALYST)
    if namespace.type != request.analysis_type:
        is_group = request.analysis_type == "group"
        flaw = (
            Violation(pointer, "This must be a group.") if is_group else Violation(pointer, "This must be a project.")
        )
        return namespace.id, [CodedViolation("invalid", flaw)]
    return namespace.id, []


def _run_rules(asked: Sequence[str], found: Mapping[str, Run]) -> list[CodedViolation]:
    rules = []
    for position, run_id in enumerate(asked):
        run, pointer = found.get(run_id), f"{_IDS}/{position}"
        if run is None:
            rule = message("No such workflow execution here, or it may not be exported by you.")
            rules.append(CodedViolation("workflow-execution-not-found", Violation(pointer, rule)))
        elif run.state is not RunState.COMPLETED:
            rule = message("This execution is {state}; only completed ones can be exported.", state=run.state.value)
            rules.append(CodedViolation("not-completed", Violation(pointer, rule)))
    return rules


def _content_rules(contents: Contents) -> list[CodedViolation]:
    if not contents.items:
        return [CodedViolation("no-output", Violation(_IDS, "None of these executions has an output."))]
    size = sum(item.size for item in contents.items)
    return limit_rules(_IDS, samples=_sample_count(contents), files=len(contents.items), size=size)


def _sample_count(contents: Contents) -> int:
    return sum(1 for folder in contents.folders if folder.kind == "sample")
