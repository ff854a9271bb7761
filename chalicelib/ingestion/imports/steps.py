"""The steps of an import: its plan for the background work, one line each, in the work bucket.

A sheet is resolved once, before anything is written: names are matched to samples then, and never again. So
a step that runs twice does the same, whatever the first run already created.
"""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from botocore.exceptions import ClientError

from chalicelib import aws
from chalicelib.archive.plan_file import pack_lines, unpack_lines
from chalicelib.catalog.samples.metadata import Metadata
from chalicelib.ids import Ids
from chalicelib.ingestion.imports.model import SheetFile
from chalicelib.ingestion.imports.plan import ImportPlan, PlannedSample
from chalicelib.settings import settings

FILES_PER_STEP = 50
_NAMES = uuid.UUID("f1c55a1e-6f5b-4a5a-8a0c-2d1f3f0f8a35")  # the namespace (RFC 9562) of the ids that imports make


@dataclass(frozen=True, slots=True)
class Step:
    """A sample of a sheet with some of its new files. `rows` counts the rows done with it; only the step that `begins`
    its sample creates or updates it. `sample_id` None: the import creates it. `changes`: the row has new values for it;
    `name` None: its name does not change."""

    row: int
    rows: int
    begins: bool
    changes: bool
    sample_id: str | None
    name: str | None
    puid: str | None
    description: str | None
    metadata: Metadata
    files: tuple[SheetFile, ...]


def steps_of(plan: ImportPlan) -> Iterator[Step]:
    """The steps of a plan, in the order of its sheet."""
    for planned in plan.samples:
        yield from _steps(planned)


def _steps(planned: PlannedSample) -> Iterator[Step]:
    sheet_sample = planned.sheet_sample
    new = [file.file for file in planned.files]
    starts = range(0, max(1, len(new)), FILES_PER_STEP)
    for start in starts:
        yield Step(
            row=sheet_sample.row,
            rows=len(sheet_sample.rows) if start == starts[-1] else 0,
            begins=start == 0,
            changes=planned.has_changes,
            sample_id=None if planned.sample is None else planned.sample.id,
            name=planned.new_name,
            puid=sheet_sample.puid,
            description=sheet_sample.description if start == 0 else None,
            metadata=planned.metadata if start == 0 else {},
            files=tuple(new[start : start + FILES_PER_STEP]),
        )


def sample_ids(import_id: str, step: Step) -> Ids:
    """The ids of a step's new sample: the same whenever it runs."""
    return Ids(uuid.uuid5(_NAMES, f"{import_id}\n{step.row}"))


def file_ids(import_id: str, step: Step, s3_uri: str) -> Ids:
    """The ids of a file of a step's sample."""
    return Ids(uuid.uuid5(_NAMES, f"{import_id}\n{step.row}\n{s3_uri}"))


def plan_key(import_id: str, token: str) -> str:
    """The key of a plan; `token` separates the plans of concurrent requests, one of which becomes the import's."""
    return f"imports/{import_id}/{token}"


def put_steps(key: str, steps: Sequence[Step]) -> None:
    """Write a plan's steps."""
    aws.s3().put_object(Bucket=settings().work_bucket, Key=key, Body=pack_lines(asdict(step) for step in steps))


def read_steps(key: str) -> list[Step] | None:
    """The steps of a plan; None when it no longer exists."""
    try:
        body = aws.s3().get_object(Bucket=settings().work_bucket, Key=key)["Body"].read()
    except ClientError as error:
        if error.response["Error"]["Code"] in {"NoSuchKey", "404", "NotFound"}:
            return None
        raise
    return [_step(line) for line in unpack_lines(body)]


def _step(line: dict[str, Any]) -> Step:
    return Step(**{**line, "files": tuple(SheetFile(**file) for file in line["files"])})
