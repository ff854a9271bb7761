"""What a run is made of: the rows of its samplesheet, and the outputs of the run itself and of each of its samples.

They lie together in the run's own order, so that one query reads a run whole: first the run's outputs (place 0), then
sample by sample its row and its outputs.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist

from chalicelib import timestamps
from chalicelib.catalog.files.formats import format_of
from chalicelib.tables import Json, Row, TableName

RUN_LEVEL = 0  # the place of what belongs to the run itself


@dataclass(frozen=True, slots=True)
class RunSample:
    """A row of a run's samplesheet, which outlives the sample. `place` counts from 1."""

    place: int
    sample_id: str
    puid: str
    samplesheet: Mapping[str, Any]

    def samplesheet_text(self, field: str) -> str | None:
        """What the samplesheet says in a field, if it says anything."""
        value = self.samplesheet.get(field)
        return (str(value).strip() or None) if value is not None else None


@dataclass(frozen=True, slots=True)
class Output:
    """A file that a run left, where it lies in S3: of the run itself, or of the sample at `place`."""

    id: str
    puid: str
    run_id: str
    place: int
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
        """Where it lies."""
        return f"s3://{self.bucket}/{self.key}"


class PartRow(Row):
    """`RUN#<run>` / `PART#<place>#0` a row of the samplesheet, `PART#<place>#1#<output>` an output."""

    class Meta:
        table_name = TableName("runs_table")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    sample_id = UnicodeAttribute(null=True)
    puid = UnicodeAttribute()
    samplesheet = Json(null=True)
    output_id = UnicodeAttribute(null=True)
    filename = UnicodeAttribute(null=True)
    size = NumberAttribute(null=True)
    bucket = UnicodeAttribute(null=True)
    key = UnicodeAttribute(null=True)
    etag = UnicodeAttribute(null=True)
    version_id = UnicodeAttribute(null=True)
    crc32 = NumberAttribute(null=True)
    created_at = UnicodeAttribute(null=True)


class _PlaceRow(Row):
    """`RUN#<run>` / `PLACE#<id or PUID of a sample>`: where a sample stands in the run."""

    class Meta:
        table_name = TableName("runs_table")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    place = NumberAttribute()


def _sample_key(place: int) -> str:
    return f"PART#{place:05d}#0"


def output_key(place: int, output_id: str) -> str:
    """The sort key of an output."""
    return f"PART#{place:05d}#1#{output_id}"


def put_samples(run_id: str, samples: Iterable[RunSample]) -> None:
    """Write a run's samplesheet. Doing it again changes nothing."""
    sheet = list(samples)
    with PartRow.batch_write() as batch:
        for one in sheet:
            key = _sample_key(one.place)
            batch.save(
                PartRow(f"RUN#{run_id}", key, sample_id=one.sample_id, puid=one.puid, samplesheet=dict(one.samplesheet))
            )
    with _PlaceRow.batch_write() as batch:
        for one in sheet:
            for name in (one.sample_id, one.puid):
                batch.save(_PlaceRow(f"RUN#{run_id}", f"PLACE#{name}", place=one.place))


def find_sample(run_id: str, id_or_puid: str) -> RunSample | None:
    """The sample of this id or PUID in a run, also when it was deleted since; None when it is none of the run's."""
    try:
        place = _PlaceRow.get(f"RUN#{run_id}", f"PLACE#{id_or_puid}", consistent_read=True).place
        return sample_of(PartRow.get(f"RUN#{run_id}", _sample_key(int(place)), consistent_read=True))
    except DoesNotExist:
        return None


def sample_of(row: PartRow) -> RunSample:
    """The value of a samplesheet's row."""
    return RunSample(_place_of(row), row.sample_id, row.puid, row.samplesheet)


def output_of(row: PartRow) -> Output:
    """The value of an output's row."""
    return Output(
        id=row.output_id,
        puid=row.puid,
        run_id=row.pk.removeprefix("RUN#"),
        place=_place_of(row),
        filename=row.filename,
        size=int(row.size),
        bucket=row.bucket,
        key=row.key,
        etag=row.etag,
        version_id=row.version_id,
        crc32=None if row.crc32 is None else int(row.crc32),
        created_at=timestamps.parse(row.created_at),
    )


def _place_of(row: PartRow) -> int:
    return int(row.sk.split("#")[1])


def of_run(run_id: str, from_place: int = RUN_LEVEL) -> Iterator[RunSample | Output]:
    """What a run is made of, in its order, from a place on: each sample before its outputs, and these by id."""
    begin = PartRow.sk.between(f"PART#{from_place:05d}", "PART$")
    for row in PartRow.query(f"RUN#{run_id}", begin, consistent_read=True):
        yield sample_of(row) if row.output_id is None else output_of(row)
