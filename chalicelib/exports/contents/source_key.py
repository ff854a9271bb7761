"""The key of a source: a file to be exported, in the version that the catalog knows."""

from typing import Protocol


class Source(Protocol):
    """A file, an output or an item: an object in S3 with the version that the catalog knows."""

    @property
    def id(self) -> str: ...

    @property
    def etag(self) -> str: ...

    @property
    def version_id(self) -> str | None: ...


def source_key(source: Source) -> str:
    """The key of a file in the version that the catalog knows: another version of it is another source."""
    return f"{source.id} {source.etag} {source.version_id or ''}"
