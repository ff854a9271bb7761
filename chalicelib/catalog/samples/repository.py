"""Samples and their metadata. Each is listed in its project and every group above, by the rows of `sample_index`."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from pynamodb.transactions import TransactWrite

from chalicelib import timestamps
from chalicelib.catalog.namespaces.model import Namespace
from chalicelib.catalog.puid import Kind, is_puid, make
from chalicelib.catalog.puid_rows import puid_key
from chalicelib.catalog.samples import index as sample_index
from chalicelib.catalog.samples import metadata_field_counts
from chalicelib.catalog.samples.index import SampleListEntry, SampleListRow, TermRow
from chalicelib.catalog.samples.metadata import Metadata
from chalicelib.catalog.samples.model import NewSample, Sample, SampleSummary, metadata_size
from chalicelib.catalog.samples.table import META, SamplePuidRow, SampleRow, sample_of, sample_row
from chalicelib.errors import Conflict, NotFound, message
from chalicelib.ids import Ids
from chalicelib.settings import settings
from chalicelib.tables import retry_with_latest, transact_write

_TRANSACTION = 100  # operations that one transaction may have (TransactWriteItems)
_TRANSACTION_BYTES = 3_000_000  # of the 4 MB that it may have: rows of lists, PUIDs and counts come with each sample


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


def create(project: Namespace, new: NewSample, ids: Ids) -> Sample:
    """Make one sample in a project. Conflict when its PUID is in use."""
    return create_many(project, [new], ids)[0]


def create_many(project: Namespace, wanted: Sequence[NewSample], ids: Ids) -> list[Sample]:
    """Make samples in a project, in order. Conflict when a PUID is in use.

    Each is written whole or not at all, many in one transaction. With repeatable ids a second call completes the
    first, however far that came.
    """
    at = timestamps.format(timestamps.now())
    prefix = settings().puid_prefix
    made = [
        Sample(
            id=ids.id(),
            puid=new.puid or make(Kind.SAMPLE, prefix, ids),
            name=new.name,
            description=new.description,
            project_id=project.id,
            namespace_ids=tuple(reversed(project.lineage)),
            metadata=dict(new.metadata or {}),
            created_at=at,
            updated_at=at,
        )
        for new in wanted
    ]
    _refuse_taken(made, [new.puid for new in wanted if new.puid is not None])
    metadata_field_counts.check_field_quota(
        project.lineage[0], (field for sample in made for field in sample.metadata), ""
    )
    depth = len(project.lineage)
    at_once = max(1, (_TRANSACTION - (1 + metadata_field_counts.MOST_ROWS) * depth) // (2 + depth))
    there = find_many(sample.id for sample in made) if ids.is_repeatable else {}
    for chunk in _chunks(made, at_once):
        if any(sample.id not in there for sample in chunk):
            sample_index.put_terms([row for sample in chunk for row in term_rows(sample)])
            try:
                _write_new(chunk)
            except Conflict:
                twins = find_many(sample.id for sample in chunk) if ids.is_repeatable else {}
                if len(twins) < len(chunk):
                    raise
                there |= twins
    return [there.get(sample.id, sample) for sample in made]


def _chunks(made: Sequence[Sample], most: int) -> Iterator[list[Sample]]:
    """Samples as one transaction takes them: by number, and by bytes."""
    chunk: list[Sample] = []
    size = 0
    for sample in made:
        more = _size(sample)
        if chunk and (len(chunk) == most or size + more > _TRANSACTION_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(sample)
        size += more
    if chunk:
        yield chunk


def _size(sample: Sample) -> int:
    """About what a sample's rows take of a transaction; its name is in each list, its description once."""
    texts = (sample.name,) * 2 * (2 + len(sample.namespace_ids)) + (sample.description or "",)
    return metadata_size(sample.metadata) + sum(len(text.encode()) for text in texts)


def _refuse_taken(made: Sequence[Sample], given: Sequence[str]) -> None:
    """PUIDs that were given are looked up before the first write, so that a conflict leaves nothing behind."""
    own = {sample.puid: sample.id for sample in made}
    used = SamplePuidRow.batch_get([(puid_key(puid), "PUID") for puid in dict.fromkeys(given)], consistent_read=True)
    taken = any(row.target_id != own[row.pk.removeprefix("PUID#")] for row in used)
    if taken or len(set(given)) != len(given):
        raise Conflict("A PUID is already in use or duplicated.", slug="puid-taken")


