"""The files of samples: records of objects in S3, complete or still being uploaded, and their pairing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from pynamodb.exceptions import DoesNotExist
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.catalog.files.model import File
from chalicelib.catalog.files.pairing import Direction, PairType, are_mates, mate_of
from chalicelib.catalog.files.table import FilePointerRow, FilePuidRow, FileRow, file_of, file_row
from chalicelib.catalog.puid import Kind, make
from chalicelib.catalog.puid_rows import puid_key
from chalicelib.errors import Conflict, NotFound, Violation, message, validation_error
from chalicelib.ids import Ids
from chalicelib.settings import settings
from chalicelib.tables import retry_on, transact_write

_MATES = 90  # on their way at once, of which one transaction can speak


def _opposite(direction: Direction) -> Direction:
    return "reverse" if direction == "forward" else "forward"


def new_puid(given: str | None, ids: Ids) -> str:
    """The PUID of a new file: the one that was given, or a new one."""
    return given or make(Kind.ATTACHMENT, settings().puid_prefix, ids)


def add(file: File) -> None:
    """Put a new file's record. Conflict when its PUID is in use, unless that is a file of the same sample that pairs
    with this one: the two of a pair have one PUID."""
    mate = _mate_with_puid(file)

    def fill(transaction: TransactWrite) -> None:
        if mate is None:
            name_row = FilePuidRow(puid_key(file.puid), target_id=file.id, sample_id=file.sample_id)
            transaction.save(name_row, condition=FilePuidRow.pk.does_not_exist())
        else:
            still_there = FilePuidRow.target_id == mate.id
            transaction.condition_check(FilePuidRow, puid_key(file.puid), "PUID", condition=still_there)
        transaction.save(file_row(file), condition=FileRow.pk.does_not_exist())
        transaction.save(FilePointerRow(f"FILE#{file.id}", "POINTER", sample_id=file.sample_id))
        transaction.save(FilePointerRow(f"OBJECT#{file.s3_uri}", f"FILE#{file.id}", sample_id=file.sample_id))

    transact_write(fill, taken=[Conflict("This PUID is already in use.", slug="puid-taken")] * 2)


def _mate_with_puid(file: File) -> File | None:
    """The file that names a given PUID, if it may become the mate of a new file under the same one."""
    if not file.puid_given:
        return None
    others = [one for one in all_of_sample(file.sample_id) if one.puid == file.puid and one.id != file.id]
    if len(others) != 1 or others[0].paired_with is not None or not _may_pair(file, others[0]):
        return None
    return others[0]


def find_own(sample_id: str, file_id: str) -> File | None:
    """The file of this very id in this sample, or None."""
    try:
        return file_of(FileRow.get(f"SAMPLE#{sample_id}", f"FILE#{file_id}", consistent_read=True))
    except DoesNotExist:
        return None


def all_of_sample(sample_id: str) -> list[File]:
    """All files of a sample, those still being uploaded too, by creation time."""
    rows = FileRow.query(f"SAMPLE#{sample_id}", FileRow.sk.startswith("FILE#"), consistent_read=True)
    return sorted((file_of(row) for row in rows), key=lambda file: (file.created_at, file.id))


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
            sample_id = FilePointerRow.get(f"FILE#{file_id}", "POINTER", consistent_read=True).sample_id
        return file_of(FileRow.get(f"SAMPLE#{sample_id}", f"FILE#{file_id}", consistent_read=True))
    except DoesNotExist:
        raise NotFound("File not found.") from None


def with_uri(s3_uri: str) -> list[File]:
    """The complete files whose object is this one."""
    rows = list(FilePointerRow.query(f"OBJECT#{s3_uri}", consistent_read=True))
    keys = [(f"SAMPLE#{row.sample_id}", row.sk) for row in rows]
    found = (file_of(row) for row in FileRow.batch_get(keys, consistent_read=True))
    return [file for file in found if file.complete]


def complete(file: File) -> File:
    """Turn a file visible, with what S3 says of its object, and pair it with its mate if that is there.

    Mates are, in this order: files that were declared to be, files that were given the same PUID, and fastq files of
    one folder whose names pair, the newest first. The second to be completed takes the first's PUID; two that were
    given different ones stay single, unless they were declared. If two mates are completed concurrently, one retries
    and then finds the other.
    """
    return retry_on(_MateChanged, lambda: _try_complete(file))


class _MateChanged(Conflict):
    """The mate of a file was completed after it was seen to be on its way, or changed after it was read."""

    def __init__(self) -> None:
        super().__init__(message("This file or its mate was just changed."), slug="completed-meanwhile")


def _try_complete(file: File) -> File:
    done = replace(file, complete=True, upload_id=None, concurrent_mate_id=None)
    incomplete = FileRow.complete == False  # noqa: E712 - an expression of PynamoDB, not a comparison
    if file.format != "fastq":
        _complete_unpaired(done, incomplete, [])
        return done
    # Before looking for a mate that is complete: a file that is completed in between is noticed.
    there = all_of_sample(file.sample_id)
    own = next((one for one in there if one.id == file.id), None)
    if own is None or own.complete:
        raise Conflict("This file was just completed.", slug="completed-meanwhile")
    done = replace(done, declared_mate=own.declared_mate, declared_direction=own.declared_direction)
    others = [one for one in there if one.id != file.id and one.paired_with is None and _may_pair(done, one)]
    # A file whose PUID was given to another that is still to come waits for that one.
    awaited = {one.puid for one in there if not one.complete and one.puid_given and one.id != file.id} - {done.puid}
    mate = _best_mate(done, [one for one in others if one.complete and one.puid not in awaited])
    if mate is None:
        unmet = (
            FileRow.concurrent_mate_id.does_not_exist()
            if own.concurrent_mate_id is None
            else FileRow.concurrent_mate_id == own.concurrent_mate_id
        )
        _complete_unpaired(done, incomplete & unmet, [one for one in others if not one.complete][:_MATES])
        return done
    paired, partner = _as_pair(done, mate, mate.puid)

    def fill(transaction: TransactWrite) -> None:
        if done.puid != mate.puid:
            transaction.delete(FilePuidRow(puid_key(done.puid), "PUID", target_id=done.id))
        transaction.save(file_row(paired), condition=incomplete)
        transaction.save(file_row(partner), condition=_unpaired(mate))

    own_conflict = Conflict("This file was just completed.", slug="completed-meanwhile")
    transact_write(fill, taken=[*([None] if done.puid != mate.puid else []), own_conflict, _MateChanged()])
    return paired


def _unpaired(file: File) -> Condition:
    """The condition that a file is as it was read, and has no mate."""
    is_there: Condition = (FileRow.complete == True) & (FileRow.etag == file.etag)  # noqa: E712
    condition: Condition = is_there & FileRow.paired_with.does_not_exist()
    return condition


def _complete_unpaired(done: File, condition: Condition, on_their_way: Sequence[File]) -> None:
    """Complete a file that has no mate yet, and note it on those that may become its mate: one of them that did not
    see this one when it looked finds its own record changed, and looks again."""

    def fill(transaction: TransactWrite) -> None:
        transaction.save(file_row(done), condition=condition)
        for other in on_their_way:
            row = FileRow(f"SAMPLE#{other.sample_id}", f"FILE#{other.id}")
            still = FileRow.complete == False  # noqa: E712
            transaction.update(row, actions=[FileRow.concurrent_mate_id.set(done.id)], condition=still)

    transact_write(fill, taken=[_MateChanged()] * (1 + len(on_their_way)))


def _may_pair(one: File, other: File) -> bool:
    """Do two files of a sample pair, if neither has a mate?"""
    if one.declared_mate is not None or other.declared_mate is not None:
        return one.declared_mate in (None, other.id) and other.declared_mate in (None, one.id)
    if one.format != "fastq" or other.format != "fastq":
        return False
    if one.puid_given and other.puid_given:
        return one.puid == other.puid
    return one.folder == other.folder and are_mates(one.filename, other.filename)


def _best_mate(file: File, candidates: Sequence[File]) -> File | None:
    """Of files that may pair with this one, the one that was declared, else one of the same PUID, else the newest."""

    def rank(other: File) -> tuple[bool, bool, datetime, str]:
        is_declared = file.declared_mate == other.id or other.declared_mate == file.id
        return is_declared, other.puid == file.puid, other.created_at, other.id

    return max(candidates, key=rank, default=None)


def _as_pair(one: File, other: File, puid: str) -> tuple[File, File]:
    """The two as mates, under one PUID."""
    names = mate_of(one.filename), mate_of(other.filename)
    by_name = names[0].direction if are_mates(one.filename, other.filename) and names[0] is not None else None
    by_other: Direction | None = None
    if other.declared_direction is not None:
        by_other = _opposite(other.declared_direction)
    first: Direction = "forward" if (one.created_at, one.id) < (other.created_at, other.id) else "reverse"
    direction: Direction = one.declared_direction or by_other or by_name or first
    is_illumina = all(name is not None and name.type == "illumina_pe" for name in names)
    type: PairType = "illumina_pe" if is_illumina else "pe"
    return (
        replace(one, puid=puid, direction=direction, type=type, paired_with=other.id),
        replace(other, puid=puid, direction=_opposite(direction), type=type, paired_with=one.id),
    )


def pair(file: File, mate: File, direction: Direction | None = None) -> File:
    """Declare two complete fastq files of a sample to be a pair; `direction` is that of `file`, by default what the
    names say. The pair has the PUID of the file that was there first. Conflict when one has another mate already."""
    if file.paired_with == mate.id and direction in (None, file.direction):
        return file
    if file.id == mate.id or file.sample_id != mate.sample_id or {file.format, mate.format} != {"fastq"}:
        rule = "A pair must consist of two different FASTQ files of one sample."
        raise validation_error([Violation("/paired_with", rule)], slug="pair-not-possible")
    if not (file.complete and mate.complete):
        raise Conflict("The content of both files must be uploaded first.", slug="upload-missing")
    are_paired = file.paired_with == mate.id
    if not are_paired and (file.paired_with or mate.paired_with):
        raise Conflict("One of the files already has a mate: dissolve that pair first.", slug="already-paired")
    first, second = sorted((file, mate), key=lambda one: (one.created_at, one.id))
    declared = replace(file, declared_direction=direction)
    paired, partner = _as_pair(declared, replace(mate, declared_direction=None), first.puid)

    def fill(transaction: TransactWrite) -> None:
        if second.puid != first.puid:
            transaction.delete(FilePuidRow(puid_key(second.puid), "PUID", target_id=second.id))
        for before, after in ((file, paired), (mate, partner)):
            present = FileRow.paired_with == before.paired_with if are_paired else _unpaired(before)
            transaction.save(file_row(replace(after, declared_mate=after.paired_with)), condition=present)

    changed = [_MateChanged(), _MateChanged()]
    transact_write(fill, taken=[*([None] if second.puid != first.puid else []), *changed])
    return find_own(file.sample_id, file.id) or paired


def unpair(file: File) -> File:
    """Dissolve a file's pair: both become single files, and the one that was there second gets a PUID of its own."""
    mate = None if file.paired_with is None else find_own(file.sample_id, file.paired_with)
    if mate is None:
        return file
    first, second = sorted((file, mate), key=lambda one: (one.created_at, one.id))
    nothing = {"direction": None, "type": None, "paired_with": None, "declared_mate": None, "declared_direction": None}
    singles = [
        replace(first, **nothing),  # type: ignore[arg-type]
        replace(second, **nothing, puid=new_puid(None, Ids()), puid_given=False),  # type: ignore[arg-type]
    ]

    def fill(transaction: TransactWrite) -> None:
        for single, before in zip(singles, (first, second), strict=True):
            transaction.save(file_row(single), condition=FileRow.paired_with == before.paired_with)
        for single in singles:
            transaction.save(FilePuidRow(puid_key(single.puid), target_id=single.id, sample_id=single.sample_id))

    transact_write(fill, taken=[_MateChanged(), _MateChanged()])
    return next(single for single in singles if single.id == file.id)


