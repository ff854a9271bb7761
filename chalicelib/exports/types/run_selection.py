"""The workflow executions that somebody asks for, and which of them they may export."""

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
from chalicelib.catalog.runs.contents import Output, RunSample
from chalicelib.catalog.runs.repository import Run

AnalysisType = Literal["user", "project", "group"]
_READERS = 16
_CHUNK = 64


@dataclass(frozen=True, slots=True)
class RunSelection:
    """Runs by their ids, each once: of a user's own, or of a project's or group's. `namespace_id` None: a user's."""

    analysis_type: AnalysisType
    namespace_id: str | None
    run_ids: tuple[str, ...]

    def to_document(self) -> dict[str, Any]:
        """The runs as JSON."""
        return {"analysis_type": self.analysis_type, "namespace_id": self.namespace_id, "run_ids": self.run_ids}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "RunSelection":
        """The runs that `to_document` wrote."""
        return cls(document["analysis_type"], document["namespace_id"], tuple(document["run_ids"]))

    def found(self, user_id: str) -> dict[str, Run]:
        """Those that the user may export now, by id. Raises NotFound or Forbidden for the namespace (at least analyst).

        A user exports what they have submitted, where they are an analyst now; from a project what is automated there
        or shared with it; from a group what is shared with it.
        """
        if self.namespace_id is not None:
            permissions.require(user_id, namespaces.find(self.namespace_id), Role.ANALYST)
        there = workflow_executions.find_many(self.run_ids)
        role_in = run_permissions.roles_by_namespace(user_id)
        return {run_id: run for run_id, run in there.items() if self._allows(run, user_id, role_in)}

    def _allows(self, run: Run, user_id: str, role_in: Callable[[str], Role | None]) -> bool:
        match self.analysis_type:
            case "user":
                role = role_in(run.namespace_id)
                return run.submitter_id == user_id and role is not None and role >= Role.ANALYST
            case "project":
                return run.namespace_id == self.namespace_id and run.is_open
            case "group":
                return run.namespace_id == self.namespace_id and run.shared


def contents_by_run(runs: Sequence[Run]) -> Iterator[tuple[str, list[RunSample | Output]]]:
    """What each run is made of, as (run id, parts); read a chunk at a time, so that asking for the first does not read
    them all."""
    with ThreadPoolExecutor(_READERS) as pool:
        for start in range(0, len(runs), _CHUNK):
            chunk = [run.id for run in runs[start : start + _CHUNK]]
            yield from zip(chunk, pool.map(lambda run_id: list(run_contents.of_run(run_id)), chunk), strict=True)
