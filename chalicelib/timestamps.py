"""Moments as the API writes them: RFC 3339 in UTC with `Z`."""

import re
from datetime import UTC, datetime, timedelta


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def format(moment: datetime) -> str:
    """`2026-11-24T07:14:38.123Z`: milliseconds always, so that texts sort as moments do."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse(text: str) -> datetime:
    """The moment of such a text; ValueError when it is none."""
    return datetime.fromisoformat(text)


# RFC 3339 section 5.6: `T` and `Z` in either case, fractions of any length, an offset or Z.
_RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})", re.IGNORECASE
)


def parse_rfc_3339(text: str) -> datetime:
    """The moment that a client wrote; ValueError for another spelling than RFC 3339's, or a moment that does not
    exist. Python's own parser takes much more of ISO 8601."""
    if not _RFC_3339.fullmatch(text):
        raise ValueError("not a date-time of RFC 3339")
    return datetime.fromisoformat(text.upper())


def next_after(text: str) -> str:
    """The current time as text, or the next after `text` if the clock has not advanced: texts identify versions."""
    return max(format(now()), format(parse(text) + timedelta(milliseconds=1)))
