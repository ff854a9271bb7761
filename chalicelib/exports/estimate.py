"""What an export would hold, before anything starts, and the limits that it must keep."""

from collections.abc import Iterable
from dataclasses import dataclass

from chalicelib.catalog.samples.resolve import ResolvedSamples, files_by_sample
from chalicelib.exports.contents.items import Contents, Item, sample_contents
from chalicelib.settings import Settings


@dataclass(frozen=True, slots=True)
class Share:
    """Files and bytes of one format."""

    files: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """Samples, files and bytes of an export; `exact` is False where it was reckoned up from a part of the samples."""

    samples: int
    files: int
    bytes: int
    by_format: dict[str, Share]
    exact: bool


@dataclass(frozen=True, slots=True)
class Excess:
    """A limit that an export passes: its name, the value that was asked for, and the most that is allowed."""

    limit: str
    value: int
    maximum: int


def contents_of(choice: ResolvedSamples, file_formats: Iterable[str]) -> Contents:
    """The contents that the planning would give these samples now."""
    files = dict(files_by_sample(choice.samples))
    return sample_contents(choice.samples, choice.projects, files, file_formats, excluded={})


def scaled(items: Iterable[Item], whole: int, looked_at: int) -> Estimate:
    """The estimate of `whole` samples (or runs), of which so many were looked at and have these items."""
    counts: dict[str, tuple[int, int]] = {}
    for item in items:
        files, size = counts.get(item.format, (0, 0))
        counts[item.format] = (files + 1, size + item.size)
    by_format = {
        name: Share(files * whole // looked_at, size * whole // looked_at)
        for name, (files, size) in sorted(counts.items())
    }
    return Estimate(
        samples=whole,
        files=sum(share.files for share in by_format.values()),
        bytes=sum(share.bytes for share in by_format.values()),
        by_format=by_format,
        exact=whole == looked_at,
    )


def excesses(samples: int, files: int, size: int, limits: Settings) -> list[Excess]:
    """The limits that an export of so many samples, files and bytes would pass."""
    asked = (
        Excess("samples", samples, limits.max_export_samples),
        Excess("files", files, limits.max_export_files),
        Excess("bytes", size, limits.max_export_bytes),
    )
    return [one for one in asked if one.value > one.maximum]
