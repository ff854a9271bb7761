"""Moments as the contract writes them: RFC 3339 in UTC with `Z`."""

from datetime import UTC, datetime, timedelta


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def to_text(moment: datetime) -> str:
    """`2026-11-24T07:14:38.123Z`: milliseconds always, so that texts sort as moments do."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_text(text: str) -> datetime:
    """The moment of such a text; ValueError when it is none."""
    return datetime.fromisoformat(text)


def later_than(text: str) -> str:
    """The present moment's text, or the next after `text` where the clock stands still: texts tell versions apart."""
    return max(to_text(now()), to_text(from_text(text) + timedelta(milliseconds=1)))
