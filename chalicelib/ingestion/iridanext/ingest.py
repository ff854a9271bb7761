"""Reads the results of a run from its `iridanext.output.json`: outputs, metadata of samples, and the run's end.

It may run twice, concurrently, or be killed: every step sets what the file says, and the next run completes it.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from botocore.exceptions import ClientError

from chalicelib import aws, timestamps
from chalicelib.catalog.files.registration import RegistrableObject, name_of
from chalicelib.catalog.files.s3_objects import head_object
from chalicelib.catalog.runs import contents as run_contents
from chalicelib.catalog.runs import ingestion as ingestions
from chalicelib.catalog.runs import outputs as run_outputs
from chalicelib.catalog.runs import repository as workflow_executions
from chalicelib.catalog.runs.ingestion import MOST, Ingestion
from chalicelib.catalog.runs.model import RUN_LEVEL, Output, Run, RunSample
from chalicelib.catalog.runs.results_folder import ResultsFolder
from chalicelib.catalog.runs.states import RunState
from chalicelib.catalog.samples import repository as samples
from chalicelib.catalog.samples.metadata import Value
from chalicelib.catalog.samples.metadata_sources import Analyzed, with_results
from chalicelib.catalog.samples.model import Sample, metadata_size_violation
from chalicelib.errors import Invalid, Message, NotFound
from chalicelib.ingestion.iridanext.output_file import MAX_BYTES, InvalidOutputFile, OutputFile, parse
from chalicelib.log import logger
from chalicelib.settings import settings

_THREADS = 16
_MISSING = {"404", "NoSuchKey", "NoSuchVersion", "NotFound"}


class FileGone(Exception):
    """The file with the results is not there any more."""


def ingest(run: Run, folder: ResultsFolder, name: str, *, overwrite: bool = False) -> Ingestion:
    """Read the file of this name in a folder of results. Only the files that it names are outputs of the run.
    `overwrite`: its metadata replaces what people entered. FileGone if it is gone."""
    key = f"{folder.prefix}{name}"
    bucket = None if folder.bucket == settings().catalog_bucket else folder.bucket
    data, etag = _read(folder.bucket, key)
    at = timestamps.format(timestamps.now())
    try:
        found = parse(data)
    except InvalidOutputFile as error:
        failed = Ingestion(key, etag, at, failure=error.reason, bucket=bucket)
        ingestions.save(run.id, failed)
        return failed
    before = ingestions.find(run.id)
    if before is None or not before.decides or (before.bucket, before.key) != (bucket, key):
        # From now on the file decides: what was registered before is found below, what is registered later sees this.
        ingestions.save(run.id, Ingestion(key, etag, at, bucket=bucket))
    by_name = _samples_by_name(run)
    places = _places(found, by_name)
    missing = _register(run, folder, places)
    _remove_others(run, folder, places)
    kept, invalid, written = _write_metadata(run, found, by_name, at, overwrite)
    workflow_executions.end(run, RunState.COMPLETED)
    missing = _register(run, folder, {path: places[path] for path in missing})  # some may have arrived
    lost = set(missing)
    ingestion = Ingestion(
        key=key,
        etag=etag,
        at=at,
        outputs=sum(len(of_path) for path, of_path in places.items() if path not in lost),
        samples_with_metadata=written,
        missing_count=len(missing),
        missing=tuple(missing[:MOST]),
        unknown_samples=tuple(name for name in found.samples if name not in by_name)[:MOST],
        kept=tuple(kept[:MOST]),
        invalid=tuple([*found.invalid, *invalid][:MOST]),
        bucket=bucket,
    )
    ingestions.save(run.id, ingestion)
    logger().info("the results of a run were read", run_id=run.id, outputs=ingestion.outputs, missing=len(missing))
    return ingestion


def register_later(run: Run, ingestion: Ingestion, found: RegistrableObject) -> Output | None:
    """Register an object of the run's folder that arrived or changed after the results were read; None if the file
    with the results does not name it."""
    try:
        bucket = ingestion.bucket or settings().catalog_bucket
        listed = parse(_read(bucket, ingestion.key)[0])
    except (InvalidOutputFile, FileGone):
        return None
    folder = ResultsFolder(bucket, f"{ingestion.key.rpartition('/')[0]}/")
    if not folder.contains(found.bucket, found.key):
        return None
    path = found.key.removeprefix(folder.prefix)
    by_name = _samples_by_name(run)
    outputs = [run_outputs.register(run, found, sample=sample) for sample in _places(listed, by_name).get(path, ())]
    if outputs and path in ingestion.missing:
        missing = tuple(other for other in ingestion.missing if other != path)
        left, count = ingestion.missing_count - 1, ingestion.outputs + len(outputs)
        ingestions.save(run.id, replace(ingestion, missing=missing, missing_count=left, outputs=count))
    return outputs[0] if outputs else None


def _places(found: OutputFile, by_name: Mapping[str, RunSample]) -> dict[str, list[RunSample | None]]:
    """Whose output each file is, by path: a sample's, or the run's own (None), as are those of unknown samples."""
    places: dict[str, list[RunSample | None]] = {path: [None] for path in found.run_paths}
    for name, paths in found.sample_paths.items():
        for path in paths:
            of_path = places.setdefault(path, [])
            if by_name.get(name) not in of_path:
                of_path.append(by_name.get(name))
    return places


def _read(bucket: str, key: str) -> tuple[bytes, str]:
    try:
        answer = aws.s3().get_object(Bucket=bucket, Key=key, Range=f"bytes=0-{MAX_BYTES}")
    except ClientError as error:
        if error.response["Error"]["Code"] in _MISSING:
            raise FileGone(key) from error
        raise
    return answer["Body"].read(), answer["ETag"]


def _samples_by_name(run: Run) -> dict[str, RunSample]:
    """The run's samples by id, PUID, and the names in its samplesheet that no other sample has."""
    by_name: dict[str, RunSample | None] = {}
    rows = [part for part in run_contents.of_run(run.id) if isinstance(part, RunSample)]
    for row in rows:
        for name in {*row.names, row.samplesheet_text("sample_name")} - {None}:
            by_name[str(name)] = None if name in by_name else row
    by_name |= {name: row for row in rows for name in (row.sample_id, row.puid)}
    return {name: row for name, row in by_name.items() if row is not None}


