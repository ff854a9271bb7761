from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from chalicelib.exports.expiry import expires_at

TORONTO = ZoneInfo("America/Toronto")


@pytest.mark.parametrize(
    ("ready", "until"),
    [
        ("2026-11-24T12:00", "2026-11-27"),  # Tuesday → Friday
        ("2026-11-26T12:00", "2026-12-01"),  # Thursday → Tuesday, over a weekend
        ("2026-11-28T12:00", "2026-12-03"),  # Saturday counts as Monday → Thursday
        ("2026-11-29T23:59", "2026-12-03"),  # Sunday likewise
        ("2026-12-23T12:00", "2026-12-30"),  # Christmas, Boxing Day and its Monday are off
        ("2026-12-25T12:00", "2027-01-04"),  # on a holiday: counts as the 29th; New Year is off
        ("2026-04-01T12:00", "2026-04-08"),  # Good Friday and Easter Monday
        ("2026-09-29T12:00", "2026-10-05"),  # Truth and Reconciliation: an optional one
        ("2026-03-06T12:00", "2026-03-11"),  # the clocks change on the way
    ],
)
def test_an_export_can_be_downloaded_to_the_end_of_the_third_business_day(ready: str, until: str) -> None:
    moment = datetime.fromisoformat(ready).replace(tzinfo=TORONTO)
    end = expires_at(moment, time_zone="America/Toronto", country="CA", subdivision="ON")
    assert end.tzinfo is UTC
    assert end.astimezone(TORONTO).isoformat()[:19] == f"{until}T23:59:59"


def test_the_day_is_that_of_the_time_zone_not_of_utc() -> None:
    late_on_tuesday = datetime(2026, 11, 25, 4, 30, tzinfo=UTC)  # 23:30 on Tuesday in Toronto
    end = expires_at(late_on_tuesday, time_zone="America/Toronto", country="CA", subdivision="ON")
    assert end.astimezone(TORONTO).date().isoformat() == "2026-11-27"


def test_a_calendar_without_optional_holidays_is_used_unchanged() -> None:
    new_year = datetime(2026, 1, 1, 12, tzinfo=UTC)
    end = expires_at(new_year, time_zone="Europe/Zurich", country="CH", subdivision="ZH")
    assert end.astimezone(ZoneInfo("Europe/Zurich")).date() > datetime(2026, 1, 6, tzinfo=UTC).date()
