"""Samples and their metadata. Each is listed in its project and every group above, by the rows of `index`."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from pynamodb.transactions import TransactWrite

from chalicelib import timestamps
from chalicelib.catalog.puid import Kind, is_puid
from chalicelib.catalog.puid_rows import puid_key
from chalicelib.catalog.sample_query.changes import Change, log_changes
from chalicelib.catalog.samples import index as sample_index
from chalicelib.catalog.samples import metadata_field_counts
from chalicelib.catalog.samples.index import SampleListEntry, SampleListRow, TermRow
from chalicelib.catalog.samples.metadata import Metadata
from chalicelib.catalog.samples.metadata_sources import AnalysisSource, after_edit
from chalicelib.catalog.samples.model import Sample, SampleMetadata, SampleSummary
from chalicelib.catalog.samples.table import META, SamplePuidRow, SampleRow, sample_of, sample_row
from chalicelib.errors import Conflict, NotFound, message
from chalicelib.settings import settings
from chalicelib.tables import retry_with_latest, transact_write


def _listed(sample: Sample) -> SampleListEntry:
    return sample_index.listed(
        id=sample.id,
        puid=sample.puid,
        name=sample.name,
        created_at=sample.created_at,
        updated_at=sample.updated_at,
    )


def list_rows(sample: Sample) -> list[SampleListRow]:
    """The sample's rows in the lists of its project and the groups above."""
    return sample_index.list_rows(_listed(sample), sample.namespace_ids)


def term_rows(sample: Sample) -> list[TermRow]:
    """The sample's rows for searches in its project and the groups above."""
    return sample_index.term_rows(_listed(sample), sample.namespace_ids, sample.updated_at)


def find(id_or_puid: str) -> Sample:
    """The sample of this id or PUID; NotFound for none."""
    found = find_many([id_or_puid])
    if id_or_puid not in found:
        raise NotFound("Sample not found.")
    return found[id_or_puid]


def find_many(ids_or_puids: Iterable[str]) -> dict[str, Sample]:
    """The samples of these ids or PUIDs, by the id or PUID of the request; those that do not exist are absent."""
    ids = _ids_of(ids_or_puids)
    by_id = {row.sample_id: sample_of(row) for row in SampleRow.batch_get(_keys(ids.values()), consistent_read=True)}
    return {identifier: by_id[sample_id] for identifier, sample_id in ids.items() if sample_id in by_id}


def find_summaries(ids_or_puids: Iterable[str]) -> dict[str, SampleSummary]:
    """As `find_many`, without metadata: a hundred thousand of them fit into memory."""
    ids = _ids_of(ids_or_puids)
    wanted = ["sample_id", "puid", "name", "project_id", "namespace_ids"]
    by_id = {
        row.sample_id: SampleSummary(row.sample_id, row.puid, row.name, row.project_id, tuple(row.namespace_ids))
        for row in SampleRow.batch_get(_keys(ids.values()), consistent_read=True, attributes_to_get=wanted)
    }
    return {identifier: by_id[sample_id] for identifier, sample_id in ids.items() if sample_id in by_id}


def find_metadata(sample_ids: Iterable[str]) -> dict[str, SampleMetadata]:
    """What linelists show of the samples of these ids; those that do not exist are absent. Half the CPU of
    `find_many`, whose other attributes take as long to parse."""
    shown = ["sample_id", "puid", "name", "metadata"]
    return {
        row.sample_id: SampleMetadata(row.puid, row.name, row.metadata)
        for row in SampleRow.batch_get(_keys(sample_ids), consistent_read=True, attributes_to_get=shown)
    }


def _ids_of(ids_or_puids: Iterable[str]) -> dict[str, str]:
    """The sample id for each of these ids or PUIDs, where such a sample exists."""
    requested = list(dict.fromkeys(ids_or_puids))
    prefix = settings().puid_prefix
    puids = [identifier for identifier in requested if is_puid(identifier, Kind.SAMPLE, prefix)]
    named = {
        row.pk.removeprefix("PUID#"): row.target_id
        for row in SamplePuidRow.batch_get([(puid_key(puid), "PUID") for puid in puids], consistent_read=True)
    }
    return {
        identifier: named.get(identifier, identifier)
        for identifier in requested
        if identifier and len(identifier) <= 255
    }


