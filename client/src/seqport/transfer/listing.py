"""The files in an archive in S3, by its directory."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from seqport.transfer.archive import entries_of
from seqport.transfer.links import Links
from seqport.transfer.object_reader import ObjectReader
from seqport.transfer.progress import Silent

if TYPE_CHECKING:
    from seqport.models import Download


def list_files(get_link: Callable[[], Download]) -> Iterator[dict[str, Any]]:
    """Path, size and CRC-32 of each file in a ready archive. Reads the archive's directory only."""
    reader = ObjectReader(Links(get_link), Silent(), threading.Event())
    for target in sorted(entries_of(reader), key=lambda target: target.path):
        yield {"path": str(target.path), "size": target.size, "crc32": f"{target.crc32:08x}"}
