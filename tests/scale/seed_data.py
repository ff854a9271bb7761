"""A large laboratory, written as table rows: the API would take hours to create it."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from chalicelib.catalog.namespaces.model import Namespace
from chalicelib.catalog.namespaces.table import namespace_row
from chalicelib.catalog.puid import Kind, make
from chalicelib.catalog.samples import index as sample_index
from chalicelib.catalog.samples import repository as samples
from chalicelib.catalog.samples.metadata import Value
from chalicelib.catalog.samples.model import Sample
from chalicelib.catalog.samples.table import sample_row
from chalicelib.ids import Ids

COUNTRIES = ("Canada", "Peru", "Ethiopia", "France", "Norway")
AT = "2026-11-24T00:00:00.000Z"


@dataclass(frozen=True)
class Laboratory:
    """A group with many projects, one of which has many samples, `Sample 000000` and so on."""

    group_id: str
    project_id: str
    samples: int
    projects: int
    fields: int = 0

    def metadata(self, number: int) -> dict[str, Value]:
        """The metadata of a sample: in turn a country, a date, a number and a text that no other sample has."""
        chance = random.Random(number)
        kinds: tuple[Callable[[], Value], ...] = (
            lambda: chance.choice(COUNTRIES),
            lambda: f"2026-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}",
            lambda: round(chance.uniform(0, 100), 2),
            lambda: f"isolate {number} of {chance.randint(0, 999_999)}",
        )
        return {f"field {i:02d}": kinds[i % len(kinds)]() for i in range(self.fields)}

    def project_rows(self) -> Iterator[Any]:
        """The rows by which the other projects are listed below the group."""
        for i in range(self.projects - 1):
            project = Namespace(
                f"project-{i}", "project", f"Project {i}", f"p{i}", f"lab/p{i}", f"INXT_PRJ_{i:010d}", self.group_id,
                (self.group_id,), None, AT,
            )  # fmt: skip
            yield namespace_row(project, f"BELOW#{self.group_id}", f"project#{project.id}")

    def sample_rows(self) -> Iterator[Any]:
        """All rows of the samples: their own, those of lists and searches, and the counts."""
        lineage = (self.project_id, self.group_id)
        for namespace_id in lineage:
            yield sample_index._CountRow(f"COUNT#{namespace_id}", "0", samples=self.samples)
        ids = Ids()
        for i in range(self.samples):
            sample = Sample(
                id=ids.id(), puid=make(Kind.SAMPLE, "INXT", ids), name=f"Sample {i:06d}", description=None,
                project_id=self.project_id, namespace_ids=lineage, metadata=self.metadata(i), created_at=AT,
                updated_at=AT,
            )  # fmt: skip
            yield sample_row(sample)
            yield from samples.list_rows(sample)
            yield from samples.term_rows(sample)
