"""Makes the snapshot of a namespace: from the one before and what changed since, or from all its samples."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from chalicelib import timestamps
from chalicelib.catalog.sample_query import snapshot_store
from chalicelib.catalog.sample_query.column import Cell, Column, ColumnBuilder, rearranged
from chalicelib.catalog.sample_query.columns import ATTRIBUTES, PUID, UPDATED, cell, metadata_column
from chalicelib.catalog.sample_query.reading import read_samples
from chalicelib.catalog.sample_query.snapshot import IN_TAIL, Directory, SnapshotWriter
from chalicelib.catalog.sample_query.snapshot_store import Snapshot
from chalicelib.catalog.samples import queries as sample_queries
from chalicelib.catalog.samples.index import SampleListEntry

# A sample is given its time before it is written: within the longest time that a function runs.
_MARGIN = timedelta(minutes=15)


def refresh_snapshot(event: Mapping[str, Any]) -> dict[str, Any]:
    """Make a namespace's snapshot. Two at once make two, of which the later becomes the current one."""
    namespace_id = event["namespace_id"]
    since = timestamps.format(timestamps.now() - _MARGIN)
    present = list(sample_queries.everything([namespace_id], None))
    before = snapshot_store.current(namespace_id)
    opened = None if before is None else snapshot_store.open_snapshot(before, ())
    if before is None or opened is None:
        data, tail = _from_all(present)
    else:
        data, tail = _from_changes(present, before, *opened)
    is_current = snapshot_store.put(namespace_id, data, tail, since=since)
    return {"outcome": "refreshed" if is_current else "superseded", "samples": len(present), "bytes": len(data)}


def _from_all(present: Sequence[SampleListEntry]) -> tuple[bytes, int]:
    rows = len(present)
    builders: dict[str, ColumnBuilder] = {}
    row = 0
    for sample in read_samples([entry.id for entry in present]):
        names = [*ATTRIBUTES, *map(metadata_column, sample.metadata)]
        for name in names:
            value = cell(sample, name)
            if value is not None:
                if name not in builders:
                    builders[name] = ColumnBuilder(rows)
                builders[name].set(row, value)
        row += 1
    # Samples that were deleted meanwhile leave rows at the end that no PUID names.
    sources = range(row)
    columns = (
        (name, builder.column() if row == rows else rearranged(builder.column(), sources, {}))
        for name, builder in builders.items()
    )
    return _written(row, dict(columns))


def _from_changes(
    present: Sequence[SampleListEntry], before: Snapshot, directory: Directory, tail: Mapping[str, Column]
) -> tuple[bytes, int]:
    row_before = {puid: row for row, puid in enumerate(map(tail[PUID].__getitem__, range(directory.rows)))}
    updated = tail[UPDATED]
    kept = {
        entry.puid: row_before[entry.puid]
        for entry in present
        if entry.puid in row_before and updated[row_before[entry.puid]] == entry.updated_at
    }
    changed = {
        sample.puid: sample for sample in read_samples([entry.id for entry in present if entry.puid not in kept])
    }
    puids = [entry.puid for entry in present if entry.puid in kept or entry.puid in changed]
    sources = [kept.get(puid, -1) for puid in puids]
    news = {row: changed[puid] for row, puid in enumerate(puids) if puid in changed}
    fields = {metadata_column(field) for sample in news.values() for field in sample.metadata}
    writer = SnapshotWriter(len(puids))
    for name in _in_file_order({*directory.columns, *fields, *ATTRIBUTES}):
        column = tail.get(name)
        if column is None and name in directory.columns:
            column = snapshot_store.read_columns(before, directory, [name])[name]
        changes: dict[int, Cell] = {row: cell(sample, name) for row, sample in news.items()}
        writer.add(name, rearranged(column, sources, changes))
    return writer.finish()


def _written(rows: int, columns: Mapping[str, Column]) -> tuple[bytes, int]:
    writer = SnapshotWriter(rows)
    for name in _in_file_order({*columns, *ATTRIBUTES}):
        writer.add(name, columns.get(name) or ColumnBuilder(rows).column())
    return writer.finish()


def _in_file_order(names: set[str]) -> list[str]:
    return [*sorted(names - set(IN_TAIL)), *IN_TAIL]
