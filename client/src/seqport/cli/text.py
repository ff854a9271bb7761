"""Sizes, times and states as people read them."""

from __future__ import annotations

from datetime import datetime

from seqport.messages import language
from seqport.messages import translate as _

_UNITS = {"en": ("B", "KB", "MB", "GB", "TB", "PB"), "fr": ("o", "Ko", "Mo", "Go", "To", "Po")}


def size(count: int) -> str:
    """A number of bytes: 12.3 GB, in French 12,3 Go (decimal prefixes, as disks and the pages have them)."""
    units = _UNITS.get(language(), _UNITS["en"])
    value, place = float(count), 0
    while value >= 999.5 and place < len(units) - 1:
        value, place = value / 1000, place + 1
    number = f"{value:.0f}" if place == 0 or value >= 99.95 else f"{value:.1f}"
    return f"{number.replace('.', ',') if language() == 'fr' else number} {units[place]}"


def time(moment: str | None) -> str:
    """A time of the API (RFC 3339, UTC) in the local time zone: 2026-11-25 14:05."""
    if moment is None:
        return ""
    return datetime.fromisoformat(moment.replace("Z", "+00:00")).astimezone().strftime("%Y-%m-%d %H:%M")


def status(name: str) -> str:
    """The status of an export."""
    return {"processing": _("processing"), "ready": _("ready"), "failed": _("failed")}.get(name, name)


def step(name: str) -> str:
    """The step of an export that is being assembled."""
    return {
        "queued": _("queued"),
        "planning": _("planning"),
        "assembling": _("assembling"),
        "finishing": _("finishing"),
        "done": _("done"),
    }.get(name, name)