def refresh_object_state(file: File, *, size: int, etag: str, version_id: str | None, crc32: int | None) -> None:
    """Store the current S3 state of a complete file whose object was overwritten in place. Conflict when its record is
    not as it was read."""
    actions: list[Action] = [FileRow.size.set(size), FileRow.etag.set(etag), FileRow.sha256.remove()]
    actions.append(FileRow.version_id.remove() if version_id is None else FileRow.version_id.set(version_id))
    actions.append(FileRow.crc32.remove() if crc32 is None else FileRow.crc32.set(crc32))
    version = FileRow.version_id
    unchanged = version.does_not_exist() if file.version_id is None else version == file.version_id
    condition = (FileRow.complete == True) & (FileRow.etag == file.etag) & unchanged  # noqa: E712
    if not FileRow(f"SAMPLE#{file.sample_id}", f"FILE#{file.id}").update_if(condition, actions):
        raise _MateChanged


def remove(file: File) -> None:
    """Delete a file's record; its mate becomes a single file and keeps their PUID. The object stays in S3: exports that
    already run read it, and so may other records of it."""

    retry_on(_MateChanged, lambda: _remove(file.sample_id, file.id))


def _remove(sample_id: str, file_id: str) -> None:
    others = {file.id: file for file in all_of_sample(sample_id)}
    file = others.pop(file_id, None)
    if file is None:
        return
    with_puid = [other for other in others.values() if other.puid == file.puid]
    mate = next((one for one in with_puid if one.id == file.paired_with), None)

    def fill(transaction: TransactWrite) -> None:
        is_single, has_mate = FileRow.paired_with.does_not_exist(), FileRow.paired_with == file.paired_with
        still = is_single if file.paired_with is None else has_mate
        _delete_rows(transaction, file, FileRow.pk.does_not_exist() | still)
        if not with_puid:
            transaction.delete(FilePuidRow(puid_key(file.puid), "PUID", target_id=file.id))
        if mate is not None:
            single = replace(mate, direction=None, type=None, paired_with=None, declared_mate=None)
            transaction.save(file_row(single), condition=FileRow.paired_with == file.id)
        for one in with_puid[:1]:
            transaction.save(FilePuidRow(puid_key(file.puid), target_id=one.id, sample_id=one.sample_id))

    deletions = 3 if with_puid else 4
    changed: list[Conflict | None] = [_MateChanged(), *([None] * (deletions - 1))]
    transact_write(fill, taken=[*changed, *([_MateChanged()] if mate is not None else [])])


