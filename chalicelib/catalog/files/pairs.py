"""Completing files and pairing them: two fastq files of a sample are mates under one PUID."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from pynamodb.expressions.condition import Condition
from pynamodb.transactions import TransactWrite

from chalicelib.catalog.files.model import File, may_pair
from chalicelib.catalog.files.pairing import Direction, PairType, are_mates, mate_of
from chalicelib.catalog.files.repository import MateChanged, all_of_sample, find_own, new_puid
from chalicelib.catalog.files.table import FilePuidRow, FileRow, file_row
from chalicelib.catalog.puid_rows import puid_key
from chalicelib.errors import Conflict, Violation, validation_error
from chalicelib.ids import Ids
from chalicelib.tables import retry_on, transact_write

_MAX_MATES = 90  # incomplete files that one transaction can update


def _opposite(direction: Direction) -> Direction:
    return "reverse" if direction == "forward" else "forward"


def complete(file: File) -> File:
    """Make a file visible, with the properties of its object, and pair it with its mate if there is one.

    Mates are, in this order: files that were declared to be, files that were given the same PUID, and fastq files of
    one folder whose names pair, the newest first. The second to be completed takes the first's PUID; two that were
    given different ones stay single, unless they were declared. If two mates are completed concurrently, one retries
    and then finds the other.
    """
    return retry_on(MateChanged, lambda: _try_complete(file))


def _try_complete(file: File) -> File:
    done = replace(file, complete=True, upload_id=None, concurrent_mate_id=None)
    incomplete = FileRow.complete == False  # noqa: E712 - an expression of PynamoDB, not a comparison
    if file.format != "fastq":
        _complete_unpaired(done, incomplete, [])
        return done
    # Before looking for a complete mate, so that a file completed in between is noticed.
    there = all_of_sample(file.sample_id)
    own = next((candidate for candidate in there if candidate.id == file.id), None)
    if own is None or own.complete:
        raise Conflict("This file was just completed.", slug="completed-meanwhile")
    done = replace(done, declared_mate=own.declared_mate, declared_direction=own.declared_direction)
    others = [
        candidate
        for candidate in there
        if candidate.id != file.id and candidate.paired_with is None and may_pair(done, candidate)
    ]
    # A file whose PUID was also given to one that is not uploaded yet waits for that one.
    awaited = {
        candidate.puid
        for candidate in there
        if not candidate.complete and candidate.puid_given and candidate.id != file.id
    } - {done.puid}
    mate = _best_mate(done, [candidate for candidate in others if candidate.complete and candidate.puid not in awaited])
    if mate is None:
        unmet = (
            FileRow.concurrent_mate_id.does_not_exist()
            if own.concurrent_mate_id is None
            else FileRow.concurrent_mate_id == own.concurrent_mate_id
        )
        _complete_unpaired(
            done, incomplete & unmet, [candidate for candidate in others if not candidate.complete][:_MAX_MATES]
        )
        return done
    paired, partner = _as_pair(done, mate, mate.puid)

    def fill(transaction: TransactWrite) -> None:
        if done.puid != mate.puid:
            transaction.delete(FilePuidRow(puid_key(done.puid), "PUID", target_id=done.id))
        transaction.save(file_row(paired), condition=incomplete)
        transaction.save(file_row(partner), condition=_unpaired(mate))

    own_conflict = Conflict("This file was just completed.", slug="completed-meanwhile")
    transact_write(fill, taken=[*([None] if done.puid != mate.puid else []), own_conflict, MateChanged()])
    return paired


def _unpaired(file: File) -> Condition:
    """The condition that a file is unchanged since it was read, and has no mate."""
    is_there: Condition = (FileRow.complete == True) & (FileRow.etag == file.etag)  # noqa: E712
    condition: Condition = is_there & FileRow.paired_with.does_not_exist()
    return condition


def _complete_unpaired(done: File, condition: Condition, incomplete_mates: Sequence[File]) -> None:
    """Complete a file that has no mate yet, and record it on those that may become its mate: one of them that did not
    see this one finds its own record changed, and tries again."""

    def fill(transaction: TransactWrite) -> None:
        transaction.save(file_row(done), condition=condition)
        for other in incomplete_mates:
            row = FileRow(f"SAMPLE#{other.sample_id}", f"FILE#{other.id}")
            still = FileRow.complete == False  # noqa: E712
            transaction.update(row, actions=[FileRow.concurrent_mate_id.set(done.id)], condition=still)

    transact_write(fill, taken=[MateChanged()] * (1 + len(incomplete_mates)))


def _best_mate(file: File, candidates: Sequence[File]) -> File | None:
    """Of files that may pair with this one, the one that was declared, else one of the same PUID, else the newest."""

    def rank(other: File) -> tuple[bool, bool, datetime, str]:
        is_declared = file.declared_mate == other.id or other.declared_mate == file.id
        return is_declared, other.puid == file.puid, other.created_at, other.id

    return max(candidates, key=rank, default=None)


def _as_pair(file: File, other: File, puid: str) -> tuple[File, File]:
    """The two as mates, under one PUID."""
    names = mate_of(file.filename), mate_of(other.filename)
    by_name = names[0].direction if are_mates(file.filename, other.filename) and names[0] is not None else None
    by_other: Direction | None = None
    if other.declared_direction is not None:
        by_other = _opposite(other.declared_direction)
    first: Direction = "forward" if (file.created_at, file.id) < (other.created_at, other.id) else "reverse"
    direction: Direction = file.declared_direction or by_other or by_name or first
    is_illumina = all(name is not None and name.type == "illumina_pe" for name in names)
    type: PairType = "illumina_pe" if is_illumina else "pe"
    return (
        replace(file, puid=puid, direction=direction, type=type, paired_with=other.id),
        replace(other, puid=puid, direction=_opposite(direction), type=type, paired_with=file.id),
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
    first, second = sorted((file, mate), key=lambda member: (member.created_at, member.id))
    declared = replace(file, declared_direction=direction)
    paired, partner = _as_pair(declared, replace(mate, declared_direction=None), first.puid)

    def fill(transaction: TransactWrite) -> None:
        if second.puid != first.puid:
            transaction.delete(FilePuidRow(puid_key(second.puid), "PUID", target_id=second.id))
        for before, after in ((file, paired), (mate, partner)):
            present = FileRow.paired_with == before.paired_with if are_paired else _unpaired(before)
            transaction.save(file_row(replace(after, declared_mate=after.paired_with)), condition=present)

    changed = [MateChanged(), MateChanged()]
    transact_write(fill, taken=[*([None] if second.puid != first.puid else []), *changed])
    return find_own(file.sample_id, file.id) or paired


def unpair(file: File) -> File:
    """Dissolve a file's pair: both become single files, and the one that was there second gets a PUID of its own."""
    mate = None if file.paired_with is None else find_own(file.sample_id, file.paired_with)
    if mate is None:
        return file
    first, second = sorted((file, mate), key=lambda member: (member.created_at, member.id))
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

    transact_write(fill, taken=[MateChanged(), MateChanged()])
    return next(single for single in singles if single.id == file.id)
