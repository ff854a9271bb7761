"""Workflow executions (runs), their samples and outputs: frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.catalog.files.formats import format_of
from chalicelib.catalog.runs.states import RunState


@dataclass(frozen=True, slots=True)
class Run:
    """A workflow execution. `is_open`: the members of its namespace see it; `output_uri` is the folder in S3 that its
    pipeline writes to, None: the run's own in the catalog bucket."""

    id: str
    name: str | None
    workflow_name: str
    workflow_version: str
    state: RunState
    submitter_id: str
    namespace_id: str
    automated: bool
    shared: bool
    is_open: bool
    sample_count: int
    created_at: str
    updated_at: str
    output_uri: str | None = None


@dataclass(frozen=True, slots=True)
class NewRun:
    """The fields of a run to create."""

    name: str | None
    workflow_name: str
    workflow_version: str
    state: RunState
    automated: bool
    shared: bool
    output_uri: str | None = None


RUN_LEVEL = 0  # the place of what belongs to the run itself


@dataclass(frozen=True, slots=True)
class RunSample:
    """A row of a run's samplesheet, which outlives the sample. `place` counts from 1."""

    place: int
    sample_id: str
    puid: str
    samplesheet: Mapping[str, Any]

    @property
    def names(self) -> frozenset[str]:
        """What the sample may be called in the run's folders: its id, its PUID, and its name in the samplesheet."""
        return frozenset(filter(None, (self.sample_id, self.puid, self.samplesheet_text("sample"))))

    def samplesheet_text(self, field: str) -> str | None:
        """The text in a field of the samplesheet; None when it is empty."""
        value = self.samplesheet.get(field)
        return (str(value).strip() or None) if value is not None else None


@dataclass(frozen=True, slots=True)
class Output:
    """An output file of a run, and its location in S3: of the run itself, or of the sample at `place`. `folder` is the
    path of its folder below the run's or the sample's, where it has one (`multiqc/multiqc_data`)."""

    id: str
    puid: str
    run_id: str
    place: int
    folder: str | None
    filename: str
    size: int
    bucket: str
    key: str
    etag: str
    version_id: str | None
    crc32: int | None
    created_at: datetime

    @property
    def format(self) -> str:
        """Its file format, from its name."""
        return format_of(self.filename)

    @property
    def s3_uri(self) -> str:
        """Its S3 URI."""
        return f"s3://{self.bucket}/{self.key}"
