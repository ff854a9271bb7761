"""The files of samples: records of objects in S3, complete or still being uploaded, and their pairing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pynamodb.attributes import BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist, UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib import times
from chalicelib.catalog.fastq_pairs import Direction, are_mates, mate_of
from chalicelib.catalog.file_formats import format_of
from chalicelib.catalog.puid import Kind, make
from chalicelib.catalog.rows import PuidRow, puid_key
from chalicelib.errors import Conflict, NotFound
from chalicelib.ids import Ids
from chalicelib.settings import settings
from chalicelib.tables import Row, TableName, conditional_failure, write_together

_TRIES = 6
_MATES = 90  # on their way at once, of which one transaction can speak


@dataclass(frozen=True, slots=True)
class File:
    """A file of a sample. `etag` with its quotes, empty until it is complete; `crc32` as S3 itself knows it.

    `upload_id` is set while a multipart upload runs; `part_size` is what its parts hold.
    """

    id: str
    puid: str
    puid_given: bool
    sample_id: str
    filename: str
    size: int
    bucket: str
    key: str
    complete: bool
    created_at: datetime
    etag: str = ""
    version_id: str | None = None
    crc32: int | None = None
    sha256: str | None = None
    direction: Direction | None = None
    type: str | None = None
    paired_with: str | None = None
    ours: bool = True  # uploaded through us, under files/; else registered where it lay
    upload_id: str | None = None
    part_size: int = 0
    met: str | None = None  # a mate by name that was completed while this one was on its way

    @property
    def format(self) -> str:
        """Its file format, from its name."""
        return format_of(self.filename)

    @property
    def s3_uri(self) -> str:
        """Where it lies."""
        return f"s3://{self.bucket}/{self.key}"


class FileRow(Row):
    """`SAMPLE#<sample>` / `FILE#<file>`: one file of a sample."""

    class Meta:
        table_name = TableName("files_table")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    file_id = UnicodeAttribute()
    puid = UnicodeAttribute()
    puid_given = BooleanAttribute()
    filename = UnicodeAttribute()
    size = NumberAttribute()
    bucket = UnicodeAttribute()
    key = UnicodeAttribute()
    complete = BooleanAttribute()
    created_at = UnicodeAttribute()
    etag = UnicodeAttribute(null=True)
    version_id = UnicodeAttribute(null=True)
    crc32 = NumberAttribute(null=True)
    sha256 = UnicodeAttribute(null=True)
    direction = UnicodeAttribute(null=True)
    type = UnicodeAttribute(null=True)
    paired_with = UnicodeAttribute(null=True)
    ours = BooleanAttribute()
    upload_id = UnicodeAttribute(null=True)
    part_size = NumberAttribute(default=0)
    met = UnicodeAttribute(null=True)


class _PointerRow(Row):
    """`FILE#<file>` / `POINTER`, `OBJECT#<uri>` / `FILE#<file>`: which sample's file is meant."""

    class Meta:
        table_name = TableName("files_table")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    sample_id = UnicodeAttribute()


class FilePuidRow(PuidRow):
    """A PUID row of the files table."""

    class Meta:
        table_name = TableName("files_table")


def _value(row: FileRow) -> File:
    direction: Direction | None = None
    if row.direction is not None:
        direction = "forward" if row.direction == "forward" else "reverse"
    return File(
        id=row.file_id,
        puid=row.puid,
        puid_given=row.puid_given,
        sample_id=row.pk.removeprefix("SAMPLE#"),
        filename=row.filename,
        size=int(row.size),
        bucket=row.bucket,
        key=row.key,
        complete=row.complete,
        created_at=times.from_text(row.created_at),
        etag=row.etag or "",
        version_id=row.version_id,
        crc32=None if row.crc32 is None else int(row.crc32),
        sha256=row.sha256,
        direction=direction,
        type=row.type,
        paired_with=row.paired_with,
        ours=row.ours,
        upload_id=row.upload_id,
        part_size=int(row.part_size),
        met=row.met,
    )


def _row(file: File) -> FileRow:
    return FileRow(
        f"SAMPLE#{file.sample_id}",
        f"FILE#{file.id}",
        file_id=file.id,
        puid=file.puid,
        puid_given=file.puid_given,
        filename=file.filename,
        size=file.size,
        bucket=file.bucket,
        key=file.key,
        complete=file.complete,
        created_at=times.to_text(file.created_at),
        etag=file.etag or None,
        version_id=file.version_id,
        crc32=file.crc32,
        sha256=file.sha256,
        direction=file.direction,
        type=file.type,
        paired_with=file.paired_with,
        ours=file.ours,
        upload_id=file.upload_id,
        part_size=file.part_size,
        met=file.met,
    )


