"""Where the values of a sample's metadata come from: people enter them, unless a workflow execution wrote them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from chalicelib.catalog.samples.metadata import Metadata, Value


@dataclass(frozen=True, slots=True)
class AnalysisSource:
    """A workflow execution (run), when its results were read, and the fields whose values are its own."""

    run_id: str
    at: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Analyzed:
    """Metadata with the results of a run, where each value is from, and the fields that were left as people had entered
    them."""

    metadata: dict[str, Value]
    sources: tuple[AnalysisSource, ...]
    kept: tuple[str, ...]


def source_by_field(sources: Iterable[AnalysisSource]) -> dict[str, AnalysisSource]:
    """The source of each field that a run wrote."""
    return {field: source for source in sources for field in source.fields}


def after_edit(sources: Iterable[AnalysisSource], before: Metadata, after: Metadata) -> tuple[AnalysisSource, ...]:
    """The sources after people changed metadata: what they changed is theirs."""
    unchanged = {field for field, value in after.items() if field in before and before[field] == value}
    kept = (
        AnalysisSource(source.run_id, source.at, tuple(field for field in source.fields if field in unchanged))
        for source in sources
    )
    return tuple(source for source in kept if source.fields)


def with_results(
    metadata: Metadata,
    sources: Iterable[AnalysisSource],
    results: Mapping[str, Value | None],
    run_id: str,
    at: str,
    *,
    overwrite: bool = False,
) -> Analyzed:
    """Metadata with a run's results, of which None removes a value. What people entered is kept, unless `overwrite`;
    what another run wrote is replaced."""
    changed, by_field = dict(metadata), source_by_field(sources)
    own: list[str] = []
    kept: list[str] = []
    for field, value in results.items():
        if field in changed and field not in by_field and not overwrite:
            if value != changed[field]:
                kept.append(field)
        elif value is None:
            changed.pop(field, None)
        else:
            changed[field] = value
            own.append(field)
    others = (
        AnalysisSource(
            source.run_id,
            source.at,
            tuple(field for field in source.fields if field not in results and field in changed),
        )
        for source in sources
        if source.run_id != run_id
    )
    earlier = [
        field for source in sources if source.run_id == run_id for field in source.fields if field not in results
    ]
    mine = AnalysisSource(run_id, at, tuple(sorted({*own, *earlier})))
    return Analyzed(changed, tuple(source for source in (*others, mine) if source.fields), tuple(kept))
