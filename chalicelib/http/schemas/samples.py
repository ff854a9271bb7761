"""JSON of samples and their metadata."""

from collections.abc import Collection
from typing import Annotated, Any, NotRequired

from pydantic import ConfigDict, Field, PlainValidator, RootModel, WithJsonSchema
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from chalicelib.catalog.sample_query.filters import MAX_FILTERS, ColumnName, SampleFilter
from chalicelib.catalog.samples import model
from chalicelib.catalog.samples.metadata import MAX_TEXT, FieldName, Value, is_value
from chalicelib.catalog.samples.metadata_sources import source_by_field
from chalicelib.http.paging import DEFAULT_LIMIT, MAX_LIMIT
from chalicelib.http.schemas.base import Body, Count, Id, Text, Time, puid
from chalicelib.ids import GivenId, RequiredId
from chalicelib.names import Name

_METADATA: dict[str, Value] = {"organism": "Escherichia coli", "st": 131}


def _checked_or_none(value: Any) -> Any:
    if value is not None and not is_value(value):
        raise PydanticCustomError("metadata_value", "not a value of metadata")
    return value


MetadataValueOrNull = Annotated[
    Value | None,
    PlainValidator(_checked_or_none),
    WithJsonSchema({"anyOf": [{"type": "string", "maxLength": MAX_TEXT}, {"type": "number"}, {"type": "null"}]}),
]


class NewSample(Body):
    """A sample to create."""

    name: Annotated[Name, Field(examples=["EC-001"])]
    description: Text | None = None
    metadata: Annotated[dict[FieldName, MetadataValueOrNull] | None, Field(examples=[_METADATA])] = None
    puid: GivenId | None = None


class NewSamples(Body):
    """Samples to create: all of them, or none if one breaks a rule."""

    samples: Annotated[list[NewSample], Field(min_length=1, max_length=1000)]


class SampleChange(Body):
    """Changes to a sample; absent fields stay as they are."""

    name: Annotated[Name | None, Field(examples=["EC-001 (repeat)"])] = None
    description: Text | None = None


class MetadataChange(RootModel[dict[FieldName, MetadataValueOrNull]]):
    """Metadata fields to set; null removes a field; others stay."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"organism": "Escherichia coli", "serotype": None}]})


class MetadataSource(TypedDict):
    """The workflow execution that wrote a value of metadata, and when its results were read."""

    workflow_execution_id: Id
    updated_at: Time


class Sample(TypedDict):
    """A sample."""

    id: Id
    puid: Annotated[str, puid("SAM")]
    name: Annotated[str, Field(examples=["EC-001"])]
    description: Annotated[str | None, Field(examples=[None])]
    project_id: Id
    metadata: Annotated[dict[str, Value], Field(description="Values by lower-cased field name.", examples=[_METADATA])]
    metadata_sources: NotRequired[
        Annotated[
            dict[str, MetadataSource],
            Field(description="Of the values that workflow executions wrote, by field; people entered the others."),
        ]
    ]
    created_at: Time
    updated_at: Time


class SampleQuery(Body):
    """Which samples of a namespace, in which order. All filters must hold."""

    q: Annotated[
        str | None, Field(max_length=255, description="Finds the beginning of the name, of a word in it, or of an id.")
    ] = None
    filters: Annotated[list[SampleFilter], Field(default_factory=list, max_length=MAX_FILTERS)]
    sort: Annotated[
        ColumnName,
        Field(
            description="A column as in `filters`, after `-` in descending order. Numbers come before texts, samples"
            " without a value last.",
            examples=["-metadata.collected"],
        ),
    ] = "name"
    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT
    offset: Annotated[int, Field(ge=0, le=10_000_000, description="How many samples come before the page.")] = 0
    fields: Annotated[
        list[FieldName] | None,
        Field(max_length=1000, description="The metadata fields to return; all if it is null or absent."),
    ] = None


class SampleIds(Body):
    """Samples of a namespace, by id."""

    sample_ids: Annotated[list[RequiredId], Field(min_length=1, max_length=100, examples=[["INXT_SAM_AZKFAVKQ3L"]])]


class SampleFiles(TypedDict):
    """How many complete files a sample has, and their size in bytes."""

    sample_id: Id
    files: Count
    size: Count


class SampleFilesList(TypedDict):
    """The files of samples, counted."""

    items: list[SampleFiles]


class ProjectSummary(TypedDict):
    """A project of listed samples."""

    id: Id
    puid: Annotated[str, puid("PRJ")]
    name: Annotated[str, Field(examples=["Outbreak 2026"])]


class SampleQueryPage(TypedDict):
    """A page of the samples that a query matches, and their projects. `total` counts all that match."""

    items: list[Sample]
    total: Count
    next_offset: Annotated[
        int | None, Field(description="`offset` of the next page; null on the last one.", examples=[None])
    ]
    projects: list[ProjectSummary]


class SampleBatch(TypedDict):
    """The samples that a batch created, in its order."""

    samples: list[Sample]


def sample_json(sample: model.Sample, fields: Collection[str] | None = None) -> Sample:
    """A sample as JSON, with these metadata fields, or all."""
    document = Sample(
        id=sample.id,
        puid=sample.puid,
        name=sample.name,
        description=sample.description,
        project_id=sample.project_id,
        metadata={field: value for field, value in sample.metadata.items() if fields is None or field in fields},
        created_at=sample.created_at,
        updated_at=sample.updated_at,
    )
    sources = {
        field: MetadataSource(workflow_execution_id=source.run_id, updated_at=source.at)
        for field, source in source_by_field(sample.metadata_sources).items()
        if fields is None or field in fields
    }
    if sources:
        document["metadata_sources"] = sources
    return document