def _write_new(made: Sequence[Sample]) -> None:
    taken: list[Conflict | None] = []

    def fill(transaction: TransactWrite) -> None:
        for sample in made:
            name_row = SamplePuidRow(puid_key(sample.puid), target_id=sample.id)
            transaction.save(name_row, condition=SamplePuidRow.pk.does_not_exist())
            transaction.save(sample_row(sample), condition=SampleRow.pk.does_not_exist())
            rows = list_rows(sample)
            for row in rows:
                transaction.save(row)
            taken.extend([Conflict("This PUID is already in use.", slug="puid-taken"), *([None] * (1 + len(rows)))])
        sample_index.count(transaction, made[0].namespace_ids, len(made))
        carried = Counter(field for sample in made for field in sample.metadata)
        metadata_field_counts.count(transaction, made[0].namespace_ids, carried)

    transact_write(fill, taken=taken)


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
    return {one: by_id[sample_id] for one, sample_id in ids.items() if sample_id in by_id}


def find_summaries(ids_or_puids: Iterable[str]) -> dict[str, SampleSummary]:
    """As `find_many`, without metadata: a hundred thousand of them fit into memory."""
    ids = _ids_of(ids_or_puids)
    wanted = ["sample_id", "puid", "name", "project_id", "namespace_ids"]
    by_id = {
        row.sample_id: SampleSummary(row.sample_id, row.puid, row.name, row.project_id, tuple(row.namespace_ids))
        for row in SampleRow.batch_get(_keys(ids.values()), consistent_read=True, attributes_to_get=wanted)
    }
    return {one: by_id[sample_id] for one, sample_id in ids.items() if sample_id in by_id}


def _ids_of(ids_or_puids: Iterable[str]) -> dict[str, str]:
    """The id that each of these means, if there is such a sample."""
    requested = list(dict.fromkeys(ids_or_puids))
    prefix = settings().puid_prefix
    puids = [one for one in requested if is_puid(one, Kind.SAMPLE, prefix)]
    named = {
        row.pk.removeprefix("PUID#"): row.target_id
        for row in SamplePuidRow.batch_get([(puid_key(puid), "PUID") for puid in puids], consistent_read=True)
    }
    return {one: named.get(one, one) for one in requested if one and len(one) <= 255}


def _keys(sample_ids: Iterable[str]) -> list[tuple[str, str]]:
    return [(f"SAMPLE#{sample_id}", META) for sample_id in dict.fromkeys(sample_ids)]


def update_with(sample: Sample, how: Callable[[Sample], Sample]) -> Sample:
    """Update a sample's name, description and metadata by a function of its latest version, again if another request
    changed it meanwhile. NotFound when it was deleted."""

    def update_latest(latest: Sample) -> Sample:
        wanted = how(latest)
        return update(latest, name=wanted.name, description=wanted.description, metadata=wanted.metadata)

    return retry_with_latest(_Changed, sample, update_latest, lambda: find(sample.id))


def update(sample: Sample, *, name: str, description: str | None, metadata: Metadata) -> Sample:
    """Update a sample. Conflict if another request changed it in the meantime, Invalid if its namespaces
    would have too many fields."""
    changed = replace(
        sample,
        name=name,
        description=description,
        metadata=dict(metadata),
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
    """Delete a sample. Exports that already run are not disturbed: their plans hold what they need. NotFound when it
    is deleted already."""
    # Its metadata fields are counted, so the deleted version must be the latest.
    retry_with_latest(_Changed, sample, _delete, lambda: find(sample.id))


def _delete(sample: Sample) -> None:
    def fill(transaction: TransactWrite) -> None:
        transaction.delete(sample_row(sample), condition=SampleRow.updated_at == sample.updated_at)
        transaction.delete(SamplePuidRow(puid_key(sample.puid), "PUID", target_id=sample.id))
        for row in list_rows(sample):
            transaction.delete(row)
        sample_index.count(transaction, sample.namespace_ids, -1)
        metadata_field_counts.count(
            transaction, sample.namespace_ids, metadata_field_counts.changes(sample.metadata, ())
        )

    transact_write(fill, taken=[_Changed()])
    sample_index.drop_terms(term_rows(sample), None)
