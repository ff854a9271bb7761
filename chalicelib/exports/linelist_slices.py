"""Slices of a workbook's rows in the work bucket, each with a document beside it that says what it is.

Each run over a slice writes data of its own, then the document, which names them: so a document is always about whole
data. The last of several runs wins, and any of them will do.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import uuid4

from chalicelib import aws
from chalicelib.exports.storage import get_document, put_document, slice_data_key, slice_key
from chalicelib.linelist.rows import TruncatedCell
from chalicelib.linelist.sliced_workbook import Deflated, Slice
from chalicelib.settings import settings

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class SavedSlice:
    """A slice: the number on its sheet of its first row, how many rows it has, its data, the widths of columns by its
    first rows, the samples without a row with the reasons, the projects of the rows, and the cells that were cut."""

    first: int
    rows: int
    deflated: Deflated
    data_key: str
    widths: tuple[int, ...]
    lost: Mapping[str, str]
    source_ids: tuple[str, ...]
    truncated: tuple[TruncatedCell, ...]

    def to_slice(self) -> Slice:
        """The slice as it is joined."""
        return Slice(self.deflated, self.rows, self._read)

    def _read(self) -> Iterator[bytes]:
        body = aws.s3().get_object(Bucket=settings().work_bucket, Key=self.data_key)["Body"]
        yield from body.iter_chunks(_PIECE)


def upload_data(folder: str, number: int, path: Path) -> str:
    """Store the data of a slice; returns their key."""
    key = slice_data_key(folder, number, uuid4().hex[:12])
    aws.s3().upload_file(str(path), settings().work_bucket, key)
    return key


def save(folder: str, number: int, saved: SavedSlice) -> None:
    """Store a slice, whose data are stored."""
    put_document(slice_key(folder, number), asdict(saved))


def save_too_large(folder: str, number: int) -> None:
    """Record that a slice can't be made."""
    put_document(slice_key(folder, number), {})


def load(folder: str, number: int) -> SavedSlice | None:
    """A slice, or None if it is not made yet. Raises SliceTooLarge if it can't be made."""
    document = get_document(slice_key(folder, number))
    if document is None:
        return None
    if not document:
        raise SliceTooLarge(f"slice {number} can't be made")
    return SavedSlice(
        first=document["first"],
        rows=document["rows"],
        deflated=Deflated(**document["deflated"]),
        data_key=document["data_key"],
        widths=tuple(document["widths"]),
        lost=document["lost"],
        source_ids=tuple(document["source_ids"]),
        truncated=tuple(TruncatedCell(**cell) for cell in document["truncated"]),
    )


class SliceTooLarge(Exception):
    """The rows of a slice take more time or storage than a function has."""
