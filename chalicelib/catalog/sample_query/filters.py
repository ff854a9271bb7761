"""Filters as requests have them: a column, an operator and values."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from chalicelib.catalog.sample_query.columns import ATTRIBUTES, ID, PROJECT, PROJECT_NAME, PROJECT_PUID, metadata_column
from chalicelib.catalog.sample_query.conditions import Condition, Operator
from chalicelib.catalog.samples.metadata import MAX_NUMBER, field_named
from chalicelib.errors import Violation, message

MAX_FILTERS = 20
MAX_VALUES = 1_000
_ATTRIBUTES = (*(name for name in ATTRIBUTES if name not in {ID, PROJECT}), PROJECT_NAME, PROJECT_PUID)
_BOUNDS = 2
_METADATA = metadata_column("")

ColumnName = Annotated[str, StringConstraints(min_length=1, max_length=300)]
FilterValue = (
    Annotated[str, StringConstraints(max_length=1_000)] | Annotated[int, Field(gt=-MAX_NUMBER, lt=MAX_NUMBER)] |
    Annotated[float, Field(allow_inf_nan=False)] | None
)  # fmt: skip


class SampleFilter(BaseModel):
    """A condition on a column of samples."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={"examples": [{"column": "metadata.organism", "operator": "is", "values": ["E. coli"]}]},
    )

    column: Annotated[
        ColumnName,
        Field(
            description="`metadata.` and the name of a field, or one of"
            f" {', '.join(f'`{name}`' for name in _ATTRIBUTES)}."
        ),
    ]
    operator: Annotated[
        Literal["is", "is_not", "contains", "not_contains", "between", "is_empty", "is_not_empty"],
        Field(
            description="`is` and `contains`: one of the values matches, without regard to case and accents; their"
            " opposites: none does, so empty cells match too. `between`: from the first value to the second, both"
            " inclusive, null for none; numbers by size, texts (dates) in alphabetical order."
        ),
    ]
    values: Annotated[list[FilterValue], Field(default_factory=list, max_length=MAX_VALUES)]


class UnknownColumn(Exception):
    """There is no such column."""


def column_named(name: str) -> str:
    """The column of a name in a request, as it is stored. Raises UnknownColumn."""
    if name.startswith(_METADATA) and len(name) > len(_METADATA):
        return metadata_column(field_named(name.removeprefix(_METADATA)))
    if name not in _ATTRIBUTES:
        raise UnknownColumn(name)
    return name


def column_violation(pointer: str) -> Violation:
    """The violation of a column that does not exist."""
    rule = message("Must be one of {known}, or metadata. and the name of a field.", known=", ".join(_ATTRIBUTES))
    return Violation(pointer, rule)


def conditions_of(filters: Sequence[SampleFilter], pointer: str) -> tuple[list[Condition], list[Violation]]:
    """The conditions of filters, and their violations; `pointer` is that of the list."""
    conditions: list[Condition] = []
    violations: list[Violation] = []
    for position, given in enumerate(filters):
        place = f"{pointer}/{position}"
        violations += _value_violations(given, f"{place}/values")
        try:
            column = column_named(given.column)
        except UnknownColumn:
            violations.append(column_violation(f"{place}/column"))
            continue
        conditions.append(Condition(column, Operator(given.operator), tuple(given.values)))
    return conditions, violations


def _value_violations(given: SampleFilter, pointer: str) -> Iterator[Violation]:
    known = [value for value in given.values if value is not None]
    match Operator(given.operator):
        case Operator.IS_EMPTY | Operator.IS_NOT_EMPTY:
            if given.values:
                yield Violation(pointer, "This operator takes no values.")
        case Operator.BETWEEN:
            if len(given.values) != _BOUNDS or not known:
                yield Violation(pointer, "Give a lower and an upper bound; one of them can be null.")
        case _:
            if not known or len(known) < len(given.values):
                yield Violation(pointer, "Give at least one value, and no null.")
