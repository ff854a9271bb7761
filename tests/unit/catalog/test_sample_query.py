"""Queries on columns, compared with what a loop over dictionaries finds."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.catalog.sample_query.column import Cell, Column, column_of, decode, encode, rearranged
from chalicelib.catalog.sample_query.columns import ATTRIBUTES, columns_of, metadata_column
from chalicelib.catalog.sample_query.conditions import Condition, Operator, predicate, sort_key
from chalicelib.catalog.sample_query.evaluate import Order, Part, in_order, matching_rows
from chalicelib.catalog.sample_query.snapshot import IN_TAIL, SnapshotWriter, read_tail
from chalicelib.catalog.samples.model import Sample
from chalicelib.search import matches

TEXTS = st.sampled_from(["Canada", "CANADA", "canadà", "Peru", "2026-07", "2026-07-31", "2026-08-01", "12", "7", " 7 "])
CELLS = st.one_of(st.none(), TEXTS, st.integers(-20, 20), st.sampled_from([0.5, 7.0, 7.5]))
FIELD = metadata_column("x")


def cells(column: Column) -> list[Cell]:
    return [column[row] for row in range(len(column.codes))]


def sample(number: int, value: Cell, name: str = "") -> Sample:
    metadata = {} if value is None else {"x": value}
    at = f"2026-11-{number % 28 + 1:02d}T00:00:00.000Z"
    return Sample(
        id=f"id-{number}", puid=f"INXT_SAM_{number:010d}", name=name or f"S {number % 3}", description=None,
        project_id=f"p{number % 2}", namespace_ids=(), metadata=metadata, created_at=at, updated_at=at,
    )  # fmt: skip


def written(samples: Sequence[Sample]) -> tuple[bytes, int]:
    writer = SnapshotWriter(len(samples))
    columns = columns_of(samples, [FIELD, *ATTRIBUTES])
    for name in [*(name for name in columns if name not in IN_TAIL), *IN_TAIL]:
        writer.add(name, columns[name])
    return writer.finish()


@given(st.lists(CELLS))
def test_columns_are_read_as_they_were_written(values: list[Cell]) -> None:
    column = column_of(values, len(values))
    assert cells(column) == cells(decode(encode(column))) == values
    assert len(set(column.values)) == len(column.values)


@given(st.lists(CELLS, min_size=1), st.data())
def test_columns_are_rearranged(values: list[Cell], data: st.DataObject) -> None:
    sources = data.draw(st.lists(st.integers(-1, len(values) - 1)))
    changes = {row: data.draw(CELLS) for row, source in enumerate(sources) if source == -1}
    made = rearranged(column_of(values, len(values)), sources, changes)
    assert cells(made) == [changes[row] if source == -1 else values[source] for row, source in enumerate(sources)]
    assert set(made.values) == {None, *cells(made)}  # nothing that no row has


@given(st.lists(CELLS))
def test_snapshots_have_all_columns(values: list[Cell]) -> None:
    samples = [sample(number, value) for number, value in enumerate(values)]
    data, tail = written(samples)
    directory, found = read_tail(data[tail:], tail)
    assert directory.rows == len(samples)
    for name, column in columns_of(samples, [FIELD, *ATTRIBUTES]).items():
        if name not in found and name in directory.columns:
            offset, length = directory.columns[name]
            found[name] = decode(data[offset : offset + length])
        assert cells(found[name]) == cells(column) if name in found else column.is_empty


CONDITIONS = st.one_of(
    st.builds(
        Condition,
        st.just(FIELD),
        st.sampled_from([Operator.IS, Operator.IS_NOT, Operator.CONTAINS, Operator.NOT_CONTAINS]),
        st.lists(TEXTS | st.integers(-20, 20), min_size=1, max_size=3).map(tuple),
    ),
    st.builds(Condition, st.just(FIELD), st.just(Operator.BETWEEN), st.tuples(st.none() | TEXTS, TEXTS)),
    st.builds(Condition, st.just(FIELD), st.sampled_from([Operator.IS_EMPTY, Operator.IS_NOT_EMPTY]), st.just(())),
)


@given(
    st.lists(st.tuples(CELLS, st.booleans(), st.booleans()), max_size=30),
    st.lists(CONDITIONS, max_size=2),
    st.sampled_from([None, "s 1", "INXT_SAM_000000000", "id-3", "2"]),
    st.sampled_from([FIELD, "name", "puid", "metadata.none"]),
    st.booleans(),
)
def test_queries_find_what_a_loop_finds(
    rows: list[tuple[Cell, bool, bool]], conditions: list[Condition], q: str | None, by: str, descending: bool
) -> None:
    """`rows`: value, whether it was changed since the snapshot, whether the snapshot has it at all."""
    now = [sample(number, value) for number, (value, _, _) in enumerate(rows)]
    old = [
        replace(one, metadata={"x": "outdated"}) if is_changed else one
        for one, (_, is_changed, is_old) in zip(now, rows, strict=True)
        if is_old
    ]
    changed = [one for one, (_, is_changed, is_old) in zip(now, rows, strict=True) if is_changed or not is_old]
    puids = {one.puid for one in changed}
    names = [FIELD, *ATTRIBUTES]
    hidden = frozenset(row for row, one in enumerate(old) if one.puid in puids)
    parts = [Part(columns_of(old, names), hidden), Part(columns_of(changed, names))]
    found = in_order(parts, [matching_rows(part, q, conditions) for part in parts], Order(by, descending))

    def value(one: Sample) -> Cell:
        return {FIELD: one.metadata.get("x"), "name": one.name, "puid": one.puid}.get(by)

    kept = [
        one
        for one in now
        if matches(q, one.name, one.puid, one.id)
        and all(predicate(condition)(one.metadata.get("x")) for condition in conditions)
    ]
    filled = [one for one in kept if value(one) is not None]
    filled.sort(key=lambda one: (sort_key(value(one) or 0), one.puid), reverse=descending)
    empty = sorted((one for one in kept if value(one) is None), key=lambda one: one.puid, reverse=descending)
    assert found == [one.puid for one in [*filled, *empty]]


def holds(operator: Operator, *values: Cell) -> list[Cell]:
    """Which of some cells fulfil a condition."""
    condition = Condition(FIELD, operator, values)
    some: list[Cell] = [None, "", "Canada", "canadà", "New Brunswick, Canada", 7, 7.5, "7", "2026-07-31", "2026-08-01"]
    return [cell for cell in some if predicate(condition)(cell)]


def test_what_operators_mean() -> None:
    assert holds(Operator.IS, "CANADA") == ["Canada", "canadà"]
    assert holds(Operator.IS, "7", "2026-08-01") == [7, "7", "2026-08-01"]
    assert holds(Operator.IS_NOT, "canada", 7) == [
        None, "", "New Brunswick, Canada", 7.5, "2026-07-31", "2026-08-01"
    ]  # fmt: skip
    assert holds(Operator.CONTAINS, "canada") == ["Canada", "canadà", "New Brunswick, Canada"]
    assert holds(Operator.BETWEEN, 7, 7.2) == [7, "7"]
    assert holds(Operator.BETWEEN, "7.5", None) == [7.5]
    assert holds(Operator.BETWEEN, "2026-07", "2026-07") == ["2026-07-31"]
    assert holds(Operator.BETWEEN, "2026-07-15", None) == ["2026-07-31", "2026-08-01"]
    assert holds(Operator.BETWEEN, 2026, "2026") == ["2026-07-31", "2026-08-01"]
    assert holds(Operator.BETWEEN, "B", "d") == ["Canada", "canadà"]
    assert holds(Operator.IS_EMPTY) == [None, ""]
    assert len(holds(Operator.IS_NOT_EMPTY)) == 8
