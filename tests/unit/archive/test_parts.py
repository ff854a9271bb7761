"""The planner against S3's law, and a whole archive assembled from its plan in memory."""

import io
import random
import zipfile
from datetime import UTC, datetime
from itertools import product
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.archive.entries import ArchiveTooLarge, Entry, Source
from chalicelib.archive.layout import GIB, MIB, Limits, length_of
from chalicelib.archive.parts import Plan, Unit, plan
from chalicelib.archive.plan_file import read_batch, read_index, write_batch, write_index
from chalicelib.archive.zip_format import central_header, end_records, local_header

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SMALL = Limits(min_part=500, max_part=4000, copy_range=1000, stitch=800)


def entry(i: int, size: int) -> Entry:
    return Entry(f"{i:05d}", size, NOON, Source("b", str(i), f'"{i}"'))


def body(i: int, size: int) -> bytes:
    return bytes([i % 251]) * size


def assembled(planned: Plan) -> list[bytes]:
    """The parts' bytes, made as workers and finisher would."""
    entries = planned.index.entries
    bodies = [body(i, one.size) for i, one in enumerate(entries)]
    headers = [local_header(one.name, one.size, NOON, crc32(bodies[i])) for i, one in enumerate(entries)]
    parts: dict[int, bytes] = {}
    units: list[Unit] = [unit for batch in planned.batches for unit in read_batch(write_batch(batch)).units]
    for unit in units:
        stitched = b"".join(headers[i] + bodies[i] for i in unit.stitched)
        if unit.copied is not None:
            stitched += headers[unit.copied] + bodies[unit.copied][: unit.head]
        parts[unit.number] = stitched
        for copy in unit.copies:
            assert unit.copied is not None
            parts[copy.number] = bodies[unit.copied][copy.start : copy.start + copy.length]
    index = read_index(write_index(planned.index))
    tail = b"".join(headers[i] + bodies[i] for i in index.tail)
    directory = b"".join(
        central_header(one.name, one.size, NOON, crc32(bodies[i]), index.offsets[i]) for i, one in enumerate(entries)
    )
    tail += directory + end_records(len(entries), len(directory), index.tail_offset + len(tail))
    assert sorted(parts) == list(range(1, index.tail_number))
    return [*(parts[number] for number in sorted(parts)), tail]


sizes = st.one_of(
    st.integers(0, 600), st.integers(480, 520), st.integers(960, 1040), st.integers(1000, 9000), st.just(0)
)


@settings(max_examples=300, deadline=None)
@given(st.lists(sizes, max_size=40))
def test_every_plan_keeps_the_law_and_gives_a_readable_archive(given_sizes: list[int]) -> None:
    entries = [entry(i, size) for i, size in enumerate(given_sizes)]
    planned = plan(entries, SMALL)
    parts = assembled(planned)
    assert all(SMALL.min_part <= len(part) <= SMALL.max_part for part in parts[:-1])
    with zipfile.ZipFile(io.BytesIO(b"".join(parts))) as archive:
        assert archive.namelist() == [one.name for one in entries]
        assert archive.testzip() is None
        for i, one in enumerate(entries):
            assert archive.read(one.name) == body(i, one.size)
    assert planned == plan(entries, SMALL)


@settings(max_examples=200, deadline=None)
@given(st.lists(sizes, max_size=40))
def test_what_can_be_copied_is_copied_but_for_what_fills_parts(given_sizes: list[int]) -> None:
    entries = [entry(i, size) for i, size in enumerate(given_sizes)]
    planned = plan(entries, SMALL)
    units = [unit for batch in planned.batches for unit in batch.units]
    copied = sum(copy.length for unit in units for copy in unit.copies)
    stitched = sum(one.size for one in entries) - copied
    small = sum(one.size for one in entries if one.size < 500)
    copyable = sum(1 for one in entries if one.size >= 500)
    assert stitched <= small + copyable * 1000
    assert stitched <= small + sum(500 if one.size >= 1000 else one.size for one in entries if one.size >= 500)


def stitched_bytes(entries: list[Entry], planned: Plan) -> int:
    copied = sum(copy.length for batch in planned.batches for unit in batch.units for copy in unit.copies)
    return sum(one.size for one in entries) - copied


def head(one: Entry, before: int, limits: Limits) -> int:
    return max(0, limits.min_part - before - (length_of(one) - one.size))


def fewest_stitched_bytes(entries: list[Entry], limits: Limits) -> int:
    """By trying everything: which files are copied, and before which of them each of the others stands."""
    copyable = [one for one in entries if one.size >= limits.min_part]
    best = sum(one.size for one in entries)
    for chosen in range(1 << len(copyable)):
        copied = [one for k, one in enumerate(copyable) if chosen >> k & 1]
        others = [one for one in entries if one not in copied]
        base = sum(one.size for one in others)
        if base >= best:
            continue
        for places in product(range(len(copied) + 1), repeat=len(others)):
            before = [0] * (len(copied) + 1)
            for one, place in zip(others, places, strict=True):
                before[place] += length_of(one)
            heads = [head(one, before[k], limits) for k, one in enumerate(copied)]
            if all(one.size - cut >= limits.min_part for one, cut in zip(copied, heads, strict=True)):
                best = min(best, base + sum(heads))
    return best


