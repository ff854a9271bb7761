"""What was read of the results that a run's pipeline wrote, for the run's page."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import DoesNotExist

from chalicelib.attributes import Json
from chalicelib.errors import Message
from chalicelib.tables import Row, TableName

_ROW = "INGESTION"
MOST = 200  # of each list; the counts have all


@dataclass(frozen=True, slots=True)
class Ingestion:
    """The file that was read, by its key and ETag, and when; how many outputs and samples with metadata there are; the
    files that it names but that are not there, names of samples that are not the run's, samples with fields that were
    left as people had entered them, and fields whose values can't be stored; `failure` says why the file could not be
    read. The lists have the first 200. `bucket` None: the catalog bucket. `has_file` False: there is no such file,
    and all objects of the folder, whose prefix is the key, are outputs."""

    key: str
    etag: str
    at: str
    outputs: int = 0
    samples_with_metadata: int = 0
    missing_count: int = 0
    missing: tuple[str, ...] = ()
    unknown_samples: tuple[str, ...] = ()
    kept: tuple[tuple[str, str], ...] = ()  # (sample, field)
    invalid: tuple[tuple[str, str | Message], ...] = ()  # or why nothing of the sample's can be stored
    failure: Message | None = None
    bucket: str | None = None
    has_file: bool = True

    @property
    def decides(self) -> bool:
        """Does a file name the outputs, so that no other object is one?"""
        return self.has_file and self.failure is None


class _IngestionRow(Row):
    """`RUN#<run>` / `INGESTION`."""

    class Meta:
        table_name = TableName("runs_table")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    document = Json()


def save(run_id: str, ingestion: Ingestion) -> None:
    """Store what was read last."""
    _IngestionRow(f"RUN#{run_id}", _ROW, document=asdict(ingestion)).save()


def find(run_id: str) -> Ingestion | None:
    """What was read last, or None if nothing was."""
    try:
        document: Mapping[str, Any] = _IngestionRow.get(f"RUN#{run_id}", _ROW, consistent_read=True).document
    except DoesNotExist:
        return None
    kept = tuple((sample, field) for sample, field in document["kept"])
    invalid = tuple((sample, _text_or_message(field)) for sample, field in document["invalid"])
    lists = {name: tuple(document[name]) for name in ("missing", "unknown_samples")}
    failure = document["failure"]
    read = {"kept": kept, "invalid": invalid, "failure": None if failure is None else _message(failure)}
    return Ingestion(**{**document, **lists, **read})


def _text_or_message(stored: Any) -> str | Message:
    return stored if isinstance(stored, str) else _message(stored)


def _message(stored: Any) -> Message:
    """A stored message; a text, of an earlier version, is one without values."""
    return Message(stored) if isinstance(stored, str) else Message(stored["template"], stored["facts"])
