"""Evaluates a query on columns: which rows match, and in which order."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import merge
from operator import itemgetter

from chalicelib.catalog.sample_query.column import Cell, Column
from chalicelib.catalog.sample_query.columns import ID, NAME, PUID
from chalicelib.catalog.sample_query.conditions import Condition, SortKey, predicate, sort_key
from chalicelib.catalog.samples.metadata import Value
from chalicelib.search import matches, normalize


@dataclass(frozen=True, slots=True)
class Part:
    """Some samples, by PUID: their columns as far as they are needed (absent: empty ones), and the rows that no longer
    count."""

    columns: Mapping[str, Column]
    hidden: frozenset[int] = frozenset()

    @property
    def rows(self) -> int:
        return len(self.columns[PUID].codes)

    def puid(self, row: int) -> str:
        """A row's PUID."""
        return str(self.columns[PUID][row])


@dataclass(frozen=True, slots=True)
class Order:
    """The column to sort by and the direction; empty cells come last, samples of equal cells by PUID. `key` is the
    position of a value."""

    column: str
    descending: bool = False
    key: Callable[[Value], SortKey] = sort_key


def needed_columns(q: str | None, conditions: Sequence[Condition], order: Order | None) -> set[str]:
    """The columns that a query reads beside the PUIDs."""
    names = {condition.column for condition in conditions}
    names |= {ID, NAME} if q else set()
    return names | ({order.column} if order else set())


def matching_rows(part: Part, q: str | None, conditions: Sequence[Condition]) -> list[int]:
    """The rows that match a search and all conditions."""
    rows = [row for row in range(part.rows) if row not in part.hidden] if part.hidden else list(range(part.rows))
    for condition in conditions:
        holds = predicate(condition)
        column = part.columns.get(condition.column)
        if column is None:
            rows = rows if holds(None) else []
            continue
        allowed = bytes(holds(value) for value in column.values)
        codes = column.codes
        rows = [row for row in rows if allowed[codes[row]]]
    if q and (sought := normalize(q.strip())):
        rows = [row for row in rows if _is_found(part, row, q, sought)]
    return rows


def _is_found(part: Part, row: int, q: str, sought: str) -> bool:
    name, puid, id_ = str(part.columns[NAME][row]), part.puid(row), str(part.columns[ID][row])
    if sought not in normalize(name) and not normalize(puid).startswith(sought) and not id_.startswith(sought):
        return False
    return matches(q, name, puid, id_)


def in_order(parts: Sequence[Part], rows: Sequence[Sequence[int]], order: Order) -> list[str]:
    """The PUIDs of these rows of the parts, each once, in an order."""
    columns = [part.columns.get(order.column) for part in parts]
    rank_of = _ranks(zip(columns, rows, strict=True), order)
    empty = -1 if order.descending else len(rank_of)
    streams = []
    for part, chosen, column in zip(parts, rows, columns, strict=True):
        streams.append(_ranked(part, chosen, column, rank_of, empty, descending=order.descending))
    found = streams[0] if len(streams) == 1 else merge(*streams, reverse=order.descending)
    return list(dict.fromkeys(puid for _, puid in found))


def _ranks(columns: Iterable[tuple[Column | None, Sequence[int]]], order: Order) -> dict[Cell, int]:
    """The position of each value that these rows of the columns have, among all of them."""
    codes = [(column, {column.codes[row] for row in rows}) for column, rows in columns if column is not None]
    distinct = {column.values[code] for column, found in codes for code in found}
    keys: dict[Cell, SortKey] = {value: order.key(value) for value in distinct if value is not None}
    return {value: rank for rank, value in enumerate(sorted(keys, key=keys.__getitem__))}


def _ranked(
    part: Part, rows: Iterable[int], column: Column | None, rank_of: Mapping[Cell, int], empty: int, *, descending: bool
) -> list[tuple[int, str]]:
    """Rank and PUID of rows that are in the order of their PUIDs, sorted."""
    puids = part.columns[PUID]
    values, codes = puids.values, puids.codes
    if column is None:
        ranked = [(empty, str(values[codes[row]])) for row in rows]
    else:
        of_code, of_row = [rank_of.get(value, empty) for value in column.values], column.codes
        ranked = [(of_code[of_row[row]], str(values[codes[row]])) for row in rows]
    if descending:
        ranked.reverse()
    ranked.sort(key=itemgetter(0), reverse=descending)  # stable: rows of one rank stay in the order of their PUIDs
    return ranked
