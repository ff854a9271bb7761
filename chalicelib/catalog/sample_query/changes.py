"""The log of what changed in a namespace: a row for each transaction that creates, changes or deletes samples.

It is read consistently, by the namespace's partition, so that a query finds what was written before it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from datetime import timedelta
from uuid import uuid4

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.transactions import TransactWrite

from chalicelib import timestamps
from chalicelib.attributes import Json
from chalicelib.tables import Row, TableName

_REMEMBERED = timedelta(days=30)  # snapshots are younger


class _ChangesRow(Row):
    """`CHANGES#<namespace>` / `<when>#<random>`: samples that one transaction wrote. DynamoDB removes the row after
    `expires_at` (seconds)."""

    class Meta:
        table_name = TableName("samples_table")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    samples = Json()
    expires_at = NumberAttribute()


@dataclass(frozen=True, slots=True)
class Change:
    """A sample that was created or changed, and its version; of one that was deleted both are None."""

    puid: str
    sample_id: str | None = None
    updated_at: str | None = None


def log_changes(transaction: TransactWrite, changes: Sequence[Change], namespace_ids: Iterable[str]) -> None:
    """Add to a transaction, after its other writes, what it changes in these namespaces."""
    now = timestamps.now()
    key = f"{timestamps.format(now)}#{uuid4().hex[:8]}"
    samples = [astuple(change) for change in changes]
    expires_at = int((now + _REMEMBERED).timestamp())
    for namespace_id in namespace_ids:
        transaction.save(_ChangesRow(f"CHANGES#{namespace_id}", key, samples=samples, expires_at=expires_at))


def changes_since(namespace_id: str, since: str) -> list[Change]:
    """What was created, changed or deleted since a moment, the last change of each sample."""
    rows = _ChangesRow.query(f"CHANGES#{namespace_id}", _ChangesRow.sk >= since, consistent_read=True)
    latest = {change[0]: Change(*change) for row in rows for change in row.samples}
    return list(latest.values())
