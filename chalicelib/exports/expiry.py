"""The expiry of exports: three business days, to the end of the day."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from chalicelib.settings import Settings

if TYPE_CHECKING:
    from holidays import HolidayBase

BUSINESS_DAYS = 3
_CATEGORIES = ("government", "public", "optional")
_END_OF_DAY = time(23, 59, 59)


@cache
def _days_off(country: str, subdivision: str) -> "HolidayBase":
    import holidays  # noqa: PLC0415 - slow to import, and few calls need a calendar

    # `categories` differ by country: those that a calendar lacks are ignored.
    known = holidays.country_holidays(country, subdiv=subdivision or None).supported_categories
    return holidays.country_holidays(
        country, subdiv=subdivision or None, categories=tuple(c for c in _CATEGORIES if c in known)
    )


def expires_at(
    ready_at: datetime, *, time_zone: str, country: str, subdivision: str, business_days: int = BUSINESS_DAYS
) -> datetime:
    """The last second of the third business day after `ready_at`, in `time_zone`, given in UTC.

    Ready on a day off counts as ready on the next business day (a Saturday: Thursday).
    """
    zone = ZoneInfo(time_zone)
    days_off = _days_off(country, subdivision)

    def is_business_day(day: date) -> bool:
        return day.weekday() < 5 and day not in days_off

    day = ready_at.astimezone(zone).date()
    while not is_business_day(day):
        day += timedelta(days=1)
    left = business_days
    while left:
        day += timedelta(days=1)
        left -= is_business_day(day)
    return datetime.combine(day, _END_OF_DAY, zone).astimezone(UTC)


def expiry(ready_at: datetime, s: Settings) -> datetime:
    """`expires_at` in the time zone and by the days off of the settings."""
    return expires_at(ready_at, time_zone=s.time_zone, country=s.holidays_country, subdivision=s.holidays_subdivision)
