"""What changed in a namespace since a moment: rows of its list, and PUIDs of samples that were deleted."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain, islice

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.transactions import TransactWrite

from chalicelib import timestamps
from chalicelib.catalog.samples.index import SHARDS, SampleListRow, partition
from chalicelib.tables import Row, TableName

_SEPARATOR = "\x00"
_REMEMBERED = timedelta(days=30)  # snapshots are younger


class _DeletionRow(Row):
    """`DELETED#<namespace>` / `<when>\\0<puid>`: a sample of the namespace was deleted. DynamoDB removes the row after
    `expires_at` (seconds)."""

    class Meta:
        table_name = TableName("samples_table")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    expires_at = NumberAttribute()


@dataclass(frozen=True, slots=True)
class Change:
    """A sample that was created or changed, and its version; `sample_id` is None of one that was deleted."""

    puid: str
    sample_id: str | None
    updated_at: str | None


def note_deletion(transaction: TransactWrite, puid: str, namespace_ids: Iterable[str]) -> None:
    """Add to the transaction that deletes a sample what tells queries that it is gone."""
    now = timestamps.now()
    key = f"{timestamps.format(now)}{_SEPARATOR}{puid}"
    for namespace_id in namespace_ids:
        row = _DeletionRow(f"DELETED#{namespace_id}", key, expires_at=int((now + _REMEMBERED).timestamp()))
        transaction.save(row)


def changes_since(namespace_id: str, since: str | None, most: int) -> list[Change]:
    """What was created, changed or deleted since a moment, everything if that is None: of each shard of the list at
    most `most` rows."""

    def of_shard(shard: int) -> list[Change]:
        place = partition("IN", namespace_id, shard)
        condition = None if since is None else SampleListRow.updated_key >= since
        rows = SampleListRow.by_updated.query(
            place, condition, attributes_to_get=["sk", "sample_id", "updated_key"], page_size=1_000
        )
        return [Change(row.puid, row.sample_id, row.updated_key.split(_SEPARATOR)[0]) for row in islice(rows, most)]

    def deleted(_: int) -> list[Change]:
        if since is None:
            return []
        rows = _DeletionRow.query(f"DELETED#{namespace_id}", _DeletionRow.sk >= since, consistent_read=True)
        return [Change(row.sk.split(_SEPARATOR)[1], None, None) for row in islice(rows, most)]

    with ThreadPoolExecutor(SHARDS + 1) as pool:
        removed = pool.submit(deleted, 0)
        changed = list(chain.from_iterable(pool.map(of_shard, range(SHARDS))))
        # A PUID can be given to a new sample: what exists now comes last.
        return [*removed.result(), *changed]
