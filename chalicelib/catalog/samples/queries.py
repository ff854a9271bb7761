"""Lists of samples: pages, searches and totals that cost a bounded number of reads however many samples there are.

A page without a search is read from its order's index. A search with few matches is looked up by its terms, and
those are sorted; one with many matches walks the order's index, where matches are dense.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import chain, islice, product
from operator import attrgetter
from typing import Any, Literal

from chalicelib.catalog.puid import Kind
from chalicelib.catalog.samples.index import (
    SHARDS,
    SampleListEntry,
    SampleListRow,
    TermRow,
    counted,
    partition,
    puid_of_term,
    shard_of,
    term_key,
    truncate_utf8,
    value_of,
)
from chalicelib.search import normalize
from chalicelib.settings import settings

SortKey = Literal["name", "puid", "created_at", "updated_at"]
SORT_KEYS: tuple[SortKey, ...] = ("name", "puid", "created_at", "updated_at")
MAX_IN_MEMORY = 1_000  # matches of a search that are read and sorted in memory
MAX_COUNT = 10_000  # matches; beyond that, the total is a lower bound
MAX_ROWS_READ = 20_000  # rows that one page may read; then it is short, and the list continues at its cursor


@dataclass(frozen=True, slots=True)
class _Order:
    """Where an order is read, by which key, and a sample's position in it: unique, and compared as text."""

    rows: Any
    key: Any
    position: Callable[[SampleListEntry], str]


_ORDERS: dict[SortKey, _Order] = {
    "name": _Order(SampleListRow.by_name, SampleListRow.name_key, attrgetter("name_key")),
    "puid": _Order(SampleListRow, SampleListRow.puid, attrgetter("puid")),
    "created_at": _Order(SampleListRow.by_created, SampleListRow.created_key, attrgetter("created_key")),
    "updated_at": _Order(SampleListRow.by_updated, SampleListRow.updated_key, attrgetter("updated_key")),
}


@dataclass(frozen=True, slots=True)
class Page:
    """Samples of a list, in its order. `next` is the position after which the following page begins, None at the end.

    `total` counts all that the list holds; a lower bound where `total_is_exact` is False.
    """

    samples: tuple[SampleListEntry, ...]
    next: str | None
    total: int
    total_is_exact: bool


def page(
    namespace_ids: Sequence[str], *, sort: SortKey, descending: bool, q: str | None, after: str | None, limit: int
) -> Page:
    """A page of the samples that lie in these namespaces, none of which is below another, or below them.

    A list that is read page by page shows each remaining sample exactly once: a page begins after the position of the
    last sample of the one before, whatever was added or removed meanwhile.
    """
    is_exact = True
    if q:
        puids = _matching(namespace_ids, q)
        if len(puids) <= MAX_IN_MEMORY:
            return _looked_up(namespace_ids, puids, sort=sort, descending=descending, q=q, after=after, limit=limit)
        total, is_exact = min(len(puids), MAX_COUNT), len(puids) <= MAX_COUNT
    else:
        total = sum(map(counted, namespace_ids))
    chosen, following = _walked(namespace_ids, sort=sort, descending=descending, q=q, after=after, limit=limit)
    return Page(chosen, following, max(total, len(chosen)), is_exact)


def position_of(entry: SampleListEntry, sort: SortKey) -> str:
    """The position of a sample in an order."""
    return _ORDERS[sort].position(entry)


def everything(namespace_ids: Sequence[str], q: str | None) -> Iterator[SampleListEntry]:
    """All samples of these namespaces that `q` finds, by PUID, as they are now (consistent reads); each once."""
    streams = [
        map(value_of, SampleListRow.query(partition("IN", *place), consistent_read=True))
        for place in product(namespace_ids, range(SHARDS))
    ]
    last = None
    for entry in merge(*streams, key=lambda listed: listed.puid):
        if entry.puid != last and entry.is_found_by(q):
            yield entry
        last = entry.puid


def _looked_up(
    namespace_ids: Sequence[str],
    puids: Iterable[str],
    *,
    sort: SortKey,
    descending: bool,
    q: str | None,
    after: str | None,
    limit: int,
) -> Page:
    """A page of the samples with these PUIDs; those that no longer match the search are omitted."""
    keys = [(partition("IN", namespace_id, shard_of(puid)), puid) for puid in puids for namespace_id in namespace_ids]
    there = {row.puid: value_of(row) for row in SampleListRow.batch_get(keys, consistent_read=True)}
    position = _ORDERS[sort].position
    found = sorted((entry for entry in there.values() if entry.is_found_by(q)), key=position, reverse=descending)
    beyond = [entry for entry in found if after is None or _is_beyond(position(entry), after, descending)]
    chosen = tuple(beyond[:limit])
    return Page(chosen, position(chosen[-1]) if len(beyond) > limit else None, len(found), True)


def _is_beyond(position: str, after: str, descending: bool) -> bool:
    return position < after if descending else position > after


def _walked(
    namespace_ids: Sequence[str], *, sort: SortKey, descending: bool, q: str | None, after: str | None, limit: int
) -> tuple[tuple[SampleListEntry, ...], str | None]:
    """The next matches in an order, and the position to go on from."""
    position = _ORDERS[sort].position
    page_size = limit + 1 if not q else MAX_IN_MEMORY
    streams = [
        _stream(partition("IN", *place), _ORDERS[sort], descending, after, page_size)
        for place in product(namespace_ids, range(SHARDS))
    ]
    chosen: list[SampleListEntry] = []
    walked, last = 0, None
    for walked, entry in enumerate(islice(merge(*streams, key=position, reverse=descending), MAX_ROWS_READ), 1):  # noqa: B007
        last = position(entry)
        if entry.is_found_by(q):
            if len(chosen) == limit:
                return tuple(chosen), position(chosen[-1])
            chosen.append(entry)
    return tuple(chosen), last if walked == MAX_ROWS_READ else None


def _stream(pk: str, order: _Order, descending: bool, after: str | None, page_size: int) -> Iterator[SampleListEntry]:
    condition = None if after is None else (order.key < after if descending else order.key > after)
    rows = order.rows.query(pk, condition, scan_index_forward=not descending, page_size=min(page_size, MAX_IN_MEMORY))
    return map(value_of, rows)


def _matching(namespace_ids: Sequence[str], q: str) -> set[str]:
    """The PUIDs of the samples that `q` may find; as soon as they are more than MAX_COUNT, no further."""
    head = f"{settings().puid_prefix}_{Kind.SAMPLE.value}_"
    q = q.strip()
    sought, name, term = q.upper(), truncate_utf8(normalize(q)), term_key(q)
    puids: set[str] = set()
    key = ["sk"]
    for place in product(namespace_ids, range(SHARDS)):
        listed, terms = partition("IN", *place), partition("TERM", *place)
        by_puid: Iterator[str] = iter(())
        if head.upper().startswith(sought) or sought.startswith(head.upper()):
            begin = SampleListRow.puid.startswith(head + sought[len(head) :])
            by_puid = (row.puid for row in SampleListRow.query(listed, begin, attributes_to_get=key))
        begin = SampleListRow.name_key.startswith(name)
        by_name = (row.puid for row in SampleListRow.by_name.query(listed, begin, attributes_to_get=key))
        by_term = map(puid_of_term, TermRow.query(terms, TermRow.sk.startswith(term)))
        for puid in chain(by_puid, by_name, by_term):
            puids.add(puid)
            if len(puids) > MAX_COUNT:
                return puids
    return puids
