"""The analysis export: the outputs of workflow executions (runs), in one archive."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from pydantic import Field

from chalicelib.access.roles import Role
from chalicelib.catalog.namespaces import permissions
from chalicelib.catalog.namespaces import repository as namespaces
from chalicelib.catalog.runs.model import Run, RunSample
from chalicelib.catalog.runs.states import RunState
from chalicelib.catalog.samples import repository as samples
from chalicelib.errors import Violation, message
from chalicelib.exports.contents.analysis import Layout, analysis_pieces
from chalicelib.exports.contents.items import Contents, Piece, Skipped
from chalicelib.exports.estimate import Estimate, extrapolate
from chalicelib.exports.packaging import Packaging, PackagingName, assembled_bytes, packaging_in
from chalicelib.exports.types.base import CodedViolation, ExportBody, ExportType, example, invalid, limit_violations
from chalicelib.exports.types.run_selection import AnalysisType, RunSelection, contents_by_run, may_read_runs
from chalicelib.ids import GivenId, RequiredId

MAX_RUNS = 5_000
MAX_SAMPLED = 1_000  # runs and samples whose outputs an estimate counts; planning reads them all
_IDS = "/workflow_execution_ids"
LayoutName = Annotated[
    Literal["flat", "tree"],
    Field(
        description="`flat`: all outputs directly in the folder of their run or sample. `tree`: in the folders that the"
        " pipeline gave them (`multiqc/multiqc_report.html`)."
    ),
]


@dataclass(frozen=True, slots=True)
class AnalysisExportSpec:
    """A validated request for outputs."""

    runs: RunSelection
    packaging: Packaging = Packaging.ARCHIVE
    layout: Layout = Layout.FLAT

    @property
    def namespace_id(self) -> str | None:
        return self.runs.namespace_id

    @property
    def parameters(self) -> dict[str, Any]:
        return {
            "namespace_id": self.runs.namespace_id,
            "analysis_type": self.runs.analysis_type,
            "workflow_execution_count": len(self.runs.run_ids),
            "packaging": self.packaging.value,
            "layout": self.layout.value,
        }

    def to_json(self) -> dict[str, Any]:
        return {**self.runs.to_json(), "packaging": self.packaging.value, "layout": self.layout.value}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "AnalysisExportSpec":
        """The spec that `to_json` wrote."""
        layout = Layout(document.get("layout", Layout.FLAT))  # requests made before there was a choice have none
        return cls(RunSelection.from_json(document), packaging_in(document), layout)

    def plan(self, user_id: str, *, excluded: Mapping[str, str]) -> Iterator[Piece]:
        allowed = self.runs.resolve(user_id)
        missing = [
            Skipped(run_id, "workflow-execution-not-found") for run_id in self.runs.run_ids if run_id not in allowed
        ]
        runs = [allowed[run_id] for run_id in self.runs.run_ids if run_id in allowed]
        return _pieces(runs, excluded=excluded, skipped=missing, layout=self.layout)


class AnalysisExportRequest(ExportBody):
    """The body of `POST /exports` for the outputs of workflow executions."""

    model_config = example(
        type="analysis",
        analysis_type="project",
        namespace_id="INXT_PRJ_AZKFAVKQ3L",
        workflow_execution_ids=["6a5f9a0e-2f0b-4c8e-9d3a-0b1c2d3e4f50"],
    )

    type: Literal["analysis"]
    analysis_type: AnalysisType
    namespace_id: RequiredId | None = None
    workflow_execution_ids: Annotated[list[GivenId], Field(default_factory=list, max_length=MAX_RUNS)]
    packaging: PackagingName = "archive"
    layout: LayoutName = "flat"

    def to_spec(self, user_id: str) -> AnalysisExportSpec:
        selection, runs = self._validated(user_id)
        if len(_sample_of(runs)) == len(runs):
            violations = _content_violations(Contents.of(_pieces(runs)), Packaging(self.packaging))
            if violations:
                raise invalid(violations)
        return AnalysisExportSpec(selection, Packaging(self.packaging), Layout(self.layout))

    def estimate(self, user_id: str) -> Estimate:
        _, runs = self._validated(user_id)
        sampled = _sample_of(runs)
        contents = Contents.of(_pieces(sampled))
        estimate = extrapolate(contents.items, len(runs), len(sampled))
        return replace(estimate, samples=_sample_count(contents) * len(runs) // len(sampled))

    def _validated(self, user_id: str) -> tuple[RunSelection, list[Run]]:
        """The selected runs, each once, in the order of the request. Raises Invalid with every violation, NotFound or
        Forbidden for the namespace (at least analyst)."""
        namespace_id, violations = self._namespace(user_id)
        ids = tuple(dict.fromkeys(self.workflow_execution_ids))
        selection = RunSelection(self.analysis_type, namespace_id, ids)
        allowed = {} if violations else selection.resolve(user_id)
        if not ids:
            violation = Violation(_IDS, "Select at least one workflow execution.")
            violations.append(CodedViolation("no-workflow-execution", violation))
        elif not violations:
            violations += _run_violations(self.workflow_execution_ids, allowed)
        if violations:
            raise invalid(violations)
        return selection, [allowed[run_id] for run_id in ids]

    def _namespace(self, user_id: str) -> tuple[str | None, list[CodedViolation]]:
        """The namespace's id, and violations about it."""
        pointer = "/namespace_id"
        if self.analysis_type == "user":
            if self.namespace_id is None:
                return None, []
            violation = Violation(pointer, "Omit namespace_id when analysis_type is 'user'.")
            return None, [CodedViolation("invalid", violation)]
        if self.namespace_id is None:
            return None, [CodedViolation("invalid", Violation(pointer, "This field is required."))]
        namespace = namespaces.find(self.namespace_id)
        permissions.require(user_id, namespace, Role.ANALYST)
        if namespace.type == self.analysis_type:
            return namespace.id, []
        must_be_group = Violation(pointer, "Must be a group.")
        violation = must_be_group if self.analysis_type == "group" else Violation(pointer, "Must be a project.")
        return namespace.id, [CodedViolation("invalid", violation)]


