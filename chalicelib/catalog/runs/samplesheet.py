"""Validates the samplesheet of a new run: which samples it may name, and how large its rows may be."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.catalog.namespaces.model import Namespace
from chalicelib.catalog.runs.model import RunSample
from chalicelib.catalog.samples import repository as samples
from chalicelib.catalog.samples.resolve import resolve
from chalicelib.errors import Violation, message, validation_error

MAX_ROW = 20_000  # bytes, as JSON in UTF-8


@dataclass(frozen=True, slots=True)
class SamplesheetRow:
    """A row of a request: a sample, by id or PUID, and its values."""

    sample_id: str
    values: Mapping[str, Any]


def validate_samplesheet(user_id: str, namespace: Namespace, rows: Sequence[SamplesheetRow]) -> list[RunSample]:
    """The samples of a run, in the order of their rows. Raises Invalid with a violation for each row whose sample the
    user may not use as an analyst, is a duplicate, or whose values are too large."""
    resolved = resolve(user_id, namespace, [row.sample_id for row in rows])
    refused = {position for position, _ in resolved.refused}
    found = samples.find_many(row.sample_id for row in rows)
    rule = "There is no such sample in this namespace, or you may not use it."
    violations = [Violation(f"/samples/{position}/sample_id", rule) for position in sorted(refused)]
    used: set[str] = set()
    run_samples = []
    for position, row in enumerate(rows):
        if position in refused:
            continue
        sample = found[row.sample_id]
        if sample.id in used:
            violations.append(Violation(f"/samples/{position}/sample_id", "Duplicate sample."))
        used.add(sample.id)
        size = len(json.dumps(dict(row.values), ensure_ascii=False).encode())
        if size > MAX_ROW:
            too_large = message(
                "A samplesheet row must have at most {most} bytes; this has {size}.", most=MAX_ROW, size=size
            )
            violations.append(Violation(f"/samples/{position}/samplesheet", too_large))
        run_samples.append(RunSample(position + 1, sample.id, sample.puid, row.values))
    if violations:
        raise validation_error(violations)
    return run_samples
