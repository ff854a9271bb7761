"""The plan of a linelist: which samples have a row, in order, and which were skipped."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.catalog.samples.model import ResolvedSamples
from chalicelib.exports.contents.items import Skipped


@dataclass(frozen=True, slots=True)
class PlannedSample:
    """A sample that has a row."""

    id: str
    project_id: str


@dataclass(frozen=True, slots=True)
class LinelistPlan:
    """The samples by row, the PUIDs of their projects by id, and what is not in the table."""

    samples: tuple[PlannedSample, ...]
    project_puids: Mapping[str, str]
    skipped: tuple[Skipped, ...]


def plan_rows(resolved: ResolvedSamples) -> LinelistPlan:
    """The plan for these samples."""
    project_ids = dict.fromkeys(sample.project_id for sample in resolved.samples)
    return LinelistPlan(
        samples=tuple(PlannedSample(sample.id, sample.project_id) for sample in resolved.samples),
        project_puids={project_id: resolved.projects[project_id].puid for project_id in project_ids},
        skipped=tuple(Skipped(sample_id, "sample-not-found") for _, sample_id in resolved.refused),
    )


def to_lines(plan: LinelistPlan) -> Iterator[Any]:
    """The plan as JSON documents: projects, what was skipped, then a row for each sample."""
    numbers = {project_id: number for number, project_id in enumerate(plan.project_puids)}
    yield list(plan.project_puids.items())
    yield [[skipped.id, skipped.reason] for skipped in plan.skipped]
    for sample in plan.samples:
        yield [sample.id, numbers[sample.project_id]]


def from_lines(lines: Iterator[Any]) -> LinelistPlan:
    """The plan that `to_lines` wrote."""
    projects = [(project_id, puid) for project_id, puid in next(lines)]
    skipped = tuple(Skipped(*row) for row in next(lines))
    samples = tuple(PlannedSample(sample_id, projects[number][0]) for sample_id, number in lines)
    return LinelistPlan(samples, dict(projects), skipped)
