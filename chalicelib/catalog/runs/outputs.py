"""Registers the outputs of a run: objects in S3, each once, however often its event is delivered."""

from uuid import UUID, uuid5

from pynamodb.exceptions import DoesNotExist
from pynamodb.transactions import TransactWrite

from chalicelib import timestamps
from chalicelib.catalog.files.registration import RegistrableObject
from chalicelib.catalog.files.table import FilePuidRow, OutputPointerRow
from chalicelib.catalog.puid import Kind, make
from chalicelib.catalog.puid_rows import puid_key
from chalicelib.catalog.runs.model import RUN_LEVEL, Output, Run, RunSample
from chalicelib.catalog.runs.results_folder import ResultsFolder, own_folder
from chalicelib.catalog.runs.table import PartRow, output_key, output_of, output_row
from chalicelib.errors import Conflict
from chalicelib.ids import Ids
from chalicelib.settings import settings
from chalicelib.tables import transact_write

_NAMES = UUID("6e3f2ab5-8f0c-4f0e-9a55-0b8a3f2f6f6d")  # of outputs among all UUIDs (RFC 9562 section 6.6)


def register(
    run: Run,
    found: RegistrableObject,
    *,
    sample: RunSample | None = None,
    filename: str | None = None,
    puid: str | None = None,
    folder: ResultsFolder | None = None,
) -> Output:
    """Register an object as an output of a run, or of one of its samples; its folder is relative to `folder`, or to the
    run's own. Conflict when the PUID is in use.

    The same object at the same place is the same output, with the name and PUID that it was first given. If its
    content has changed, size, ETag and checksum follow.
    """
    place = RUN_LEVEL if sample is None else sample.place
    output_id = str(uuid5(_NAMES, f"{run.id}\n{place}\ns3://{found.bucket}/{found.key}"))
    known = _known(run.id, place, output_id)
    if known is None:
        output = Output(
            id=output_id,
            puid=puid or make(Kind.ATTACHMENT, settings().puid_prefix, Ids()),
            run_id=run.id,
            place=place,
            folder=_path_of(folder or own_folder(run.id), sample, found),
            filename=filename or found.filename,
            size=found.stored.size,
            bucket=found.bucket,
            key=found.key,
            etag=found.stored.etag,
            version_id=found.stored.version_id,
            crc32=found.stored.crc32,
            created_at=timestamps.now(),
        )
        try:
            _add(output)
        except _Known:
            known = _known(run.id, place, output_id)
            if known is None:
                raise
        else:
            return output
    return _refreshed(known, found)


def _path_of(folder: ResultsFolder, sample: RunSample | None, found: RegistrableObject) -> str | None:
    """The path of an object's folder below that of the results, without the sample's."""
    if not folder.contains(found.bucket, found.key):
        return None
    folders = found.key.removeprefix(folder.prefix).split("/")[:-1]
    if sample is not None and folders and folders[0] in sample.names:
        del folders[0]
    return "/".join(folders) or None


class _Known(Conflict):
    """A concurrent registration was first."""


def _known(run_id: str, place: int, output_id: str) -> Output | None:
    try:
        return output_of(PartRow.get(f"RUN#{run_id}", output_key(place, output_id), consistent_read=True))
    except DoesNotExist:
        return None


def _add(output: Output) -> None:
    row = output_row(output)

    def fill(transaction: TransactWrite) -> None:
        transaction.save(row, condition=PartRow.pk.does_not_exist())
        name_row = FilePuidRow(puid_key(output.puid), target_id=output.id)
        transaction.save(name_row, condition=FilePuidRow.pk.does_not_exist())
        transaction.save(OutputPointerRow(f"OBJECT#{output.s3_uri}", f"OUTPUT#{output.id}"))

    conflict = _Known("This execution was just changed by someone else.", slug="changed-meanwhile")
    transact_write(fill, taken=[conflict, Conflict("This PUID is already in use.", slug="puid-taken")])


def remove(output: Output) -> None:
    """Remove an output; its object stays. Nothing happens if it was removed before."""

    def fill(transaction: TransactWrite) -> None:
        transaction.delete(PartRow(f"RUN#{output.run_id}", output_key(output.place, output.id)))
        transaction.delete(FilePuidRow(puid_key(output.puid), target_id=output.id))
        transaction.delete(OutputPointerRow(f"OBJECT#{output.s3_uri}", f"OUTPUT#{output.id}"))

    transact_write(fill, taken=[])


def _refreshed(output: Output, found: RegistrableObject) -> Output:
    """An output with the present properties of its object."""
    stored = found.stored
    if (output.etag, output.version_id, output.size) == (stored.etag, stored.version_id, stored.size):
        return output
    row = PartRow(f"RUN#{output.run_id}", output_key(output.place, output.id))
    changes = {"size": stored.size, "etag": stored.etag, "version_id": stored.version_id, "crc32": stored.crc32}
    actions = [
        getattr(PartRow, name).remove() if value is None else getattr(PartRow, name).set(value)
        for name, value in changes.items()
    ]
    row.update_if(PartRow.etag == output.etag, actions)  # if not, another request has just updated it
    return _known(output.run_id, output.place, output.id) or output
