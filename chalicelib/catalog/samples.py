"""Samples and their metadata. Each is listed under its project and every group above that, by rows of its own."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pynamodb.attributes import JSONAttribute, UnicodeAttribute
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib import times
from chalicelib.catalog.namespaces import Namespace
from chalicelib.catalog.puid import Kind, is_puid, make
from chalicelib.catalog.rows import PuidRow, puid_key, write_together
from chalicelib.errors import Conflict, NotFound
from chalicelib.ids import Ids
from chalicelib.search import finds
from chalicelib.settings import settings
from chalicelib.tables import TableName

_META = "META"
_TRANSACTION = 100  # operations that one transaction may have (TransactWriteItems)
Metadata = Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample. `namespace_ids` are its project and all groups above; `metadata` by lower-cased field."""

    id: str
    puid: str
    name: str
    description: str | None
    project_id: str
    namespace_ids: tuple[str, ...]
    metadata: Metadata
    created_at: str
    updated_at: str


@dataclass(frozen=True, slots=True)
class Listed:
    """What a list's row knows of a sample."""

    id: str
    puid: str
    name: str
    created_at: str
    updated_at: str

    def is_found_by(self, q: str | None) -> bool:
        """Does a search for `q` find it?"""
        return finds(q, self.name, self.puid, self.id)


@dataclass(frozen=True, slots=True)
class NewSample:
    """What somebody says of a sample to be made."""

    name: str
    description: str | None = None
    metadata: Metadata | None = None
    puid: str | None = None


class SampleRow(Model):
    """A sample's row."""

    class Meta:
        table_name = TableName("samples_table")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    sample_id = UnicodeAttribute()
    puid = UnicodeAttribute()
    name = UnicodeAttribute()
    description = UnicodeAttribute(null=True)
    project_id = UnicodeAttribute()
    namespace_ids = JSONAttribute()
    metadata = JSONAttribute()
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()


class ListedRow(Model):
    """`IN#<namespace>` / `<puid>`: the sample lies in this namespace."""

    class Meta:
        table_name = TableName("samples_table")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    sample_id = UnicodeAttribute()
    name = UnicodeAttribute()
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()


class SamplePuidRow(PuidRow):
    """A PUID row of the samples table."""

    class Meta:
        table_name = TableName("samples_table")


