"""The planner against S3's limits, and a whole archive assembled from its plan in memory."""

import io
import random
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from zlib import crc32

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chalicelib.archive.entries import ArchiveTooLarge, Entry, Source
from chalicelib.archive.limits import GIB, MIB, Limits
from chalicelib.archive.packing import length_of
from chalicelib.archive.parts import Place
from chalicelib.archive.plan_file import read_batch, read_index, write_batch, write_index
from chalicelib.archive.planner import Plan, plan
from chalicelib.zip_format import central_header, end_records, local_header, local_header_length

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SMALL = Limits(min_part=500, max_part=4000, copy_range=1000, stitch=800)


def entry(i: int, size: int) -> Entry:
    return Entry(f"{i:05d}", size, NOON, Source("b", str(i), f'"{i}"'))


def body(i: int, size: int) -> bytes:
    return bytes([i % 251]) * size


def assembled(planned: Plan) -> list[bytes]:
    """The parts' bytes, made as workers and finisher would."""
    entries = planned.index.entries
    bodies = [body(i, entry.size) for i, entry in enumerate(entries)]
    headers = [local_header(entry.name, entry.size, NOON, crc32(bodies[i])) for i, entry in enumerate(entries)]
    parts: dict[Place, bytes] = {}
    batches = [read_batch(write_batch(batch)) for batch in planned.batches]

    def put(place: Place, data: bytes) -> None:
        assert place not in parts
        parts[place] = data

    for number, batch in enumerate(batches):
        ahead = {copy.part.place for before in batches[: planned.ahead] for copy in before.copies}
        assert all(other < planned.ahead for other in batch.after)
        assert not (batch.after and number < planned.ahead)
        for unit in batch.units:
            stitched = b"".join(headers[i] + bodies[i] for i in unit.stitched)
            if unit.copied is not None:
                stitched += headers[unit.copied] + bodies[unit.copied][: unit.head]
            assert len(stitched) == unit.length
            put(unit.place, stitched)
            for copy in unit.copies:
                if copy.place not in ahead:
                    put(copy.place, bodies[unit.copied or 0][copy.start : copy.start + copy.length])
        for copied in batch.copies:
            put(copied.part.place, bodies[copied.entry][copied.part.start : copied.part.start + copied.part.length])
        for segment in batch.joins:
            pieces = [parts.pop(Place(segment.upload, k)) for k in range(1, segment.parts + 1)]
            assert all(SMALL.min_part <= len(piece) <= SMALL.max_part for piece in pieces)
            assert sum(map(len, pieces)) == segment.length <= SMALL.max_part
            put(Place(0, segment.number), b"".join(pieces))
    index = read_index(write_index(planned.index))
    assert [(e.name, e.size, e.modified) for e in index.entries] == [(e.name, e.size, e.modified) for e in entries]
    tail = b"".join(headers[i] + bodies[i] for i in index.tail)
    directory = b"".join(
        central_header(entry.name, entry.size, NOON, crc32(bodies[i]), index.offsets[i])
        for i, entry in enumerate(entries)
    )
    tail += directory + end_records(len(entries), len(directory), index.tail_offset + len(tail))
    assert sorted(parts) == [Place(0, number) for number in range(1, index.tail_number)]
    return [*(parts[place] for place in sorted(parts)), tail]


sizes = st.one_of(
    st.integers(0, 600), st.integers(480, 520), st.integers(960, 1040), st.integers(1000, 9000), st.just(0)
)


@settings(max_examples=500, deadline=None)
@given(st.lists(sizes, max_size=40))
def test_every_plan_obeys_s3_limits_and_yields_a_readable_archive(given_sizes: list[int]) -> None:
    entries = [entry(i, size) for i, size in enumerate(given_sizes)]
    planned = plan(entries, SMALL)
    parts = assembled(planned)
    assert all(SMALL.min_part <= len(part) <= SMALL.max_part for part in parts[:-1])
    check_readable(parts, entries)
    assert planned == plan(entries, SMALL)
    assert b"".join(assembled(plan(entries, SMALL, workers=1))) == b"".join(parts)


