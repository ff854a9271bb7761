"""Registers objects that arrive in the catalog bucket as files of the sample or run that their key names.

Keys   uploads/<project>/<sample>/<filename>    a file of a sample; ids or PUIDs
       runs/<run>/iridanext.output.json[.gz]        what a pipeline says its outputs and metadata are: see `iridanext`
       runs/<run>/[<folders>/]<filename>            an output of a workflow execution
       runs/<run>/<sample>/[<folders>/]<filename>   an output of one of its samples: its id, PUID or samplesheet name

Events are delivered more than once, concurrently and in any order; what counts is the current state of the object. The
record is read before the object, and written only if it is still as it was read: so the most recent read of the object
wins, regardless of event order.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.catalog.files import repository as files
from chalicelib.catalog.files import uploads
from chalicelib.catalog.files.registration import RegistrableObject, name_of
from chalicelib.catalog.files.s3_objects import head_object
from chalicelib.catalog.files.system_files import is_system_file
from chalicelib.catalog.namespaces import repository as namespaces
from chalicelib.catalog.puid import Kind, is_puid
from chalicelib.catalog.runs import contents as run_contents
from chalicelib.catalog.runs import ingestion as ingestions
from chalicelib.catalog.runs import outputs as run_outputs
from chalicelib.catalog.runs import repository as workflow_executions
from chalicelib.catalog.runs.model import Output, Run
from chalicelib.catalog.runs.results_folder import own_folder
from chalicelib.catalog.samples import repository as samples
from chalicelib.catalog.samples.model import Sample
from chalicelib.errors import Conflict, NotFound
from chalicelib.ids import MAX_ID, Ids
from chalicelib.ingestion.dead_letters import Reason, send_to_dead_letters
from chalicelib.ingestion.iridanext import output_file
from chalicelib.ingestion.iridanext.ingest import FileGone, ingest, register_later
from chalicelib.ingestion.run_folder import read_pipeline_file, read_pipeline_info
from chalicelib.log import logger
from chalicelib.settings import settings
from chalicelib.tables import retry_on

_NAMES = uuid.UUID("5d0c3ad4-0f0e-4a5b-9d0f-5a4f0c6d6f6e")  # the namespace (RFC 9562) of the ids of these files


class UnregistrableObject(Exception):
    """This object can never be registered, however often its event is delivered."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class ToSample:
    """The object becomes a file of a sample."""

    project: str
    sample: str
    filename: str


@dataclass(frozen=True, slots=True)
class ToRun:
    """The object becomes an output of a workflow execution: of a sample if that is the first folder's name, else of the
    run itself."""

    run: str
    folders: tuple[str, ...]
    filename: str


def destination_of(key: str) -> ToSample | ToRun:
    """The destination that a key names. Raises UnregistrableObject for keys of any other form."""
    names = key.split("/")
    if all(map(_is_id, names[1:-1])) and _is_filename(names[-1]):
        match names:
            case ["uploads", project, sample, filename]:
                return ToSample(project, sample, filename)
            case ["runs", run, *folders, filename]:
                return ToRun(run, tuple(folders), filename)
    raise UnregistrableObject(Reason.MALFORMED_KEY)


def _is_id(name: str) -> bool:
    return 1 <= len(name.encode(errors="surrogatepass")) <= MAX_ID and name.isprintable() and name not in {".", ".."}


def _is_filename(name: str) -> bool:
    """Any name that S3 allows; the catalog shortens long ones, and replaces unprintable characters."""
    return name not in {"", ".", ".."}


def handle_object_created(event: Mapping[str, Any]) -> dict[str, str]:
    """Register the object of an event (S3's `Object Created` by EventBridge; keys are not encoded). Objects that can
    never be registered go to the dead-letter queue with the reason; other errors are raised, and the event is retried.
    """
    bucket, key = event["detail"]["bucket"]["name"], event["detail"]["object"]["key"]
    if key.endswith("/"):
        return {"outcome": "ignored"}  # the S3 console's placeholder for an empty folder
    if is_system_file(key.rsplit("/", 1)[-1]):
        logger().info("a file of an operating system or a tool was ignored", bucket=bucket, key=key, ignored=1)
        return {"outcome": "ignored"}
    try:
        return register(bucket, key)
    except UnregistrableObject as misplaced:
        send_to_dead_letters(misplaced.reason, bucket, key, event)
        logger().warning("an object can't be registered", reason=misplaced.reason.value, bucket=bucket, key=key)
        return {"outcome": "misplaced", "reason": misplaced.reason.value}