def _value(row: SampleRow) -> Sample:
    return Sample(
        id=row.sample_id,
        puid=row.puid,
        name=row.name,
        description=row.description,
        project_id=row.project_id,
        namespace_ids=tuple(row.namespace_ids),
        metadata=row.metadata,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _row(sample: Sample) -> SampleRow:
    return SampleRow(
        f"SAMPLE#{sample.id}",
        _META,
        sample_id=sample.id,
        puid=sample.puid,
        name=sample.name,
        description=sample.description,
        project_id=sample.project_id,
        namespace_ids=list(sample.namespace_ids),
        metadata=dict(sample.metadata),
        created_at=sample.created_at,
        updated_at=sample.updated_at,
    )


def _listed_rows(sample: Sample) -> list[ListedRow]:
    return [
        ListedRow(
            f"IN#{namespace_id}",
            sample.puid,
            sample_id=sample.id,
            name=sample.name,
            created_at=sample.created_at,
            updated_at=sample.updated_at,
        )
        for namespace_id in sample.namespace_ids
    ]


def create(project: Namespace, new: NewSample, ids: Ids) -> Sample:
    """Make one sample in a project. Conflict when its PUID is in use."""
    return create_many(project, [new], ids)[0]


def create_many(project: Namespace, wanted: Sequence[NewSample], ids: Ids) -> list[Sample]:
    """Make samples in a project, in order. Conflict when a PUID is in use.

    Each is written whole or not at all, many in one transaction. With repeatable ids a second call completes the
    first, however far that came.
    """
    at = times.to_text(times.now())
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
    at_once = max(1, _TRANSACTION // (2 + len(project.lineage)))
    for start in range(0, len(made), at_once):
        chunk = made[start : start + at_once]
        try:
            _write_new(chunk)
        except Conflict:
            there = find_many(sample.id for sample in chunk) if ids.is_repeatable else {}
            if len(there) < len(chunk):
                raise
            made[start : start + at_once] = [there[sample.id] for sample in chunk]
    return made


def _refuse_taken(made: Sequence[Sample], given: Sequence[str]) -> None:
    """PUIDs that were given are looked up before the first write, so that a conflict leaves nothing behind."""
    own = {sample.puid: sample.id for sample in made}
    used = SamplePuidRow.batch_get([(puid_key(puid), "PUID") for puid in dict.fromkeys(given)], consistent_read=True)
    taken = any(row.target_id != own[row.pk.removeprefix("PUID#")] for row in used)
    if taken or len(set(given)) != len(given):
        raise Conflict("A PUID is in use, or comes twice.", slug="puid-taken")


def _write_new(made: Sequence[Sample]) -> None:
    taken: list[Conflict | None] = []

    def fill(transaction: TransactWrite) -> None:
        for sample in made:
            name_row = SamplePuidRow(puid_key(sample.puid), target_id=sample.id)
            transaction.save(name_row, condition=SamplePuidRow.pk.does_not_exist())
            transaction.save(_row(sample), condition=SampleRow.pk.does_not_exist())
            listed_rows = _listed_rows(sample)
            for row in listed_rows:
                transaction.save(row)
            taken.extend([Conflict("This PUID is in use.", slug="puid-taken"), *([None] * (1 + len(listed_rows)))])

    write_together(fill, taken=taken)


def find(id_or_puid: str) -> Sample:
    """The sample of this id or PUID; NotFound for none."""
    found = find_many([id_or_puid])
    if id_or_puid not in found:
        raise NotFound("There is no such sample.")
    return found[id_or_puid]


def find_many(ids_or_puids: Iterable[str]) -> dict[str, Sample]:
    """The samples of these ids or PUIDs, keyed by what was asked; those that do not exist are absent."""
    asked = list(dict.fromkeys(ids_or_puids))
    prefix = settings().puid_prefix
    puids = [one for one in asked if is_puid(one, Kind.SAMPLE, prefix)]
    named = {
        row.pk.removeprefix("PUID#"): row.target_id
        for row in SamplePuidRow.batch_get([(puid_key(puid), "PUID") for puid in puids], consistent_read=True)
    }
    ids = {one: named.get(one, one) for one in asked if one and len(one) <= 255}
    keys = [(f"SAMPLE#{sample_id}", _META) for sample_id in dict.fromkeys(ids.values())]
    by_id = {row.sample_id: _value(row) for row in SampleRow.batch_get(keys, consistent_read=True)}
    return {one: by_id[sample_id] for one, sample_id in ids.items() if sample_id in by_id}


def listed(namespace_ids: Sequence[str]) -> list[Listed]:
    """What lists know of the samples of these projects and groups and all below them, by PUID, each once."""
    found = {
        row.sk: Listed(row.sample_id, row.sk, row.name, row.created_at, row.updated_at)
        for namespace_id in namespace_ids
        for row in ListedRow.query(f"IN#{namespace_id}", consistent_read=True)
    }
    return [found[puid] for puid in sorted(found)]


def found_in(namespace_ids: Sequence[str], q: str | None) -> Iterator[Sample]:
    """The samples of these namespaces that `q` finds, by PUID."""
    ids = [sample.id for sample in listed(namespace_ids) if sample.is_found_by(q)]
    for start in range(0, len(ids), 1000):
        chunk = ids[start : start + 1000]
        found = find_many(chunk)
        yield from (found[sample_id] for sample_id in chunk if sample_id in found)


def update(sample: Sample, *, name: str, description: str | None, metadata: Metadata) -> Sample:
    """Change what people say of a sample. Conflict when somebody else changed it meanwhile."""
    changed = replace(
        sample,
        name=name,
        description=description,
        metadata=dict(metadata),
        updated_at=times.to_text(times.now()),
    )

    def fill(transaction: TransactWrite) -> None:
        transaction.save(_row(changed), condition=SampleRow.updated_at == sample.updated_at)
        for row in _listed_rows(changed):
            transaction.save(row)

    write_together(fill, taken=[Conflict("Somebody else changed this sample just now.", slug="changed-meanwhile")])
    return changed


def delete(sample: Sample) -> None:
    """Delete a sample. Exports that already run are not disturbed: their plans hold what they need."""

    def fill(transaction: TransactWrite) -> None:
        transaction.delete(_row(sample))
        transaction.delete(SamplePuidRow(puid_key(sample.puid), "PUID", target_id=sample.id))
        for row in _listed_rows(sample):
            transaction.delete(row)

    write_together(fill, taken=[])


def merged_metadata(present: Metadata, changes: Mapping[str, Any]) -> dict[str, str | int | float]:
    """Metadata after a patch: fields are lower-cased and trimmed, null removes one."""
    merged = dict(present)
    for field, value in changes.items():
        name = field.strip().lower()
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = value
    return merged
