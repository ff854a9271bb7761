"""Lists of runs: pages that cost a bounded number of reads, searched and filtered by walking the order's index."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

from chalicelib.catalog.runs.model import Run
from chalicelib.catalog.runs.states import RunState
from chalicelib.catalog.runs.table import RunRow, created_key, name_key, run_of, state_key, updated_key
from chalicelib.search import matches

SortKey = Literal["created_at", "name", "state", "updated_at"]
SORT_KEYS: tuple[SortKey, ...] = ("created_at", "name", "state", "updated_at")
MAX_COUNT = 10_000  # matches; beyond that, the total is a lower bound
MAX_ROWS_READ = 20_000  # rows that one page may read; then it is short, and the list continues at its cursor
_PAGE_SIZE = 1_000


@dataclass(frozen=True, slots=True)
class _Order:
    """Where an order is read, by which key, and a run's position in it: unique, and compared as text."""

    rows: Any
    key: Any
    position: Callable[[Run], str]


_ORDERS: dict[SortKey, _Order] = {
    "created_at": _Order(RunRow, RunRow.sk, created_key),
    "name": _Order(RunRow.by_name, RunRow.name_key, name_key),
    "state": _Order(RunRow.by_state, RunRow.state_key, state_key),
    "updated_at": _Order(RunRow.by_updated, RunRow.updated_key, updated_key),
}


@dataclass(frozen=True, slots=True)
class Page:
    """Runs of a list, in its order. `next` is the position after which the following page begins, None at the end.

    `total` counts all that the list holds; a lower bound where `total_is_exact` is False.
    """

    runs: tuple[Run, ...]
    next: str | None
    total: int
    total_is_exact: bool


def page(
    pk: str,
    *,
    sort: SortKey,
    descending: bool,
    q: str | None,
    state: RunState | None,
    after: str | None,
    limit: int,
    is_visible: Callable[[Run], bool] | None = None,
) -> Page:
    """A page of the list in this partition (`list_of_user`, `list_of_namespace`), filtered by `q`, `state` and
    `is_visible` (None: all are visible)."""

    def is_meant(run: Run) -> bool:
        is_found = matches(q, run.name or "", run.id) and (state is None or run.state is state)
        return is_found and (is_visible is None or is_visible(run))

    everything = not q and state is None and is_visible is None
    total, is_exact = _counted(pk) if everything else _matching(pk, is_meant)
    order = _ORDERS[sort]
    chosen: list[Run] = []
    walked, last = 0, None
    stream = _stream(pk, order, descending, after, min(limit + 1, _PAGE_SIZE) if everything else _PAGE_SIZE)
    for walked, run in enumerate(islice(stream, MAX_ROWS_READ), 1):  # noqa: B007
        last = order.position(run)
        if is_meant(run):
            if len(chosen) == limit:
                return Page(tuple(chosen), order.position(chosen[-1]), max(total, limit), is_exact)
            chosen.append(run)
    following = last if walked == MAX_ROWS_READ else None
    return Page(tuple(chosen), following, max(total, len(chosen)), is_exact)


def _stream(pk: str, order: _Order, descending: bool, after: str | None, page_size: int) -> Iterator[Run]:
    condition = None if after is None else (order.key < after if descending else order.key > after)
    rows = order.rows.query(pk, condition, scan_index_forward=not descending, page_size=page_size)
    return map(run_of, rows)


def _counted(pk: str) -> tuple[int, bool]:
    count = RunRow.count(pk, limit=MAX_COUNT + 1)
    return min(count, MAX_COUNT), count <= MAX_COUNT


def _matching(pk: str, is_meant: Callable[[Run], bool]) -> tuple[int, bool]:
    """How many runs of a list match, as far as the walk goes, newest first; and whether the count is exact."""
    walked = 0
    total = 0
    for walked, run in enumerate(islice(_stream(pk, _ORDERS["created_at"], True, None, _PAGE_SIZE), MAX_ROWS_READ), 1):  # noqa: B007
        total += is_meant(run)
    return min(total, MAX_COUNT), total <= MAX_COUNT and walked < MAX_ROWS_READ