def new_puid(given: str | None, ids: Ids) -> str:
    """The PUID of a new file: the one that was given, or a new one."""
    return given or make(Kind.ATTACHMENT, settings().puid_prefix, ids)


def add(file: File) -> None:
    """Put a new file's record. Conflict when its PUID is in use."""

    def fill(transaction: TransactWrite) -> None:
        name_row = FilePuidRow(puid_key(file.puid), target_id=file.id, sample_id=file.sample_id)
        transaction.save(name_row, condition=FilePuidRow.pk.does_not_exist())
        transaction.save(_row(file), condition=FileRow.pk.does_not_exist())
        transaction.save(_PointerRow(f"FILE#{file.id}", "POINTER", sample_id=file.sample_id))
        transaction.save(_PointerRow(f"OBJECT#{file.s3_uri}", f"FILE#{file.id}", sample_id=file.sample_id))

    write_together(fill, taken=[Conflict("This PUID is in use.", slug="puid-taken")] * 2)


def find_own(sample_id: str, file_id: str) -> File | None:
    """The file of this very id in this sample, or None."""
    try:
        return _value(FileRow.get(f"SAMPLE#{sample_id}", f"FILE#{file_id}", consistent_read=True))
    except DoesNotExist:
        return None


def all_of_sample(sample_id: str) -> list[File]:
    """All files of a sample, those still being uploaded too, by creation time."""
    rows = FileRow.query(f"SAMPLE#{sample_id}", FileRow.sk.startswith("FILE#"), consistent_read=True)
    return sorted((_value(row) for row in rows), key=lambda file: (file.created_at, file.id))


def of_sample(sample_id: str) -> list[File]:
    """The complete files of a sample, by creation time."""
    return [file for file in all_of_sample(sample_id) if file.complete]


def find(id_or_puid: str) -> File:
    """The file of this id or PUID (of a pair: the one that was first), complete or not; NotFound for none."""
    try:
        if id_or_puid.startswith(f"{settings().puid_prefix}_{Kind.ATTACHMENT.value}_"):
            named = FilePuidRow.get(puid_key(id_or_puid), "PUID", consistent_read=True)
            file_id, sample_id = named.target_id, named.sample_id
        else:
            file_id = id_or_puid
            sample_id = _PointerRow.get(f"FILE#{file_id}", "POINTER", consistent_read=True).sample_id
        return _value(FileRow.get(f"SAMPLE#{sample_id}", f"FILE#{file_id}", consistent_read=True))
    except DoesNotExist:
        raise NotFound("There is no such file.") from None


def with_uri(s3_uri: str) -> list[File]:
    """The complete files whose object is this one."""
    rows = list(_PointerRow.query(f"OBJECT#{s3_uri}", consistent_read=True))
    keys = [(f"SAMPLE#{row.sample_id}", row.sk) for row in rows]
    found = (_value(row) for row in FileRow.batch_get(keys, consistent_read=True))
    return [file for file in found if file.complete]


def complete(file: File) -> File:
    """Turn a file visible, with what S3 says of its object, and pair it with its mate if that is there.

    Of two files that pair, the second to be completed takes the first's PUID; two that were given different PUIDs stay
    single. Of two that are completed at the same moment one comes again, and finds the other.
    """
    for _ in range(_TRIES - 1):
        try:
            return _completed(file)
        except _MateChanged:
            continue
    return _completed(file)


class _MateChanged(Conflict):
    """The mate of a file was completed after it was seen to be on its way, or changed after it was read."""