def check_readable(parts: list[bytes], entries: list[Entry]) -> None:
    with zipfile.ZipFile(io.BytesIO(b"".join(parts))) as archive:
        assert archive.namelist() == [entry.name for entry in entries]
        assert archive.testzip() is None
        for i, entry in enumerate(entries):
            assert archive.read(entry.name) == body(i, entry.size)


@settings(max_examples=300, deadline=None)
@given(st.lists(sizes, min_size=12, max_size=60), st.integers(6, 24))
def test_segments_are_assembled_first_if_parts_are_too_few(given_sizes: list[int], max_parts: int) -> None:
    entries = [entry(i, size) for i, size in enumerate(given_sizes)]
    few = replace(SMALL, max_parts=max_parts, segment_range=1000, longest_stitch=1600, tail_part=1 << 20)
    try:
        planned = plan(entries, few, workers=3)
    except ArchiveTooLarge:
        assert sum(map(length_of, entries)) > 0.3 * (max_parts - 3) * SMALL.max_part
        return
    assert planned.index.tail_number <= max_parts - 2
    assert all(segment.parts <= max_parts for segment in planned.segments)
    check_readable(assembled(planned), entries)
    without = plan(entries, SMALL)
    assert stitched_bytes(entries, planned) == stitched_bytes(entries, without)


@settings(max_examples=200, deadline=None)
@given(st.lists(sizes, max_size=40))
def test_everything_copyable_is_copied_except_what_fills_parts(given_sizes: list[int]) -> None:
    entries = [entry(i, size) for i, size in enumerate(given_sizes)]
    planned = plan(entries, SMALL)
    units = [unit for batch in planned.batches for unit in batch.units]
    copied = sum(copy.length for unit in units for copy in unit.copies)
    stitched = sum(entry.size for entry in entries) - copied
    small = sum(entry.size for entry in entries if entry.size < 500)
    copyable = sum(1 for entry in entries if entry.size >= 500)
    assert stitched <= small + copyable * 1000
    assert stitched <= small + sum(500 if entry.size >= 1000 else entry.size for entry in entries if entry.size >= 500)


def stitched_bytes(entries: list[Entry], planned: Plan) -> int:
    copied = sum(copy.length for batch in planned.batches for unit in batch.units for copy in unit.copies)
    return sum(entry.size for entry in entries) - copied


def head(entry: Entry, before: int, limits: Limits) -> int:
    return max(0, limits.min_part - before - (length_of(entry) - entry.size))


def fewest_stitched_bytes(entries: list[Entry], limits: Limits) -> int:
    """By brute force: which files are copied, and before which of them each of the others is placed."""
    copyable = [entry for entry in entries if entry.size >= limits.min_part]
    best = sum(entry.size for entry in entries)
    for chosen in range(1 << len(copyable)):
        copied = [entry for k, entry in enumerate(copyable) if chosen >> k & 1]
        others = [entry for entry in entries if entry not in copied]
        base = sum(entry.size for entry in others)
        if base >= best:
            continue
        for places in product(range(len(copied) + 1), repeat=len(others)):
            before = [0] * (len(copied) + 1)
            for entry, place in zip(others, places, strict=True):
                before[place] += length_of(entry)
            heads = [head(entry, before[k], limits) for k, entry in enumerate(copied)]
            if all(entry.size - cut >= limits.min_part for entry, cut in zip(copied, heads, strict=True)):
                best = min(best, base + sum(heads))
    return best


