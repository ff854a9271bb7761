from datetime import UTC, datetime, timedelta, timezone

import pytest

from chalicelib.zip_format import central_header, dos_time, end_records, local_header, local_header_length

NOON = datetime(2026, 11, 24, 12, 30, 41, tzinfo=UTC)
GIB4 = 0xFFFFFFFF


def test_times_are_kept_in_utc_to_two_seconds() -> None:
    time, date = dos_time(NOON.astimezone(timezone(timedelta(hours=-5))))
    assert (time >> 11, time >> 5 & 63, (time & 31) * 2) == (12, 30, 40)
    assert ((date >> 9) + 1980, date >> 5 & 15, date & 31) == (2026, 11, 24)


@pytest.mark.parametrize(("year", "shown"), [(1970, 1980), (2200, 2107)])
def test_years_outside_the_zip_range_are_clamped(year: int, shown: int) -> None:
    assert (dos_time(NOON.replace(year=year))[1] >> 9) + 1980 == shown


@pytest.mark.parametrize("size", [0, 1, GIB4 - 1, GIB4, 1 << 45])
@pytest.mark.parametrize("name", ["a", "dossier/été.fa"])
def test_the_length_is_known_without_the_header(name: str, size: int) -> None:
    assert len(local_header(name, size, NOON, 7)) == local_header_length(name, size)


def test_only_non_ascii_names_are_marked_as_utf8() -> None:
    assert local_header("a", 1, NOON, 0)[6:8] == b"\0\0"
    assert local_header("é", 1, NOON, 0)[6:8] == b"\0\x08"


def test_zip64_fields_are_written_only_where_a_value_overflows() -> None:
    plain = len(central_header("a", GIB4 - 1, NOON, 0, GIB4 - 1))
    assert len(central_header("a", GIB4, NOON, 0, 5)) == plain + 4 + 16
    assert len(central_header("a", 5, NOON, 0, GIB4)) == plain + 4 + 8
    assert len(central_header("a", GIB4, NOON, 0, GIB4)) == plain + 4 + 24


@pytest.mark.parametrize(
    ("entries", "size", "offset", "length"),
    [(65_534, 1, 1, 22), (65_535, 1, 1, 98), (1, GIB4, 1, 98), (1, 1, GIB4, 98), (1, 1, GIB4 - 1, 22)],
)
def test_the_end_is_zip64_from_65535_entries_or_4_gib(entries: int, size: int, offset: int, length: int) -> None:
    assert len(end_records(entries, size, offset)) == length