def _keys(sample_ids: Iterable[str]) -> list[tuple[str, str]]:
    return [(f"SAMPLE#{sample_id}", META) for sample_id in dict.fromkeys(sample_ids)]


def update_with(sample: Sample, how: Callable[[Sample], Sample]) -> Sample:
    """Update a sample's name, description and metadata by a function of its latest version, again if another request
    changed it meanwhile. NotFound when it was deleted."""

    def update_latest(latest: Sample) -> Sample:
        wanted = how(latest)
        sources = wanted.metadata_sources if wanted.metadata_sources is not latest.metadata_sources else None
        return update(
            latest, name=wanted.name, description=wanted.description, metadata=wanted.metadata, sources=sources
        )

    return retry_with_latest(_Changed, sample, update_latest, lambda: find(sample.id))


def update(
    sample: Sample,
    *,
    name: str,
    description: str | None,
    metadata: Metadata,
    sources: tuple[AnalysisSource, ...] | None = None,
) -> Sample:
    """Update a sample. Conflict if another request changed it in the meantime, Invalid if its namespaces
    would have too many fields. Without `sources`, the changed values of metadata are taken for entered by people."""
    changed = replace(
        sample,
        name=name,
        description=description,
        metadata=dict(metadata),
        metadata_sources=after_edit(sample.metadata_sources, sample.metadata, metadata) if sources is None else sources,
        updated_at=timestamps.next_after(sample.updated_at),
    )

    carried = metadata_field_counts.changes(sample.metadata, changed.metadata)
    metadata_field_counts.check_field_quota(
        sample.namespace_ids[-1], (field for field, n in carried.items() if n > 0), ""
    )
    terms, before = term_rows(changed), term_rows(sample)
    renamed = {(row.pk, row.sk) for row in terms} != {(row.pk, row.sk) for row in before}
    if renamed:
        sample_index.put_terms(terms)

    def fill(transaction: TransactWrite) -> None:
        transaction.save(sample_row(changed), condition=SampleRow.updated_at == sample.updated_at)
        for row in list_rows(changed):
            transaction.save(row)
        log_changes(transaction, [Change(changed.puid, changed.id, changed.updated_at)], changed.namespace_ids)
        metadata_field_counts.count(transaction, sample.namespace_ids, carried)

    transact_write(fill, taken=[_Changed()])
    if renamed:
        kept = {(row.pk, row.sk) for row in terms}
        sample_index.drop_terms([row for row in before if (row.pk, row.sk) not in kept], sample.updated_at)
    return changed


class _Changed(Conflict):
    """The sample is not as it was read."""

    def __init__(self) -> None:
        super().__init__(message("This sample was just changed by someone else."), slug="changed-meanwhile")


def delete(sample: Sample) -> None:
    """Delete a sample. Running exports are not affected: their plans hold what they need. NotFound when it
    was deleted before."""
    # Its metadata fields are counted, so the deleted version must be the latest.
    retry_with_latest(_Changed, sample, _delete, lambda: find(sample.id))


def _delete(sample: Sample) -> None:
    def fill(transaction: TransactWrite) -> None:
        transaction.delete(sample_row(sample), condition=SampleRow.updated_at == sample.updated_at)
        transaction.delete(SamplePuidRow(puid_key(sample.puid), "PUID", target_id=sample.id))
        for row in list_rows(sample):
            transaction.delete(row)
        log_changes(transaction, [Change(sample.puid)], sample.namespace_ids)
        sample_index.count(transaction, sample.namespace_ids, -1)
        metadata_field_counts.count(
            transaction, sample.namespace_ids, metadata_field_counts.changes(sample.metadata, ())
        )

    transact_write(fill, taken=[_Changed()])
    sample_index.drop_terms(term_rows(sample), None)
