"""Collects the rows of one sample."""

from collections.abc import Sequence

from chalicelib.ingestion.imports.model import Column, SheetFile, SheetSample
from chalicelib.names import cleaned


class Draft:
    """The values of the rows of one sample so far, by the columns' names."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.files: list[SheetFile] = []
        self.rows: list[int] = []

    def finished(self, columns: Sequence[Column], *, is_renamed: bool) -> SheetSample:
        by_role = {column.role: text for column in columns if (text := self.values.get(column.name)) is not None}
        name = by_role.get("sample")
        metadata = {
            column.field: text
            for column in columns
            if column.field is not None and (text := self.values.get(column.name)) is not None
        }
        return SheetSample(
            name=None if name is None else cleaned(name),
            puid=by_role.get("puid"),
            description=by_role.get("description"),
            metadata=metadata,
            files=_each_once(self.files),
            rows=tuple(self.rows),
            is_renamed=is_renamed,
        )


def _each_once(files: Sequence[SheetFile]) -> tuple[SheetFile, ...]:
    """A file that several rows name is one file, as in its first row; it is a mate only if both rows agree."""
    first: dict[str, SheetFile] = {}
    for file in files:
        first.setdefault(file.s3_uri, file)
    return tuple(
        file
        if file.mate is None or first[file.mate].mate == file.s3_uri
        else SheetFile(file.row, file.column, file.s3_uri)
        for file in first.values()
    )
