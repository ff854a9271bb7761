"""The formats of linelists, each with its writer and what a download needs to know of it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from chalicelib.linelist import csv_writer, json_writer, tsv_writer
from chalicelib.linelist.rows import Columns, Row, TruncatedCell

Chunks = Callable[[Columns, Iterable[Row]], Iterator[bytes]]
LINELIST_FORMATS = ("csv", "xlsx", "tsv", "json")
_SUFFIXES = {"json": "jsonl"}  # a file of JSON Lines is no JSON document
CONTENT_TYPES: Mapping[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "tsv": "text/tab-separated-values; charset=utf-8",
    "jsonl": "application/jsonl",
}  # by suffix


@dataclass(frozen=True, slots=True)
class CsvDialect:
    """How a CSV file is written: spreadsheets of some languages expect semicolons and decimal commas."""

    delimiter: str = ","
    decimal_mark: str = "."
    bom: bool = True


def suffix_of(linelist_format: str) -> str:
    """What the name of a file of this format ends with, after the dot."""
    return _SUFFIXES.get(linelist_format, linelist_format)


def writer_for(linelist_format: str, csv: CsvDialect, on_truncated: Callable[[TruncatedCell], None]) -> Chunks:
    """What makes a file's bytes of rows as they come; `on_truncated` gets each cell that the format can't hold whole.
    KeyError for an unknown format."""
    if linelist_format == "xlsx":
        from chalicelib.linelist import xlsx_writer  # noqa: PLC0415 - slow to import, and the API needs only the names

        return partial(xlsx_writer.chunks, on_truncated=on_truncated)
    writers: Mapping[str, Chunks] = {
        "csv": partial(csv_writer.chunks, bom=csv.bom, delimiter=csv.delimiter, decimal_mark=csv.decimal_mark),
        "tsv": tsv_writer.chunks,
        "json": json_writer.chunks,
    }
    return writers[linelist_format]