TYPE = ExportType(
    name="analysis",
    body=AnalysisExportRequest,
    spec_from_json=AnalysisExportSpec.from_json,
    may_read=may_read_runs,
    manifest_title="Analysis Export",
)


def _sample_of(runs: Sequence[Run]) -> Sequence[Run]:
    """As many of the runs as can be read within a request; at least one."""
    weight = 0
    for position, run in enumerate(runs):
        weight += 1 + run.sample_count
        if weight > MAX_SAMPLED and position:
            return runs[:position]
    return runs


def _pieces(
    runs: Sequence[Run],
    *,
    excluded: Mapping[str, str] | None = None,
    skipped: Sequence[Skipped] = (),
    layout: Layout = Layout.FLAT,
) -> Iterator[Piece]:
    parts = dict(contents_by_run(runs))
    sample_ids = {part.sample_id for run_parts in parts.values() for part in run_parts if isinstance(part, RunSample)}
    names = {sample_id: sample.name for sample_id, sample in samples.find_many(sorted(sample_ids)).items()}
    return analysis_pieces(runs, parts, names, excluded=excluded or {}, skipped=skipped, layout=layout)


def _run_violations(run_ids: Sequence[str], allowed: Mapping[str, Run]) -> list[CodedViolation]:
    violations = []
    for position, run_id in enumerate(run_ids):
        run, pointer = allowed.get(run_id), f"{_IDS}/{position}"
        if run is None:
            detail = message("There is no such workflow execution here, or you may not export it.")
            violations.append(CodedViolation("workflow-execution-not-found", Violation(pointer, detail)))
        elif run.state is not RunState.COMPLETED:
            detail = message("This execution is {state}; only completed ones can be exported.", state=run.state.value)
            violations.append(CodedViolation("not-completed", Violation(pointer, detail)))
    return violations


def _content_violations(contents: Contents, packaging: Packaging) -> list[CodedViolation]:
    if not contents.items:
        return [CodedViolation("no-output", Violation(_IDS, "None of these executions has an output."))]
    size = assembled_bytes(contents.items, packaging)
    return limit_violations(_IDS, samples=_sample_count(contents), files=len(contents.items), size=size)


def _sample_count(contents: Contents) -> int:
    return sum(1 for folder in contents.folders if folder.kind == "sample")