def _delete_rows(transaction: TransactWrite, file: File, condition: Condition | None = None) -> None:
    """Let a transaction delete a file's rows but for its PUID's."""
    transaction.delete(file_row(file), condition=condition)
    transaction.delete(FilePointerRow(f"FILE#{file.id}", "POINTER", sample_id=file.sample_id))
    transaction.delete(FilePointerRow(f"OBJECT#{file.s3_uri}", f"FILE#{file.id}", sample_id=file.sample_id))


def remove_all(files: Sequence[File]) -> None:
    """Delete the records of all of a sample's files."""
    for file in files:

        def fill(transaction: TransactWrite, file: File = file) -> None:
            _delete_rows(transaction, file)
            transaction.delete(FilePuidRow(puid_key(file.puid), "PUID", target_id=file.id))

        transact_write(fill, taken=[])


def renew_upload(file: File, upload_id: str) -> bool:
    """Take another multipart upload for a file that is still to come, in place of one that S3 has dropped; False when
    another call did so first."""
    condition = (FileRow.complete == False) & (FileRow.upload_id == file.upload_id)  # noqa: E712
    row = FileRow(f"SAMPLE#{file.sample_id}", f"FILE#{file.id}")
    return row.update_if(condition, [FileRow.upload_id.set(upload_id)])
