"""The workflow executions (runs) of an analysis export, and which of them a user may export."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal

from chalicelib.access.roles import Role
from chalicelib.catalog.namespaces import permissions
from chalicelib.catalog.namespaces import repository as namespaces
from chalicelib.catalog.runs import contents as run_contents
from chalicelib.catalog.runs import permissions as run_permissions
from chalicelib.catalog.runs import repository as workflow_executions
from chalicelib.catalog.runs.model import Output, Run, RunSample
from chalicelib.errors import Forbidden, NotFound
from chalicelib.exports.model import Export

AnalysisType = Literal["user", "project", "group"]
_READERS = 16
_CHUNK = 64


@dataclass(frozen=True, slots=True)
class RunSelection:
    """Runs by id, each once: of a user (`namespace_id` None), a project or a group."""

    analysis_type: AnalysisType
    namespace_id: str | None
    run_ids: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {"analysis_type": self.analysis_type, "namespace_id": self.namespace_id, "run_ids": self.run_ids}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "RunSelection":
        """The selection that `to_json` wrote."""
        return cls(document["analysis_type"], document["namespace_id"], tuple(document["run_ids"]))

    def resolve(self, user_id: str) -> dict[str, Run]:
        """The runs that the user may export now, by id. Raises NotFound or Forbidden for the namespace (at least
        analyst).

        A user exports the runs they submitted, where they are an analyst now; from a project those automated there or
        shared with it; from a group those shared with it.
        """
        if self.namespace_id is not None:
            permissions.require(user_id, namespaces.find(self.namespace_id), Role.ANALYST)
        existing = workflow_executions.find_many(self.run_ids)
        role_in = run_permissions.roles_by_namespace(user_id)
        return {run_id: run for run_id, run in existing.items() if self._allows(run, user_id, role_in)}

    def _allows(self, run: Run, user_id: str, role_in: Callable[[str], Role | None]) -> bool:
        match self.analysis_type:
            case "user":
                role = role_in(run.namespace_id)
                return run.submitter_id == user_id and role is not None and role >= Role.ANALYST
            case "project":
                return run.namespace_id == self.namespace_id and run.is_open
            case "group":
                return run.namespace_id == self.namespace_id and run.shared


def may_read_runs(export: Export, run_ids: Sequence[str], user_id: str) -> bool:
    """May the user export all these runs of an analysis export now?"""
    selection = RunSelection(export.parameters["analysis_type"], export.namespace_id, tuple(run_ids))
    try:
        return selection.resolve(user_id).keys() == set(run_ids)
    except (Forbidden, NotFound):
        return False


def contents_by_run(runs: Sequence[Run]) -> Iterator[tuple[str, list[RunSample | Output]]]:
    """The samples and outputs of each run, as (run id, parts). Read in chunks, so that taking the first does not read
    them all."""
    with ThreadPoolExecutor(_READERS) as pool:
        for start in range(0, len(runs), _CHUNK):
            chunk = [run.id for run in runs[start : start + _CHUNK]]
            yield from zip(chunk, pool.map(lambda run_id: list(run_contents.of_run(run_id)), chunk), strict=True)