def _register(run: Run, folder: ResultsFolder, places: Mapping[str, Sequence[RunSample | None]]) -> list[str]:
    """Register the files that are there; returns the paths of those that are missing."""

    def register(path: str) -> str | None:
        key = f"{folder.prefix}{path}"
        stored = head_object(folder.bucket, key)
        if stored is None:
            return path
        found = RegistrableObject(folder.bucket, key, stored, name_of(key))
        for sample in places[path]:
            run_outputs.register(run, found, sample=sample, folder=folder)
        return None

    with ThreadPoolExecutor(_THREADS) as pool:
        return [path for path in pool.map(register, places) if path is not None]


def _remove_others(run: Run, folder: ResultsFolder, places: Mapping[str, Sequence[RunSample | None]]) -> None:
    """Remove the outputs in the folder that the file does not name, or names as another sample's: they arrived before
    it."""
    named = {
        (f"{folder.prefix}{path}", RUN_LEVEL if sample is None else sample.place)
        for path, of_path in places.items()
        for sample in of_path
    }
    outputs = [part for part in run_contents.of_run(run.id) if isinstance(part, Output)]
    for output in outputs:
        if folder.contains(output.bucket, output.key) and (output.key, output.place) not in named:
            run_outputs.remove(output)


def _write_metadata(
    run: Run, found: OutputFile, by_name: Mapping[str, RunSample], at: str, overwrite: bool
) -> tuple[list[tuple[str, str]], list[tuple[str, str | Message]], int]:
    """Write the metadata of samples; returns what was kept as people had entered it, what can't be stored, as (sample,
    field), and how many samples have results."""
    kept: list[tuple[str, str]] = []
    invalid: list[tuple[str, str | Message]] = []
    written = 0
    for name, results in found.metadata.items():
        row = by_name.get(name)
        if row is None or not results:
            continue
        try:
            kept += [(name, field) for field in _write(row.sample_id, results, run.id, at, overwrite)]
            written += 1
        except (Invalid, NotFound) as error:  # too large, too many fields, deleted
            invalid.append((name, error.message))
    return kept, invalid, written


def _write(
    sample_id: str, results: Mapping[str, Value | None], run_id: str, at: str, overwrite: bool
) -> tuple[str, ...]:
    """Write a sample's results; returns the fields that were kept as people had entered them. Invalid if the sample
    would have too many fields or too large ones."""
    last: list[Analyzed] = []

    def analyzed(latest: Sample) -> Sample:
        result = with_results(latest.metadata, latest.metadata_sources, results, run_id, at, overwrite=overwrite)
        if rule := metadata_size_violation(result.metadata):
            raise Invalid(rule)
        last.append(result)
        return replace(latest, metadata=result.metadata, metadata_sources=result.sources)

    sample = samples.find(sample_id)
    wanted = analyzed(sample)
    own = {(source.run_id, source.fields) for source in wanted.metadata_sources}
    if wanted.metadata != sample.metadata or own != {(one.run_id, one.fields) for one in sample.metadata_sources}:
        samples.update_with(sample, analyzed)
    return last[-1].kept