def least_conceivable(entries: list[Entry], limits: Limits) -> int:
    """A lower bound of the stitched bytes, as if small files could be cut anywhere (docs/decisions/0001): for each
    number of given-up files, each of which spares one head at the most, their bytes, those of the small files, and the
    heads that neither of them can spare."""
    copyable = sorted((one for one in entries if one.size >= limits.min_part), key=lambda one: one.size)
    small = [one for one in entries if one.size < limits.min_part]
    fill = sum(map(length_of, small))
    bounds = []
    for given_up in range(sum(1 for one in copyable if one.size < 2 * limits.min_part) + 1):
        heads = [head(one, 0, limits) for one in copyable[given_up:]]
        least = [cut - (one.size - limits.min_part) for one, cut in zip(copyable[given_up:], heads, strict=True)]
        if sum(gap for gap in least[given_up:] if gap > 0) <= fill:
            whole = sum(one.size for one in (*small, *copyable[:given_up]))
            bounds.append(whole + max(0, sum(sorted(heads)[: max(0, len(heads) - given_up)]) - fill))
    return min(bounds)


@settings(max_examples=500, deadline=None)
@given(st.lists(st.one_of(st.integers(0, 499), st.integers(500, 999), st.integers(1000, 6000)), max_size=6))
def test_of_a_few_files_no_fewer_bytes_could_be_stitched(given_sizes: list[int]) -> None:
    entries = [entry(i, size) for i, size in enumerate(given_sizes)]
    fewest = fewest_stitched_bytes(entries, SMALL)
    assert fewest <= stitched_bytes(entries, plan(entries, SMALL)) <= fewest * 1.02


KINDS = st.sampled_from([(1, 1, 1), (8, 1, 2), (1, 8, 1), (1, 1, 8), (20, 0, 1)])


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 1 << 32), st.integers(8, 400), KINDS)
def test_of_many_files_hardly_more_bytes_are_stitched_than_the_lower_bound(
    seed: int, count: int, kinds: tuple[int, int, int]
) -> None:
    source = random.Random(seed)
    ranges = source.choices([(0, 499), (500, 999), (1000, 6000)], kinds, k=count)
    entries = [entry(i, source.randint(*between)) for i, between in enumerate(ranges)]
    bound = least_conceivable(entries, SMALL)
    assert bound <= stitched_bytes(entries, plan(entries, SMALL)) <= bound * 1.02 + SMALL.min_part


def test_small_files_spare_the_heads_of_large_ones() -> None:
    planned = plan([*(entry(i, 20_000) for i in range(300)), entry(300, 100 * MIB)])
    (unit,) = [u for batch in planned.batches for u in batch.units if u.copied == 300]
    assert unit.head == 0
    assert sum(copy.length for copy in unit.copies) == 100 * MIB


@pytest.mark.parametrize("count", [6, 60])
def test_no_more_stands_before_a_large_file_than_a_part_needs(count: int) -> None:
    planned = plan([*(entry(i, 4 * MIB) for i in range(count)), entry(count, 100 * MIB)])
    units = [u for batch in planned.batches for u in batch.units]
    assert max(sum(planned.index.entries[i].size for i in u.stitched) + u.head for u in units) <= 12 * MIB


def test_of_middle_sized_files_every_second_one_is_copied() -> None:
    planned = plan([entry(i, 5 * MIB) for i in range(300)])
    units = [unit for batch in planned.batches for unit in batch.units]
    assert sum(1 for unit in units if unit.copies) == 150


def test_the_first_member_is_not_zip64_if_another_can_be() -> None:
    planned = plan([entry(0, 6 * GIB), entry(1, 11 * MIB), entry(2, 7 * GIB)])
    assert planned.index.offsets[1] == 0


@pytest.mark.parametrize(
    ("count", "size"), [(1, 5 << 40), (2_000, 2 * GIB), (4_900, GIB), (1, 50 * GIB), (9, 4 * GIB - 1)]
)
def test_large_archives_fit_into_10000_parts(count: int, size: int) -> None:
    planned = plan([entry(i, size) for i in range(count)])
    copies = [copy for batch in planned.batches for unit in batch.units for copy in unit.copies]
    assert planned.index.tail_number <= 9_999
    assert all(5 * MIB <= copy.length <= 5 * GIB for copy in copies)
    assert len(planned.batches) <= 1_000
    assert planned.bytes_total == sum(length_of(one) for one in planned.index.entries)


@pytest.mark.parametrize(("count", "size"), [(6_000, GIB), (11, 5 << 40)])
def test_what_s3_cannot_hold_is_said_with_limit_and_value(count: int, size: int) -> None:
    with pytest.raises(ArchiveTooLarge, match="limit is"):
        plan([entry(i, size) for i in range(count)])


def test_a_name_that_comes_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="same name"):
        plan([entry(1, 5), entry(1, 6)])
