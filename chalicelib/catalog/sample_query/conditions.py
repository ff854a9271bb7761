"""Conditions on columns, and the order of a column's values. Case and accents are ignored."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from chalicelib.catalog.sample_query.column import Cell
from chalicelib.catalog.samples.metadata import Value, text_of, value_of
from chalicelib.search import normalize

SortKey = tuple[int, float, str, str]
_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2}([t ].*)?)?)?")  # ISO 8601, normalized


class Operator(StrEnum):
    """What a condition says of a cell."""

    IS = "is"
    IS_NOT = "is_not"
    CONTAINS = "contains"
    NOT_CONTAINS = "not_contains"
    BETWEEN = "between"
    IS_EMPTY = "is_empty"
    IS_NOT_EMPTY = "is_not_empty"


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on a column.

    `is` and `contains` hold if one of `values` matches, `is_not` and `not_contains` if none does: empty cells too.
    `between` has a lower and an upper bound, None for none, both inclusive. Numbers are compared with bounds that are
    numbers, dates (`2026`, `2026-07`, `2026-07-31`) with dates, other texts with texts. A text is within an upper bound
    that it begins with: `2026-07-31` within `2026-07`.
    """

    column: str
    operator: Operator
    values: tuple[Value | None, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The condition as a JSON document."""
        return {"column": self.column, "operator": self.operator.value, "values": list(self.values)}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Condition":
        """The condition that `to_json` wrote."""
        return cls(document["column"], Operator(document["operator"]), tuple(document["values"]))


def predicate(condition: Condition) -> Callable[[Cell], bool]:
    """Whether a cell fulfils the condition."""
    positive = _POSITIVE.get(condition.operator)
    if positive is not None:
        holds = predicate(replace(condition, operator=positive))
        return lambda cell: not holds(cell)
    if condition.operator is Operator.IS_EMPTY:
        return lambda cell: cell is None or cell == ""
    if condition.operator is Operator.BETWEEN:
        return _is_between(*condition.values)
    make = _is_one_of if condition.operator is Operator.IS else _contains
    return make(condition.values)


_POSITIVE = {
    Operator.IS_NOT: Operator.IS,
    Operator.NOT_CONTAINS: Operator.CONTAINS,
    Operator.IS_NOT_EMPTY: Operator.IS_EMPTY,
}


def _is_one_of(values: Sequence[Value | None]) -> Callable[[Cell], bool]:
    wanted = {_text(value) for value in values if value is not None}
    return lambda cell: cell is not None and _text(cell) in wanted


def _contains(values: Sequence[Value | None]) -> Callable[[Cell], bool]:
    sought = [_text(value) for value in values if value is not None]
    return lambda cell: cell is not None and any(part in _text(cell) for part in sought)


def _is_between(low: Value | None, high: Value | None) -> Callable[[Cell], bool]:
    bounds = [value for value in (low, high) if value is not None]
    numbers = [_number(value) for value in bounds]
    are_dates = all(_DATE.fullmatch(_text(value)) for value in bounds)
    least, most = (_number(value) for value in (low, high))
    first, last = (None if value is None else _text(value) for value in (low, high))

    def is_between(cell: Cell) -> bool:
        if cell is None:
            return False
        number = _number(cell)
        if None not in numbers and number is not None:
            return (least is None or number >= least) and (most is None or number <= most)
        if not are_dates and (None not in numbers or number is not None):
            return False
        text = _text(cell)
        if are_dates and not _DATE.fullmatch(text):
            return False
        return (first is None or text >= first) and (last is None or text <= last or text.startswith(last))

    return is_between


def _number(value: Cell) -> float | int | None:
    value = value_of(value.strip()) if isinstance(value, str) else value
    return None if isinstance(value, str) else value


def _text(value: Value) -> str:
    return normalize(text_of(value).strip())


def sort_key(value: Value) -> SortKey:
    """The position of a value in its column: numbers by size, then texts without case and accents."""
    if isinstance(value, str):
        return (1, 0, normalize(value), value)
    return (0, value, "", "")
