"""Rows of samples in the samples table; its other rows are in `index` and `metadata_field_counts`."""

import json

from pynamodb.attributes import Attribute, UnicodeAttribute
from pynamodb.constants import STRING

from chalicelib.attributes import Json, TextTuple
from chalicelib.catalog.puid_rows import PuidRow
from chalicelib.catalog.samples.metadata_sources import AnalysisSource
from chalicelib.catalog.samples.model import Sample
from chalicelib.tables import Mapper, Row, TableName

META = "META"


class _Sources(Attribute[tuple[AnalysisSource, ...]]):
    """Which runs wrote which fields, as JSON: a list of [run, time, fields]."""

    attr_type = STRING

    def serialize(self, value: tuple[AnalysisSource, ...]) -> str | None:
        rows = [[source.run_id, source.at, source.fields] for source in value]
        return json.dumps(rows, ensure_ascii=False) if rows else None

    def deserialize(self, value: str) -> tuple[AnalysisSource, ...]:
        return tuple(AnalysisSource(run_id, at, tuple(fields)) for run_id, at, fields in json.loads(value))


class SampleRow(Row):
    """A sample's row."""

    class Meta:
        table_name = TableName("samples_table")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    sample_id = UnicodeAttribute()
    puid = UnicodeAttribute()
    name = UnicodeAttribute()
    description = UnicodeAttribute(null=True)
    project_id = UnicodeAttribute()
    namespace_ids = TextTuple()
    metadata = Json()
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()
    metadata_sources = _Sources(null=True, default=())


class SamplePuidRow(PuidRow):
    """A PUID row of the samples table."""

    class Meta:
        table_name = TableName("samples_table")


_MAPPER = Mapper(Sample, SampleRow, names={"id": "sample_id"})


def sample_of(row: SampleRow) -> Sample:
    """The sample of a row."""
    return _MAPPER.value(row)


def sample_row(sample: Sample) -> SampleRow:
    """The row of a sample."""
    return _MAPPER.row(sample, f"SAMPLE#{sample.id}", META)