def _completed(file: File) -> File:
    done = replace(file, complete=True, upload_id=None, met=None)
    if mate_of(file.filename) is None:
        _save_single(done, FileRow.complete == False, [])  # noqa: E712 - an expression of PynamoDB, not a comparison
        return done
    # Before looking for a mate that is complete: whoever comes between is noticed.
    there = all_of_sample(file.sample_id)
    own = next((one for one in there if one.id == file.id), None)
    if own is None or own.complete:
        raise Conflict("This file was completed just now.", slug="completed-meanwhile")
    mate = _waiting_mate(done)
    if mate is None:
        unmet = FileRow.met.does_not_exist() if own.met is None else FileRow.met == own.met
        on_their_way = [one for one in there if not one.complete and are_mates(file.filename, one.filename)]
        _save_single(done, (FileRow.complete == False) & unmet, on_their_way[:_MATES])  # noqa: E712
        return done
    ours, its = mate_of(done.filename), mate_of(mate.filename)
    assert ours is not None  # noqa: S101 - _waiting_mate found them to be mates
    assert its is not None  # noqa: S101
    paired = replace(done, puid=mate.puid, direction=ours.direction, type=ours.type, paired_with=mate.id)
    partner = replace(mate, direction=its.direction, type=its.type, paired_with=done.id)

    def fill(transaction: TransactWrite) -> None:
        transaction.save(_row(paired), condition=FileRow.complete == False)  # noqa: E712
        alone = FileRow.sk.exists() & FileRow.paired_with.does_not_exist() & (FileRow.etag == mate.etag)
        transaction.save(_row(partner), condition=alone)
        transaction.delete(FilePuidRow(puid_key(done.puid), "PUID", target_id=done.id))

    own_conflict = Conflict("This file was completed just now.", slug="completed-meanwhile")
    met = _MateChanged("This file or its mate changed just now.", slug="completed-meanwhile")
    write_together(fill, taken=[None, own_conflict, met])
    return paired


def _save_single(done: File, condition: Condition, on_their_way: Sequence[File]) -> None:
    """Complete a file that has no mate yet, and leave a word of it on those that may be one: whichever of them did not
    see this one when it looked does not find its own record as it was, and looks again."""

    def fill(transaction: TransactWrite) -> None:
        transaction.save(_row(done), condition=condition)
        for other in on_their_way:
            row = FileRow(f"SAMPLE#{other.sample_id}", f"FILE#{other.id}")
            still = FileRow.complete == False  # noqa: E712
            transaction.update(row, actions=[FileRow.met.set(done.id)], condition=still)

    met = _MateChanged("This file or its mate changed just now.", slug="completed-meanwhile")
    write_together(fill, taken=[met] * (1 + len(on_their_way)))


def _waiting_mate(file: File) -> File | None:
    """The one file of the same sample that pairs with this one and has no mate yet."""
    if mate_of(file.filename) is None:
        return None
    for other in of_sample(file.sample_id):
        if other.id == file.id or other.paired_with is not None or not are_mates(file.filename, other.filename):
            continue
        if not (file.puid_given and other.puid_given and file.puid != other.puid):
            return other
    return None


def renew(file: File, *, size: int, etag: str, version_id: str | None, crc32: int | None) -> None:
    """Keep what S3 says now of a complete file whose object was overwritten where it lies. Conflict when its record is
    not as it was read."""
    actions: list[Action] = [FileRow.size.set(size), FileRow.etag.set(etag), FileRow.sha256.remove()]
    actions.append(FileRow.version_id.remove() if version_id is None else FileRow.version_id.set(version_id))
    actions.append(FileRow.crc32.remove() if crc32 is None else FileRow.crc32.set(crc32))
    version = FileRow.version_id
    unchanged = version.does_not_exist() if file.version_id is None else version == file.version_id
    try:
        FileRow(f"SAMPLE#{file.sample_id}", f"FILE#{file.id}").update(
            actions=actions,
            condition=(FileRow.complete == True) & (FileRow.etag == file.etag) & unchanged,  # noqa: E712
        )
    except UpdateError as error:
        if not conditional_failure(error):
            raise
        raise Conflict("This file or its mate changed just now.", slug="completed-meanwhile") from None


def remove_all(files: Sequence[File]) -> None:
    """Delete the records of a sample's files. Objects that were registered where they lay are never touched."""
    for file in files:

        def fill(transaction: TransactWrite, file: File = file) -> None:
            transaction.delete(_row(file))
            transaction.delete(_PointerRow(f"FILE#{file.id}", "POINTER", sample_id=file.sample_id))
            transaction.delete(_PointerRow(f"OBJECT#{file.s3_uri}", f"FILE#{file.id}", sample_id=file.sample_id))
            transaction.delete(FilePuidRow(puid_key(file.puid), "PUID", target_id=file.id))

        write_together(fill, taken=[])
