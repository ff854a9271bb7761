"""The files of samples: records of objects in S3, complete or still being uploaded."""

from collections.abc import Sequence
from dataclasses import replace

from pynamodb.exceptions import DoesNotExist
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.catalog.files import deleted_objects
from chalicelib.catalog.files.model import File, may_pair
from chalicelib.catalog.files.table import FilePointerRow, FilePuidRow, FileRow, file_of, file_row
from chalicelib.catalog.puid import Kind, make
from chalicelib.catalog.puid_rows import puid_key
from chalicelib.errors import Conflict, NotFound, message
from chalicelib.ids import Ids
from chalicelib.settings import settings
from chalicelib.tables import retry_on, transact_write


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
    others = [
        candidate
        for candidate in all_of_sample(file.sample_id)
        if candidate.puid == file.puid and candidate.id != file.id
    ]
    if len(others) != 1 or others[0].paired_with is not None or not may_pair(file, others[0]):
        return None
    return others[0]


def find_own(sample_id: str, file_id: str) -> File | None:
    """The file with this id in this sample, or None."""
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
    rows = list(FilePointerRow.query(f"OBJECT#{s3_uri}", FilePointerRow.sk.startswith("FILE#"), consistent_read=True))
    keys = [(f"SAMPLE#{row.sample_id}", row.sk) for row in rows]
    found = (file_of(row) for row in FileRow.batch_get(keys, consistent_read=True))
    return [file for file in found if file.complete]


class MateChanged(Conflict):
    """The mate of a file was completed or changed after it was read."""

    def __init__(self) -> None:
        super().__init__(message("This file or its mate was just changed."), slug="completed-meanwhile")


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
        raise MateChanged


def remove(file: File) -> None:
    """Delete a file's record; its mate becomes a single file and keeps their PUID. The object is deleted
    later if it was uploaded through the service: running exports read it, and so may other records."""

    retry_on(MateChanged, lambda: _remove(file.sample_id, file.id))


def _remove(sample_id: str, file_id: str) -> None:
    others = {file.id: file for file in all_of_sample(sample_id)}
    file = others.pop(file_id, None)
    if file is None:
        return
    with_puid = [other for other in others.values() if other.puid == file.puid]
    mate = next((candidate for candidate in with_puid if candidate.id == file.paired_with), None)

    def fill(transaction: TransactWrite) -> None:
        is_single, has_mate = FileRow.paired_with.does_not_exist(), FileRow.paired_with == file.paired_with
        still = is_single if file.paired_with is None else has_mate
        _delete_rows(transaction, file, FileRow.pk.does_not_exist() | still)
        if not with_puid:
            transaction.delete(FilePuidRow(puid_key(file.puid), "PUID", target_id=file.id))
        if mate is not None:
            single = replace(mate, direction=None, type=None, paired_with=None, declared_mate=None)
            transaction.save(file_row(single), condition=FileRow.paired_with == file.id)
        for candidate in with_puid[:1]:
            transaction.save(FilePuidRow(puid_key(file.puid), target_id=candidate.id, sample_id=candidate.sample_id))
        deleted_objects.schedule(transaction, file)

    deletions = 3 if with_puid else 4
    changed: list[Conflict | None] = [MateChanged(), *([None] * (deletions - 1))]
    transact_write(fill, taken=[*changed, *([MateChanged()] if mate is not None else [])])


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
            deleted_objects.schedule(transaction, file)

        transact_write(fill, taken=[])


def renew_upload(file: File, upload_id: str) -> bool:
    """Replace the multipart upload of an incomplete file, which S3 has dropped; False when
    another call did so first."""
    condition = (FileRow.complete == False) & (FileRow.upload_id == file.upload_id)  # noqa: E712
    row = FileRow(f"SAMPLE#{file.sample_id}", f"FILE#{file.id}")
    return row.update_if(condition, [FileRow.upload_id.set(upload_id)])
