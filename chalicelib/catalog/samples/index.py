"""The index rows of samples: what lists, searches and totals of namespaces read.

In its project and in every group above, a sample has one row of the list (sorted by PUID; by name and times through
indexes), a row for each term that a search may begin with, and its part in a count. Rows of a namespace are spread over
SHARDS partitions, so that a large top-level group is not a hot partition.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.transactions import TransactWrite

from chalicelib.search import matches, normalize, runs
from chalicelib.tables import Row, TableName

SHARDS = 4
_COUNTERS = 16  # rows whose sum is a namespace's count, so that writers seldom contend for one
_MAX_KEY = 700  # bytes of a name in a key: DynamoDB's sort keys end at 1,024
_MAX_TERM = 200
_SEPARATOR = "\x00"  # between a value and the PUID that makes it unique; no name contains it


@dataclass(frozen=True, slots=True)
class SampleListEntry:
    """What lists contain of a sample; the keys are its position in each order."""

    id: str
    puid: str
    name: str
    name_key: str
    created_key: str
    updated_key: str

    @property
    def updated_at(self) -> str:
        """When it was changed last, which identifies its version."""
        return self.updated_key.split(_SEPARATOR)[0]

    def is_found_by(self, q: str | None) -> bool:
        """Does a search for `q` find it?"""
        return matches(q, self.name, self.puid, self.id)


class _ByName(GlobalSecondaryIndex["SampleListRow"]):
    class Meta:
        index_name = "by_name"
        projection = AllProjection()

    pk = UnicodeAttribute(hash_key=True)
    name_key = UnicodeAttribute(range_key=True)


class _ByCreated(GlobalSecondaryIndex["SampleListRow"]):
    class Meta:
        index_name = "by_created"
        projection = AllProjection()

    pk = UnicodeAttribute(hash_key=True)
    created_key = UnicodeAttribute(range_key=True)


class _ByUpdated(GlobalSecondaryIndex["SampleListRow"]):
    class Meta:
        index_name = "by_updated"
        projection = AllProjection()

    pk = UnicodeAttribute(hash_key=True)
    updated_key = UnicodeAttribute(range_key=True)


class SampleListRow(Row):
    """`IN#<namespace>#<shard>` / `<puid>`: the sample belongs to this namespace."""

    class Meta:
        table_name = TableName("samples_table")

    by_name = _ByName()
    by_created = _ByCreated()
    by_updated = _ByUpdated()

    pk = UnicodeAttribute(hash_key=True)
    puid = UnicodeAttribute(range_key=True, attr_name="sk")
    sample_id = UnicodeAttribute()
    name = UnicodeAttribute()
    name_key = UnicodeAttribute()
    created_key = UnicodeAttribute()
    updated_key = UnicodeAttribute()


class TermRow(Row):
    """`TERM#<namespace>#<shard>` / `<term>\\0<puid>`: a search for what begins this term may mean the sample.

    `since` is the `updated_at` of the sample's change that wrote it: removing the terms of an older name keeps
    those of a newer one.
    """

    class Meta:
        table_name = TableName("samples_table")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    since = UnicodeAttribute()


class _CountRow(Row):
    """`COUNT#<namespace>` / `<0…15>`: a part of the number of samples in a namespace; parts may be below zero."""

    class Meta:
        table_name = TableName("samples_table")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    samples = NumberAttribute()


def shard_of(puid: str) -> int:
    """The shard of a sample within a namespace."""
    return ord(puid[-1]) % SHARDS


def partition(kind: str, namespace_id: str, shard: int) -> str:
    """The partition of a namespace's list (`IN`) or terms (`TERM`)."""
    return f"{kind}#{namespace_id}#{shard}"


def truncate_utf8(text: str, most: int = _MAX_KEY) -> str:
    """A text cut to at most `most` bytes of UTF-8, without splitting a character."""
    return text.encode()[:most].decode(errors="ignore")


def listed(*, id: str, puid: str, name: str, created_at: str, updated_at: str) -> SampleListEntry:
    """The list's view of a sample."""
    return SampleListEntry(
        id=id,
        puid=puid,
        name=name,
        name_key=f"{truncate_utf8(normalize(name))}{_SEPARATOR}{puid}",
        created_key=f"{created_at}{_SEPARATOR}{puid}",
        updated_key=f"{updated_at}{_SEPARATOR}{puid}",
    )


def value_of(row: SampleListRow) -> SampleListEntry:
    """The value of a list's row."""
    return SampleListEntry(row.sample_id, row.puid, row.name, row.name_key, row.created_key, row.updated_key)


def list_rows(entry: SampleListEntry, namespace_ids: Iterable[str]) -> list[SampleListRow]:
    """The sample's rows in the lists of these namespaces."""
    return [
        SampleListRow(
            partition("IN", namespace_id, shard_of(entry.puid)),
            entry.puid,
            sample_id=entry.id,
            name=entry.name,
            name_key=entry.name_key,
            created_key=entry.created_key,
            updated_key=entry.updated_key,
        )
        for namespace_id in namespace_ids
    ]


def term_rows(entry: SampleListEntry, namespace_ids: Iterable[str], since: str) -> list[TermRow]:
    """The sample's terms in these namespaces: its id, and its name from each word on except the first."""
    terms = [entry.id, *(run for run in runs(entry.name) if not normalize(entry.name).startswith(run))]
    keys = dict.fromkeys(term_key(term) + _SEPARATOR + entry.puid for term in terms)
    return [
        TermRow(partition("TERM", namespace_id, shard_of(entry.puid)), key, since=since)
        for namespace_id in namespace_ids
        for key in keys
    ]


def term_key(term: str) -> str:
    """The prefix of a term's row key."""
    return truncate_utf8(normalize(term), _MAX_TERM)


def puid_of_term(row: TermRow) -> str:
    """The PUID of the sample that a term's row means."""
    return row.sk.rsplit(_SEPARATOR, 1)[1]


def put_terms(rows: Sequence[TermRow]) -> None:
    """Write search terms before the sample: a dangling term is harmless, a missing one would hide the sample."""
    with TermRow.batch_write() as batch:
        for row in rows:
            batch.save(row)


def drop_terms(rows: Iterable[TermRow], since: str | None) -> None:
    """Remove terms, except those written by a change after `since`, if it is given."""
    condition = None if since is None else TermRow.since <= since
    for row in rows:
        if condition is None:
            row.delete()
        else:
            row.delete_if(condition)


def count(transaction: TransactWrite, namespace_ids: Iterable[str], change: int) -> None:
    """Add updates of sample counts to the transaction; a retry picks different shard rows."""
    part = str(random.randrange(_COUNTERS))  # noqa: S311 - spreads writers, no secret
    for namespace_id in namespace_ids:
        transaction.update(_CountRow(f"COUNT#{namespace_id}", part), actions=[_CountRow.samples.add(change)])


def counted(namespace_id: str) -> int:
    """How many samples lie in a namespace."""
    return sum(int(row.samples) for row in _CountRow.query(f"COUNT#{namespace_id}", consistent_read=True))
