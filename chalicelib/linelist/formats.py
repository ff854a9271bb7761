"""The formats of linelists, each with its writer and what the way out needs to know of it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

from chalicelib.linelist import csv_writer, json_writer, tsv_writer, xlsx_writer
from chalicelib.linelist.rows import Columns, Row

Chunks = Callable[[Columns, Iterable[Row]], Iterator[bytes]]
CONTENT_TYPES: Mapping[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "tsv": "text/tab-separated-values; charset=utf-8",
    "json": "application/jsonl",
}
LINELIST_FORMATS = tuple(CONTENT_TYPES)


def writer_of(linelist_format: str, *, csv_bom: bool) -> Chunks:
    """What makes a file's bytes of rows as they come. KeyError for an unknown format."""
    writers: Mapping[str, Chunks] = {
        "csv": partial(csv_writer.chunks, bom=csv_bom),
        "xlsx": xlsx_writer.chunks,
        "tsv": tsv_writer.chunks,
        "json": json_writer.chunks,
    }
    return writers[linelist_format]
