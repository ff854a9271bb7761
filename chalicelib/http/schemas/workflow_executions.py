"""JSON of workflow executions and their outputs."""

from collections.abc import Sequence
from typing import Annotated, Literal, NotRequired, cast

from pydantic import Field, StrictBool, StrictFloat, StrictInt, StringConstraints
from typing_extensions import TypedDict

from chalicelib.access.roles import Role
from chalicelib.catalog.runs import model
from chalicelib.catalog.runs.ingestion import Ingestion
from chalicelib.catalog.runs.pipeline_info import Parameter
from chalicelib.catalog.runs.states import RUN_STATES
from chalicelib.catalog.samples.metadata import FieldName, Value
from chalicelib.catalog.samples.model import Sample
from chalicelib.errors import Message
from chalicelib.http.problems import translate
from chalicelib.http.schemas.base import Body, Count, Id, Text, Time, one_of, puid
from chalicelib.http.schemas.files import Registration, StoredFile, stored_file_json
from chalicelib.http.schemas.samples import MetadataValueOrNull
from chalicelib.ids import GivenId, RequiredId
from chalicelib.names import Name

MAX_SAMPLES = 1_000
MAX_OUTPUTS = 2_000  # of one sample, or of the run itself, in a response
StateName = Annotated[
    Literal["initial", "prepared", "submitted", "running", "completing", "canceling", "completed", "error", "canceled"],
    Field(examples=["completed"]),
]


FolderUri = Annotated[
    str, StringConstraints(max_length=1_100, pattern=r"^s3://"), Field(examples=["s3://lab-results/runs/2026-48/"])
]
ParameterName = Annotated[str, StringConstraints(min_length=1, max_length=1_000)]
ParameterValue = Annotated[str, StringConstraints(max_length=1_000)] | StrictInt | StrictFloat | StrictBool | None


class Workflow(Body):
    """A workflow and its version."""

    name: Annotated[Name, Field(examples=["phac-nml/mikrokondo"])]
    version: Annotated[Name, Field(examples=["0.5.1"])]


class SampleToRun(Body):
    """A row of the samplesheet."""

    sample_id: Annotated[RequiredId, Field(examples=["INXT_SAM_AZKFAVKQ3L"])]
    samplesheet: Annotated[
        dict[FieldName, MetadataValueOrNull],
        Field(max_length=100, default_factory=dict, examples=[{"sample": "EC-001"}]),
    ]


class NewExecution(Body):
    """A workflow execution to record. `output_uri` is the folder in S3 that its pipeline will write to, below a source
    of the namespace; by default the execution's own in the catalog bucket. `parameters` are shown to its readers."""

    name: Annotated[Name | None, Field(examples=["Assembly of week 47"])] = None
    workflow: Workflow
    state: StateName = "initial"
    namespace_id: Annotated[RequiredId, Field(examples=["INXT_PRJ_AZKFAVKQ3L"])]
    automated: bool = False
    shared_with_namespace: bool = False
    output_uri: FolderUri | None = None
    parameters: Annotated[
        dict[ParameterName, ParameterValue],
        Field(max_length=1_000, default_factory=dict, examples=[{"min_reads": 1000}]),
    ]
    samples: Annotated[list[SampleToRun], Field(max_length=MAX_SAMPLES, default_factory=list)]


class Completion(Body):
    """Where the results of a workflow execution are. `output_uri` is a folder in S3 below a source of the namespace; by
    default the one that the execution was recorded with, else its own in the catalog bucket. `overwrite_metadata`: the
    results replace values that people entered."""

    output_uri: FolderUri | None = None
    overwrite_metadata: bool = False


class StateChange(Body):
    """The state that a workflow execution has reached."""

    state: StateName


class OutputRegistration(Registration):
    """An object in S3 to register as an output: of the run, or of one of its samples; nothing is copied."""

    sample_id: RequiredId | None = None
    puid: GivenId | None = None


class WorkflowVersion(TypedDict):
    """A workflow and its version."""

    name: Annotated[str, Field(examples=["phac-nml/mikrokondo"])]
    version: Annotated[str, Field(examples=["0.5.1"])]


class WorkflowExecution(TypedDict):
    """A workflow execution (run)."""

    id: Id
    name: Annotated[str | None, Field(examples=["Assembly of week 47"])]
    workflow: WorkflowVersion
    state: Annotated[str, one_of(*RUN_STATES, example="completed")]
    namespace_id: Id
    automated: bool
    shared_with_namespace: bool
    submitter_id: Id
    sample_count: Count
    created_at: Time
    updated_at: Time


class Output(StoredFile):
    """An output file."""

    folder: NotRequired[
        Annotated[
            str,
            Field(
                description="The path of its folder, below the run's or the sample's.",
                examples=["multiqc/multiqc_data"],
            ),
        ]
    ]


