"""Reads the results of a run from the folder that its pipeline wrote to.

If the file `iridanext.output.json` is there, it decides what the outputs are; else all objects of the folder are. It
may run twice, concurrently, or be killed, as in `iridanext.ingest`.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

from botocore.exceptions import ClientError

from chalicelib import aws, timestamps
from chalicelib.catalog.files.registration import RegistrableObject, name_of
from chalicelib.catalog.files.s3_objects import head_object
from chalicelib.catalog.files.system_files import is_system_file
from chalicelib.catalog.runs import contents as run_contents
from chalicelib.catalog.runs import ingestion as ingestions
from chalicelib.catalog.runs import outputs as run_outputs
from chalicelib.catalog.runs import pipeline_info
from chalicelib.catalog.runs import repository as workflow_executions
from chalicelib.catalog.runs.ingestion import Ingestion
from chalicelib.catalog.runs.model import Output, Run, RunSample
from chalicelib.catalog.runs.results_folder import ResultsFolder
from chalicelib.catalog.runs.states import RunState
from chalicelib.errors import message
from chalicelib.ingestion import pipeline_files
from chalicelib.ingestion.iridanext import output_file
from chalicelib.ingestion.iridanext.ingest import FileGone, ingest
from chalicelib.log import logger
from chalicelib.settings import settings

MAX_OBJECTS = 20_000  # that one function registers in its time
_THREADS = 16


def read_results(run: Run, folder: ResultsFolder, *, overwrite: bool = False) -> Ingestion:
    """Register what is in a folder as the run's results, and complete the run. Returns what was read, with `failure` if
    the file can't be read, the folder is empty, or has too many objects."""
    read_pipeline_info(run, folder)
    for name in output_file.NAMES:
        if head_object(folder.bucket, f"{folder.prefix}{name}") is not None:
            try:
                return ingest(run, folder, name, overwrite=overwrite)
            except FileGone:
                continue
    return _register_all(run, folder)


def read_pipeline_info(run: Run, folder: ResultsFolder) -> None:
    """Store parameters and versions from the folder `pipeline_info` in a folder of results, if they are there."""
    objects = _objects(folder.below(pipeline_files.FOLDER))
    for key in sorted(islice(objects, pipeline_files.MAX_FILES)):  # their names have times: the last one counts
        read_pipeline_file(run, folder.bucket, key)


def read_pipeline_file(run: Run, bucket: str, key: str) -> None:
    """Store the parameters or versions in an object, if it is in a folder `pipeline_info` and named as such a file."""
    *folders, filename = key.split("/")
    if folders[-1:] != [pipeline_files.FOLDER]:
        return
    if pipeline_files.has_parameters(filename):
        if parameters := pipeline_files.parameters_of(_read(bucket, key)):
            pipeline_info.save_parameters(run.id, parameters)
    elif pipeline_files.has_versions(filename) and (versions := pipeline_files.versions_of(_read(bucket, key))):
        pipeline_info.save_versions(run.id, versions)


def has_objects(folder: ResultsFolder) -> bool:
    """Is there anything in a folder?"""
    return next(_objects(folder), None) is not None


def _register_all(run: Run, folder: ResultsFolder) -> Ingestion:
    """Register all objects of a folder; those below a folder that is named as a sample of the run are that sample's."""
    at = timestamps.format(timestamps.now())
    bucket = None if folder.bucket == settings().catalog_bucket else folder.bucket
    before = ingestions.find(run.id)
    keys = list(islice(_objects(folder), MAX_OBJECTS + 1))
    if not keys or len(keys) > MAX_OBJECTS:
        failure = (
            message("There are no files in the folder.")
            if not keys
            else message("There are more than {most} files in the folder.", most=MAX_OBJECTS)
        )
        failed = Ingestion(folder.prefix, "", at, failure=failure, bucket=bucket, has_file=False)
        if before is None or not before.decides:  # what was read earlier stays
            ingestions.save(run.id, failed)
        return failed
    samples: dict[str, RunSample | None] = {}
    for name in {
        key.removeprefix(folder.prefix).split("/")[0] for key in keys if "/" in key.removeprefix(folder.prefix)
    }:
        samples[name] = run_contents.find_sample(run.id, name)

    def register(key: str) -> bool:
        stored = head_object(folder.bucket, key)
        if stored is None:
            return False
        found = RegistrableObject(folder.bucket, key, stored, name_of(key))
        first, _, rest = key.removeprefix(folder.prefix).partition("/")
        run_outputs.register(run, found, sample=samples.get(first) if rest else None, folder=folder)
        return True

    with ThreadPoolExecutor(_THREADS) as pool:
        outputs = sum(pool.map(register, keys))
    _remove_gone(run, folder, frozenset(keys))
    workflow_executions.end(run, RunState.COMPLETED)
    ingestion = Ingestion(folder.prefix, "", at, outputs=outputs, bucket=bucket, has_file=False)
    ingestions.save(run.id, ingestion)
    logger().info("the results of a run were registered", run_id=run.id, outputs=outputs)
    return ingestion


def _remove_gone(run: Run, folder: ResultsFolder, keys: frozenset[str]) -> None:
    """Remove the outputs whose objects were in the folder when it was read before, and are not there any more."""
    outputs = [part for part in run_contents.of_run(run.id) if isinstance(part, Output)]
    for output in outputs:
        if folder.contains(output.bucket, output.key) and output.key not in keys:
            run_outputs.remove(output)


def _objects(folder: ResultsFolder) -> Iterator[str]:
    """The keys of the objects in a folder that may be outputs."""
    pages = aws.s3().get_paginator("list_objects_v2").paginate(Bucket=folder.bucket, Prefix=folder.prefix)
    for page in pages:
        for found in page.get("Contents", []):
            key = found["Key"]
            if not key.endswith("/") and not is_system_file(key.rsplit("/", 1)[-1]):
                yield key


def _read(bucket: str, key: str) -> bytes:
    """The object, or nothing if it is larger than such files are or not there any more."""
    try:
        answer = aws.s3().get_object(Bucket=bucket, Key=key, Range=f"bytes=0-{pipeline_files.MAX_BYTES}")
    except ClientError as error:
        if error.response["Error"]["Code"] in {"404", "NoSuchKey", "NotFound", "InvalidRange"}:
            return b""
        raise
    data = answer["Body"].read()
    return data if len(data) <= pipeline_files.MAX_BYTES else b""