def least_conceivable(entries: list[Entry], limits: Limits) -> int:
    """A lower bound of the stitched bytes, as if small files could be cut anywhere (docs/decisions/0001): for each
    number of demoted files, each of which spares at most one head, their bytes, those of the small files, and the
    heads that neither of them can spare. A small file stands before one copied file, so it spares no more than the
    longest head."""
    copyable = sorted((entry for entry in entries if entry.size >= limits.min_part), key=lambda entry: entry.size)
    small = [entry for entry in entries if entry.size < limits.min_part]
    fill = sum(map(length_of, small))
    longest = max((head(entry, 0, limits) for entry in copyable), default=0)
    spared = sum(min(length_of(entry), longest) for entry in small)
    bounds = []
    for demotions in range(sum(1 for entry in copyable if entry.size < 2 * limits.min_part) + 1):
        heads = [head(entry, 0, limits) for entry in copyable[demotions:]]
        least = [cut - (entry.size - limits.min_part) for entry, cut in zip(copyable[demotions:], heads, strict=True)]
        if sum(gap for gap in least[demotions:] if gap > 0) <= fill:
            whole = sum(entry.size for entry in (*small, *copyable[:demotions]))
            bounds.append(whole + max(0, sum(sorted(heads)[: max(0, len(heads) - demotions)]) - spared))
    return min(bounds)


@settings(max_examples=500, deadline=None)
@given(st.lists(st.one_of(st.integers(0, 499), st.integers(500, 999), st.integers(1000, 6000)), max_size=6))
def test_small_inputs_are_packed_within_2_percent_of_optimal(given_sizes: list[int]) -> None:
    entries = [entry(i, size) for i, size in enumerate(given_sizes)]
    fewest = fewest_stitched_bytes(entries, SMALL)
    assert fewest <= stitched_bytes(entries, plan(entries, SMALL)) <= fewest * 1.02


KINDS = st.sampled_from([(1, 1, 1), (8, 1, 2), (1, 8, 1), (1, 1, 8), (20, 0, 1)])


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 1 << 32), st.integers(8, 400), KINDS)
@example(51, 51, (8, 1, 2))  # small files that are too long for every gap
@example(4000153145, 84, (8, 1, 2))
@example(2413844445, 82, (8, 1, 2))
def test_large_inputs_are_packed_within_2_percent_and_one_part_of_the_lower_bound(
    seed: int, count: int, kinds: tuple[int, int, int]
) -> None:
    source = random.Random(seed)
    ranges = source.choices([(0, 499), (500, 999), (1000, 6000)], kinds, k=count)
    entries = [entry(i, source.randint(*between)) for i, between in enumerate(ranges)]
    bound = least_conceivable(entries, SMALL)
    assert bound <= stitched_bytes(entries, plan(entries, SMALL)) <= bound * 1.02 + SMALL.min_part


def test_small_files_replace_heads_of_large_ones() -> None:
    planned = plan([*(entry(i, 20_000) for i in range(300)), entry(300, 100 * MIB)])
    (unit,) = [u for batch in planned.batches for u in batch.units if u.copied == 300]
    assert unit.head == 0
    assert sum(copy.length for copy in unit.copies) == 100 * MIB


@pytest.mark.parametrize("count", [6, 60])
def test_no_more_precedes_a_large_file_than_a_part_requires(count: int) -> None:
    planned = plan([*(entry(i, 4 * MIB) for i in range(count)), entry(count, 100 * MIB)])
    units = [u for batch in planned.batches for u in batch.units]
    sizes = [listed.size for listed in planned.index.entries]
    assert max(sum(sizes[i] for i in u.stitched) + u.head for u in units) <= 12 * MIB


def test_every_second_medium_sized_file_is_copied() -> None:
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
    assert not planned.segments
    copies = [copy for batch in planned.batches for unit in batch.units for copy in unit.copies]
    assert planned.index.tail_number <= 9_999
    assert all(5 * MIB <= copy.length <= 5 * GIB for copy in copies)
    assert len(planned.batches) <= 1_000
    assert planned.bytes_total == sum(local_header_length(e.name, e.size) + e.size for e in planned.index.entries)


@pytest.mark.parametrize(("count", "size"), [(6_000, GIB), (20_000, 6 * MIB), (15_000, 3 * GIB), (30_000, GIB)])
def test_more_large_files_than_parts_are_assembled_in_segments(count: int, size: int) -> None:
    planned = plan([entry(i, size) for i in range(count)])
    assert planned.segments
    assert planned.index.tail_number <= 9_999
    assert all(5 * MIB <= segment.length <= 5 * GIB and segment.parts <= 10_000 for segment in planned.segments)
    joined = [segment.upload for batch in planned.batches[planned.ahead :] for segment in batch.joins]
    assert sorted(joined) == [segment.upload for segment in planned.segments]


