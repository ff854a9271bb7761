"""Creates samples: one, or many in as few transactions as DynamoDB allows."""

from collections import Counter
from collections.abc import Iterator, Sequence

from pynamodb.transactions import TransactWrite

from chalicelib import timestamps
from chalicelib.catalog.namespaces.model import Namespace
from chalicelib.catalog.puid import Kind, make
from chalicelib.catalog.puid_rows import puid_key
from chalicelib.catalog.sample_query.changes import Change, log_changes
from chalicelib.catalog.samples import index as sample_index
from chalicelib.catalog.samples import metadata_field_counts
from chalicelib.catalog.samples.model import NewSample, Sample, metadata_size
from chalicelib.catalog.samples.repository import find_many, list_rows, term_rows
from chalicelib.catalog.samples.table import SamplePuidRow, SampleRow, sample_row
from chalicelib.errors import Conflict
from chalicelib.ids import Ids
from chalicelib.settings import settings
from chalicelib.tables import transact_write

_TRANSACTION = 100  # operations that one transaction may have (TransactWriteItems)


_TRANSACTION_BYTES = 3_000_000  # of the allowed 4 MB, because rows of lists, PUIDs and counts come with each sample


def create(project: Namespace, new: NewSample, ids: Ids) -> Sample:
    """Make one sample in a project. Conflict when its PUID is in use."""
    return create_many(project, [new], ids)[0]


def create_many(project: Namespace, wanted: Sequence[NewSample], ids: Ids) -> list[Sample]:
    """Make samples in a project, in order. Conflict when a PUID is in use.

    Each is written whole or not at all, many in one transaction. With repeatable ids a second call completes the
    first, however much of it was done.
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
    # In each namespace a transaction writes a count, those of fields, a row of the log, and a row for each sample.
    samples_per_transaction = max(1, (_TRANSACTION - (2 + metadata_field_counts.MAX_ROWS) * depth) // (2 + depth))
    there = find_many(sample.id for sample in made) if ids.is_repeatable else {}
    for chunk in _chunks(made, samples_per_transaction):
        if any(sample.id not in there for sample in chunk):
            sample_index.put_terms([row for sample in chunk for row in term_rows(sample)])
            try:
                _write_new(chunk)
            except Conflict:
                existing = find_many(sample.id for sample in chunk) if ids.is_repeatable else {}
                if len(existing) < len(chunk):
                    raise
                there |= existing
    return [there.get(sample.id, sample) for sample in made]


def _chunks(made: Sequence[Sample], most: int) -> Iterator[list[Sample]]:
    """Samples in chunks that fit into one transaction, by number and by bytes."""
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
    """The approximate bytes of a sample's rows in a transaction; its name is in each list, its description once."""
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
        changes = [Change(sample.puid, sample.id, sample.updated_at) for sample in made]
        log_changes(transaction, changes, made[0].namespace_ids)
        sample_index.count(transaction, made[0].namespace_ids, len(made))
        carried = Counter(field for sample in made for field in sample.metadata)
        metadata_field_counts.count(transaction, made[0].namespace_ids, carried)

    transact_write(fill, taken=taken)
