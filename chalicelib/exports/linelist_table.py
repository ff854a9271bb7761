"""The rows of a planned linelist with the catalog's present values, and the report of omitted samples."""

import json
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor

from chalicelib.access.roles import Role
from chalicelib.catalog.namespaces import permissions
from chalicelib.catalog.namespaces import repository as namespaces
from chalicelib.catalog.samples import repository as samples
from chalicelib.catalog.samples.model import SampleMetadata
from chalicelib.exports.contents.linelist_plan import LinelistPlan
from chalicelib.linelist.rows import Columns, Row

# A sample's metadata may have 300 kB: the read-ahead determines how much memory is needed.
_CHUNK, _PREFETCH = 50, 3


class LinelistTable:
    """The rows of a linelist, read once. Samples that were deleted since the plan are skipped and recorded."""

    def __init__(self, plan: LinelistPlan, columns: Columns, user_id: str) -> None:
        self.columns = columns
        self._plan = plan
        self._readable = _readable(plan, user_id)
        self._lost: dict[str, str] = {}
        self.done = 0  # planned samples processed so far, included or not

    @property
    def included(self) -> int:
        """How many samples have a row so far."""
        return self.done - len(self._lost)

    @property
    def lost(self) -> Mapping[str, str]:
        """Planned samples without a row so far, with the reasons."""
        return self._lost

    @property
    def source_ids(self) -> list[str]:
        """The projects of the rows, for which a download checks permissions again."""
        return [project_id for project_id in self._plan.project_puids if project_id in self._readable]

    def rows(self) -> Iterator[Row]:
        """The rows, in the plan's order."""
        puids, row = self._plan.project_puids, self.columns.row
        for planned, sample in zip(self._plan.samples, self._read(), strict=True):
            self.done += 1
            if planned.project_id not in self._readable:
                self._lost[planned.id] = "no-longer-allowed"
            elif sample is None:
                self._lost[planned.id] = "sample-not-found"
            else:
                yield row(sample.puid, sample.name, puids[planned.project_id], sample.metadata)

    def _read(self) -> Iterator[SampleMetadata | None]:
        ids = [planned.id for planned in self._plan.samples]
        chunks = [ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK)]
        with ThreadPoolExecutor(_PREFETCH, "read") as pool:
            ahead: deque[Future[dict[str, SampleMetadata]]] = deque()
            coming = iter(chunks)
            for chunk in chunks:
                while len(ahead) < _PREFETCH and (following := next(coming, None)) is not None:
                    ahead.append(pool.submit(samples.find_metadata, following))
                found = ahead.popleft().result()
                yield from map(found.get, chunk)


def report_lines(plan: LinelistPlan, lost: Mapping[str, str]) -> Iterator[str]:
    """The report as JSON, one row per line, for every requested sample: `{"id", "outcome":
    "included"|"skipped", "row"?, "reason"?}`; rows count from 1, without the header. `lost` has the reasons of planned
    samples without a row."""
    before, number = "[\n", 0
    for skipped in plan.skipped:
        yield before + json.dumps({"id": skipped.id, "outcome": "skipped", "reason": skipped.reason})
        before = ",\n"
    for planned in plan.samples:
        reason = lost.get(planned.id)
        number += reason is None
        details = {"row": number} if reason is None else {"reason": reason}
        outcome = "included" if reason is None else "skipped"
        yield before + json.dumps({"id": planned.id, "outcome": outcome, **details})
        before = ",\n"
    yield "\n]"


def _readable(plan: LinelistPlan, user_id: str) -> frozenset[str]:
    projects = namespaces.find_many(plan.project_puids).values()
    roles = {project.id: permissions.effective_role(user_id, project) for project in projects}
    return frozenset(project_id for project_id, role in roles.items() if role is not None and role >= Role.ANALYST)