def register(bucket: str, key: str) -> dict[str, str]:
    """Create the file of an object, or update all its existing records. Outcomes: `registered` with the file's id; of
    the file with a run's results `ingested`, or `invalid` with the reason; `not-listed` for an object that this does
    not name."""
    destination = destination_of(key)
    if bucket != settings().catalog_bucket:
        raise UnregistrableObject(Reason.OTHER_BUCKET)
    if isinstance(destination, ToRun):
        return _of_run(destination, bucket, key)
    return _registered(_as_file(_sample_of(destination), bucket, key))


def _registered(file_id: str) -> dict[str, str]:
    return {"outcome": "registered", "file_id": file_id}


def _as_file(sample: Sample, bucket: str, key: str) -> str:
    seed = uuid.uuid5(_NAMES, f"{sample.id}\n{key}")
    file = files.find_own(sample.id, Ids(seed).id())
    if file is None or not file.complete:
        file = uploads.register_in_place(sample, Ids(seed), _stat(bucket, key))
    _refresh_records(bucket, key)
    return file.id


def _of_run(destination: ToRun, bucket: str, key: str) -> dict[str, str]:
    try:
        run = workflow_executions.find(destination.run)
    except NotFound:
        raise UnregistrableObject(Reason.UNKNOWN_RUN) from None
    read_pipeline_file(run, bucket, key)
    if not destination.folders and destination.filename in output_file.NAMES:
        return _ingested(run, destination.filename)
    ingestion = ingestions.find(run.id)
    if ingestion is None or not ingestion.decides:
        output = _as_output(run, destination, bucket, key)
        if ingestions.find(run.id) == ingestion:
            return _registered(output.id)
        run_outputs.remove(output)  # the run's results were read meanwhile: they decide
        return _of_run(destination, bucket, key)
    listed = register_later(run, ingestion, _stat(bucket, key))
    return {"outcome": "not-listed"} if listed is None else _registered(listed.id)


def _ingested(run: Run, filename: str) -> dict[str, str]:
    folder = own_folder(run.id)
    read_pipeline_info(run, folder)
    try:
        ingestion = ingest(run, folder, filename)
    except FileGone:
        raise UnregistrableObject(Reason.OBJECT_MISSING) from None
    if ingestion.failure is None:
        return {"outcome": "ingested"}
    logger().warning("the results of a run can't be read", run_id=run.id)  # the reason may contain names of samples
    return {"outcome": "invalid", "reason": str(ingestion.failure)}


def _as_output(run: Run, destination: ToRun, bucket: str, key: str) -> Output:
    sample = None
    if destination.folders:
        sample = run_contents.find_sample(run.id, destination.folders[0])
        if sample is None and is_puid(destination.folders[0], Kind.SAMPLE, settings().puid_prefix):
            raise UnregistrableObject(Reason.NOT_OF_RUN)
    found = _stat(bucket, key)
    while True:
        output = run_outputs.register(run, found, sample=sample)
        now = _stat(bucket, key)
        if now == found:
            return output
        found = now  # overwritten in between: the record may have the older version


def _sample_of(destination: ToSample) -> Sample:
    try:
        project = namespaces.find(destination.project)
    except NotFound:
        raise UnregistrableObject(Reason.UNKNOWN_PROJECT) from None
    if project.type != "project":
        raise UnregistrableObject(Reason.UNKNOWN_PROJECT)
    try:
        sample = samples.find(destination.sample)
    except NotFound:
        raise UnregistrableObject(Reason.UNKNOWN_SAMPLE) from None
    if sample.project_id != project.id:
        raise UnregistrableObject(Reason.SAMPLE_ELSEWHERE)
    return sample


def _stat(bucket: str, key: str) -> RegistrableObject:
    stored = head_object(bucket, key)
    if stored is None:
        raise UnregistrableObject(Reason.OBJECT_MISSING)
    return RegistrableObject(bucket, key, stored, name_of(key))


def _refresh_records(bucket: str, key: str) -> None:
    """Update every file of an object to its present state in S3: it may have been overwritten."""

    def refresh() -> None:
        records = files.with_uri(f"s3://{bucket}/{key}")
        now = _stat(bucket, key).stored
        for file in records:
            if (file.etag, file.version_id, file.size) != (now.etag, now.version_id, now.size):
                files.refresh_object_state(
                    file, size=now.size, etag=now.etag, version_id=now.version_id, crc32=now.crc32
                )

    retry_on(Conflict, refresh)
