"""The estimated size of an export, and the limits that it must not exceed."""

from collections.abc import Iterable
from dataclasses import dataclass

from chalicelib.exports.contents.items import Item
from chalicelib.settings import Settings


@dataclass(frozen=True, slots=True)
class FormatTotal:
    """Files and bytes of one format."""

    files: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """Samples, files and bytes of an export; `exact` is False if extrapolated from a subset."""

    samples: int
    files: int
    bytes: int
    by_format: dict[str, FormatTotal]
    exact: bool


@dataclass(frozen=True, slots=True)
class Excess:
    """A limit that an export exceeds: its name, the export's value, and the maximum."""

    limit: str
    value: int
    maximum: int


def extrapolate(items: Iterable[Item], total: int, sampled: int) -> Estimate:
    """The estimate for `total` samples (or runs), given the items of `sampled` of them."""
    counts: dict[str, tuple[int, int]] = {}
    for item in items:
        files, size = counts.get(item.format, (0, 0))
        counts[item.format] = (files + 1, size + item.size)
    by_format = {
        name: FormatTotal(files * total // sampled, size * total // sampled)
        for name, (files, size) in sorted(counts.items())
    }
    return Estimate(
        samples=total,
        files=sum(format_total.files for format_total in by_format.values()),
        bytes=sum(format_total.bytes for format_total in by_format.values()),
        by_format=by_format,
        exact=total == sampled,
    )


def excesses(samples: int, files: int, size: int, limits: Settings) -> list[Excess]:
    """The limits that an export of this size would exceed."""
    values = (
        Excess("samples", samples, limits.max_export_samples),
        Excess("files", files, limits.max_export_files),
        Excess("bytes", size, limits.max_export_bytes),
    )
    return [excess for excess in values if excess.value > excess.maximum]