@pytest.mark.parametrize(
    ("count", "size", "is_whole"), [(6_000, GIB, True), (20_000, 6 * MIB, True), (15_000, 3 * GIB, False)]
)
def test_one_worker_makes_a_whole_segment_unless_each_must_be_full(count: int, size: int, is_whole: bool) -> None:
    planned = plan([entry(i, size) for i in range(count)])
    makers = {segment.upload: number for number, batch in enumerate(planned.batches) for segment in batch.joins}
    units = [(number, unit) for number, batch in enumerate(planned.batches) for unit in batch.units]
    alone = [makers[unit.place.upload] == number for number, unit in units if unit.place.upload]
    assert alone
    assert all(alone) is is_whole
    assert (planned.ahead == 0) is is_whole


def test_copies_are_shorter_where_all_of_them_run_at_once() -> None:
    def longest(count: int) -> int:
        planned = plan([entry(i, GIB) for i in range(count)])
        return max(copy.length for batch in planned.batches for unit in batch.units for copy in unit.copies)

    assert [longest(count) <= most for count, most in ((600, 256 * MIB), (1_024, 512 * MIB))] == [True, True]
    assert longest(3_000) > 512 * MIB


def test_only_necessary_segments_are_assembled() -> None:
    planned = plan([entry(i, GIB) for i in range(5_100)])
    assert sum(segment.length for segment in planned.segments) < 400 * GIB


def test_a_file_too_large_for_one_worker_is_copied_by_many_before_its_header() -> None:
    planned = plan([entry(0, 5 << 40), entry(1, GIB)])
    ahead, then = planned.batches[: planned.ahead], planned.batches[planned.ahead :]
    lengths = [sum(copy.part.length for copy in batch.copies) for batch in ahead]
    assert len(ahead) == 40
    assert max(lengths) <= 1.2 * min(lengths)
    (header,) = [batch for batch in then if any(unit.copied == 0 for unit in batch.units)]
    assert header.after == tuple(range(40))


def test_a_tebibyte_is_copied_within_a_function_timeout() -> None:
    planned = plan([entry(0, 1 << 40)], workers=1)
    (batch,) = planned.batches
    rounds = [copy.length for unit in batch.units for copy in unit.copies]
    assert sum(rounds) / (64 * 50e6) <= 600  # seconds; a function has 900
    assert max(rounds) / 50e6 <= 120


@pytest.mark.parametrize("workers", [1, 7, 40])
def test_batches_take_equally_long(workers: int) -> None:
    source = random.Random(workers)
    entries = [entry(i, source.choice([2000, 3 * MIB, 70 * MIB, 900 * MIB])) for i in range(8_000)]
    planned = plan(entries, workers=workers)
    loads = [sum(unit.length for unit in batch.units) for batch in planned.batches]
    assert len(loads) % workers == 0
    assert max(loads) < 1.25 * min(loads)


@pytest.mark.parametrize(("count", "size"), [(11, 5 << 40), (49_000, GIB)])
def test_an_archive_too_large_for_s3_is_refused_with_limit_and_value(count: int, size: int) -> None:
    with pytest.raises(ArchiveTooLarge, match="limit is"):
        plan([entry(i, size) for i in range(count)])


def test_duplicate_name_is_refused() -> None:
    with pytest.raises(ValueError, match="same name"):
        plan([entry(1, 5), entry(1, 6)])


@pytest.mark.parametrize(
    ("count", "size", "longest"),
    [(15_000, 5 * MIB, 256 * MIB), (50_000, 80 * MIB, 512 * MIB), (29_000, GIB, 4 * GIB)],
)
def test_segments_are_as_short_as_10_000_parts_allow(count: int, size: int, longest: int) -> None:
    planned = plan([entry(i, size) for i in range(count)], Limits(), workers=40)
    lengths = [segment.length for segment in planned.segments]
    assert longest / 2 < max(lengths) <= longest
    assert len(lengths) + 2 <= planned.index.tail_number <= Limits().max_parts