class RunSample(TypedDict):
    """A sample of a run, its row of the samplesheet and its outputs (the first 2,000)."""

    sample_id: Id
    puid: Annotated[str, puid("SAM")]
    name: Annotated[str | None, Field(examples=["EC-001"])]
    deleted: Annotated[bool, Field(description="The sample was deleted since.")]
    samplesheet: Annotated[dict[str, Value | None], Field(examples=[{"sample": "EC-001"}])]
    output_count: Count
    outputs: list[Output]


class FieldOfSample(TypedDict):
    """A field of a sample's metadata, as the file names them; or the reason why the sample's can't be stored."""

    sample: Text
    field: Text


class SoftwareVersion(TypedDict):
    """A program that a step of the pipeline ran, and its version."""

    step: Annotated[str, Field(examples=["ASSEMBLE"])]
    software: Annotated[str, Field(examples=["shovill"])]
    version: Annotated[str, Field(examples=["1.1.0"])]


class Results(TypedDict):
    """What was read of `iridanext.output.json`, by which the pipeline says what its outputs and metadata are; without
    such a file (`has_file`), all objects of the folder are outputs. Lists have the first 200."""

    has_file: Annotated[bool, Field(examples=[True])]
    key: Annotated[str, Field(examples=["runs/6a5f9a0e-2f0b-4c8e-9d3a-0b1c2d3e4f50/iridanext.output.json.gz"])]
    read_at: Time
    outputs: Count
    samples_with_metadata: Count
    missing_count: Count
    missing: Annotated[list[Text], Field(description="Files that it names and that are not there.")]
    unknown_samples: Annotated[list[Text], Field(description="Names that no sample of the run has.")]
    kept: Annotated[list[FieldOfSample], Field(description="Values that people had entered: they were kept.")]
    invalid: Annotated[list[FieldOfSample], Field(description="Values that can't be stored.")]
    failure: Annotated[str | None, Field(description="Why the file can't be read.", examples=[None])]


class WorkflowExecutionDetail(WorkflowExecution):
    """A workflow execution with its own outputs (the first 2,000) and its samples. If they don't fit into one
    response, `next_cursor` continues."""

    output_count: Count
    outputs: list[Output]
    samples: list[RunSample]
    results: NotRequired[Results]  # these in the first response
    parameters: NotRequired[Annotated[dict[str, Parameter], Field(examples=[{"min_reads": 1000}])]]
    software_versions: NotRequired[list[SoftwareVersion]]
    next_cursor: Annotated[str | None, Field(examples=[None])]


def results_json(ingestion: Ingestion, language: str) -> Results:
    """What was read of a run's results as JSON."""

    def text(text_or_message: str | Message) -> str:
        return text_or_message if isinstance(text_or_message, str) else translate(text_or_message, language)

    return Results(
        has_file=ingestion.has_file,
        key=ingestion.key,
        read_at=ingestion.at,
        outputs=ingestion.outputs,
        samples_with_metadata=ingestion.samples_with_metadata,
        missing_count=ingestion.missing_count,
        missing=list(ingestion.missing),
        unknown_samples=list(ingestion.unknown_samples),
        kept=[FieldOfSample(sample=sample, field=field) for sample, field in ingestion.kept],
        invalid=[FieldOfSample(sample=sample, field=text(field)) for sample, field in ingestion.invalid],
        failure=None if ingestion.failure is None else text(ingestion.failure),
    )


def run_json(run: model.Run) -> WorkflowExecution:
    """A run as JSON, as lists show it."""
    return WorkflowExecution(
        id=run.id,
        name=run.name,
        workflow=WorkflowVersion(name=run.workflow_name, version=run.workflow_version),
        state=run.state.value,
        namespace_id=run.namespace_id,
        automated=run.automated,
        shared_with_namespace=run.shared,
        submitter_id=run.submitter_id,
        sample_count=run.sample_count,
        created_at=run.created_at,
        updated_at=run.updated_at,
    )


def output_json(output: model.Output, role: Role) -> Output:
    """An output as JSON; with its S3 URI for uploaders and above."""
    document = cast("Output", stored_file_json(output, role))  # its other member is optional
    if output.folder is not None:
        document["folder"] = output.folder
    return document


def outputs_json(outputs: Sequence[model.Output], role: Role) -> list[Output]:
    """The oldest outputs as JSON, as many as fit into a response."""
    ordered = sorted(outputs, key=lambda output: (output.created_at, output.id))
    return [output_json(output, role) for output in ordered[:MAX_OUTPUTS]]


def run_sample_json(
    row: model.RunSample, sample: Sample | None, outputs: Sequence[model.Output], role: Role
) -> RunSample:
    """A row of the samplesheet; a deleted sample (None) has the name in the samplesheet."""
    return RunSample(
        sample_id=row.sample_id,
        puid=row.puid,
        name=row.samplesheet_text("sample_name") if sample is None else sample.name,
        deleted=sample is None,
        samplesheet=dict(row.samplesheet),
        output_count=len(outputs),
        outputs=outputs_json(outputs, role),
    )
