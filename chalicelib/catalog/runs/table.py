"""Rows of the runs table."""

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from chalicelib.attributes import Choice, Integer, Json, Timestamp
from chalicelib.catalog.runs.model import Output, Run, RunSample
from chalicelib.catalog.runs.states import RunState
from chalicelib.catalog.samples.index import truncate_utf8
from chalicelib.search import normalize
from chalicelib.tables import Mapper, Row, TableName

META = "META"
_SEPARATOR = "\x00"


class _ByName(GlobalSecondaryIndex["RunRow"]):
    class Meta:
        index_name = "by_name"
        projection = AllProjection()

    pk = UnicodeAttribute(hash_key=True)
    name_key = UnicodeAttribute(range_key=True)


class _ByUpdated(GlobalSecondaryIndex["RunRow"]):
    class Meta:
        index_name = "by_updated"
        projection = AllProjection()

    pk = UnicodeAttribute(hash_key=True)
    updated_key = UnicodeAttribute(range_key=True)


class _ByState(GlobalSecondaryIndex["RunRow"]):
    class Meta:
        index_name = "by_state"
        projection = AllProjection()

    pk = UnicodeAttribute(hash_key=True)
    state_key = UnicodeAttribute(range_key=True)


class RunRow(Row):
    """`RUN#<id>` / `META`, and a copy in each list that shows the run, with its position there: `OF#<user>`
    and, if it is open, `IN#<namespace>` / `<created_at>\\0<id>`; by name, change and state through indexes."""

    class Meta:
        table_name = TableName("runs_table")

    by_name = _ByName()
    by_updated = _ByUpdated()
    by_state = _ByState()

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    run_id = UnicodeAttribute()
    name = UnicodeAttribute(null=True)
    workflow_name = UnicodeAttribute()
    workflow_version = UnicodeAttribute()
    state = Choice(RunState)
    submitter_id = UnicodeAttribute()
    namespace_id = UnicodeAttribute()
    automated = BooleanAttribute()
    shared = BooleanAttribute()
    is_open = BooleanAttribute()
    sample_count = Integer()
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()
    output_uri = UnicodeAttribute(null=True)
    name_key = UnicodeAttribute(null=True)
    updated_key = UnicodeAttribute(null=True)
    state_key = UnicodeAttribute(null=True)


def user_partition(user_id: str) -> str:
    """The list of what a user has submitted."""
    return f"OF#{user_id}"


def namespace_partition(namespace_id: str) -> str:
    """The list of the open runs of a namespace."""
    return f"IN#{namespace_id}"


def name_key(run: Run) -> str:
    """The sort key by name; runs without a name come first."""
    return f"{truncate_utf8(normalize(run.name or ''))}{_SEPARATOR}{run.id}"


def created_key(run: Run) -> str:
    """The sort key by creation."""
    return f"{run.created_at}{_SEPARATOR}{run.id}"


def updated_key(run: Run) -> str:
    """The sort key by last change."""
    return f"{run.updated_at}{_SEPARATOR}{run.id}"


def state_key(run: Run) -> str:
    """The sort key by state, then by creation."""
    return f"{run.state}{_SEPARATOR}{created_key(run)}"


def own_row(run: Run) -> RunRow:
    return run_row(run, f"RUN#{run.id}", META)


def list_rows(run: Run) -> list[RunRow]:
    lists = [user_partition(run.submitter_id), *([namespace_partition(run.namespace_id)] if run.is_open else [])]
    rows = [run_row(run, pk, created_key(run)) for pk in lists]
    for row in rows:
        row.name_key, row.updated_key, row.state_key = name_key(run), updated_key(run), state_key(run)
    return rows


class OutputFolderRow(Row):
    """`FOLDER#<S3 URI>` / `RUN`: the run whose pipeline writes to this folder."""

    class Meta:
        table_name = TableName("runs_table")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    run_id = UnicodeAttribute()


def folder_key(uri: str) -> tuple[str, str]:
    """The key of the row of a folder, by its S3 URI."""
    return f"FOLDER#{uri}", "RUN"


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
    folder = UnicodeAttribute(null=True)
    filename = UnicodeAttribute(null=True)
    size = Integer(null=True)
    bucket = UnicodeAttribute(null=True)
    key = UnicodeAttribute(null=True)
    etag = UnicodeAttribute(null=True)
    version_id = UnicodeAttribute(null=True)
    crc32 = Integer(null=True)
    created_at = Timestamp(null=True)


class PlaceRow(Row):
    """`RUN#<run>` / `PLACE#<id or PUID of a sample>`: the position of a sample in the run."""

    class Meta:
        table_name = TableName("runs_table")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    place = Integer()


def sample_key(place: int) -> str:
    return f"PART#{place:05d}#0"


def output_key(place: int, output_id: str) -> str:
    """The sort key of an output."""
    return f"PART#{place:05d}#1#{output_id}"


def _place_of(row: PartRow) -> int:
    return int(row.sk.split("#")[1])


_RUNS = Mapper(Run, RunRow, names={"id": "run_id"})
_RUN_SAMPLES = Mapper(RunSample, PartRow, computed={"place": _place_of})
_OUTPUTS = Mapper(
    Output,
    PartRow,
    names={"id": "output_id"},
    computed={"run_id": lambda row: row.pk.removeprefix("RUN#"), "place": _place_of},
)


def run_of(row: RunRow) -> Run:
    """The run of a row."""
    return _RUNS.value(row)


def run_row(run: Run, pk: str, sk: str) -> RunRow:
    """The row of a run, under this key."""
    return _RUNS.row(run, pk, sk)


def run_sample_of(row: PartRow) -> RunSample:
    """The sample of a samplesheet row."""
    return _RUN_SAMPLES.value(row)


def run_sample_row(run_id: str, sample: RunSample) -> PartRow:
    """The samplesheet row of a sample."""
    return _RUN_SAMPLES.row(sample, f"RUN#{run_id}", sample_key(sample.place))


def output_of(row: PartRow) -> Output:
    """The output of a row."""
    return _OUTPUTS.value(row)


def output_row(output: Output) -> PartRow:
    """The row of an output."""
    return _OUTPUTS.row(output, f"RUN#{output.run_id}", output_key(output.place, output.id))
