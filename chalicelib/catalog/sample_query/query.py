"""Queries over the samples of namespaces, by search, conditions on any column and order.

A namespace is read from its snapshot, of which only the needed columns are fetched, and from the samples that changed
since: a bounded number of reads however many samples there are. A query asks for a new snapshot when much has changed,
and raises NotIndexed when too much has.
"""

import json
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from chalicelib import aws
from chalicelib.catalog.namespaces import repository as namespaces
from chalicelib.catalog.sample_query import snapshot_store
from chalicelib.catalog.sample_query.changes import Change, changes_since
from chalicelib.catalog.sample_query.column import Cell, Column
from chalicelib.catalog.sample_query.columns import (
    PROJECT,
    PROJECT_NAME,
    PROJECT_PUID,
    PUID,
    UPDATED,
    columns_of,
)
from chalicelib.catalog.sample_query.conditions import Condition
from chalicelib.catalog.sample_query.evaluate import Order, Part, in_order, matching_rows, needed_columns
from chalicelib.catalog.sample_query.reading import read_samples
from chalicelib.catalog.samples import queries as sample_queries
from chalicelib.catalog.samples.index import counted
from chalicelib.errors import NotIndexed
from chalicelib.settings import settings

MAX_CHANGED = 2_000  # samples that a query reads one by one
REFRESH_AT = 500  # of them; from so many on a new snapshot is worth its price
_PAUSE = timedelta(seconds=20)  # between requests for a new snapshot


@dataclass(frozen=True, slots=True)
class Query:
    """Which samples: all that a search finds and that fulfil all conditions."""

    q: str | None = None
    conditions: tuple[Condition, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The query as members of a JSON document."""
        return {"q": self.q, "conditions": [condition.to_json() for condition in self.conditions]}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Query":
        """The query whose members `to_json` made; without conditions in documents of earlier versions."""
        return cls(document["q"], tuple(map(Condition.from_json, document.get("conditions", ()))))


EVERYTHING = Query()


def matching(
    namespace_ids: Sequence[str], query: Query, order: Order | None = None, *, is_bounded: bool = True
) -> list[str]:
    """The PUIDs of all samples in these namespaces that match, each once, in an order (by default that of the PUIDs).

    With `is_bounded` NotIndexed is raised if too many samples changed since the last snapshot; it will be there soon.
    """
    needed = needed_columns(query.q, query.conditions, order)
    of_projects = needed & {PROJECT_NAME, PROJECT_PUID}
    stored = needed - of_projects | ({PROJECT} if of_projects else set())
    parts = [part for id_ in namespace_ids for part in _parts(id_, stored, is_bounded=is_bounded)]
    if of_projects:
        parts = _with_projects(parts)
    rows = [matching_rows(part, query.q, query.conditions) for part in parts]
    return in_order(parts, rows, order or Order(PUID))


def _parts(namespace_id: str, needed: set[str], *, is_bounded: bool) -> list[Part]:
    """The samples of a namespace: those of the snapshot that did not change since, and those that did."""
    snapshot = snapshot_store.current(namespace_id)
    opened = None if snapshot is None else snapshot_store.open_snapshot(snapshot, needed)
    if snapshot is None or opened is None:
        if is_bounded and counted(namespace_id) > MAX_CHANGED:
            _request_refresh(namespace_id)
            raise NotIndexed
        everything = sample_queries.everything([namespace_id], None)
        present = [Change(entry.puid, entry.id, entry.updated_at) for entry in everything]
        return _changed_part(namespace_id, present, needed, is_bounded=is_bounded)
    columns = opened[1]
    updated, puid_values = columns[UPDATED], columns[PUID].values
    puids = [str(puid_values[code]) for code in columns[PUID].codes]  # in alphabetical order
    hidden = set()
    changed = []
    for change in changes_since(namespace_id, snapshot.since):
        row = bisect_left(puids, change.puid)
        if row < len(puids) and puids[row] == change.puid:
            if updated[row] == change.updated_at:
                continue
            hidden.add(row)
        changed.append(change)
    parts = _changed_part(namespace_id, changed, needed, is_bounded=is_bounded)
    return [Part(columns, frozenset(hidden)), *parts]


def _changed_part(namespace_id: str, changed: Sequence[Change], needed: set[str], *, is_bounded: bool) -> list[Part]:
    """The samples that changed, as they are now; none if there are none."""
    if len(changed) >= REFRESH_AT:
        _request_refresh(namespace_id)
    if is_bounded and len(changed) > MAX_CHANGED:
        raise NotIndexed
    ids = [change.sample_id for change in changed if change.sample_id is not None]
    current = sorted(read_samples(ids), key=lambda sample: sample.puid)
    return [Part(columns_of(current, {PUID, *needed}))] if current else []


def _with_projects(parts: Sequence[Part]) -> list[Part]:
    """The parts with the columns of their projects' names and PUIDs."""
    parts = [part for part in parts if part.rows]
    ids = {str(value) for part in parts for value in part.columns[PROJECT].values[1:]}
    projects = namespaces.find_many(sorted(ids))

    def column(part: Part, attribute: str) -> Column:
        stored = part.columns[PROJECT]
        found = (projects.get(str(value)) for value in stored.values[1:])
        values: list[Cell] = [None if project is None else getattr(project, attribute) for project in found]
        return Column((None, *values), stored.codes)

    return [
        replace(
            part,
            columns={**part.columns, PROJECT_NAME: column(part, "name"), PROJECT_PUID: column(part, "puid")},
        )
        for part in parts
    ]


def _request_refresh(namespace_id: str) -> None:
    """Invoke the function that makes a snapshot, unless that was done a moment ago. Without one (in the plan of an
    export) nothing is requested."""
    function = settings().refresh_function
    if function and snapshot_store.claim_refresh(namespace_id, pause=_PAUSE):
        payload = json.dumps({"namespace_id": namespace_id}).encode()
        aws.functions().invoke(FunctionName=function, InvocationType="Event", Payload=payload)
