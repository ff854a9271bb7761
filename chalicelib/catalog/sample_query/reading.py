"""Reads many samples with their metadata."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from chalicelib.catalog.samples import repository as samples
from chalicelib.catalog.samples.model import Sample

_READERS, _CHUNK = 8, 100  # a BatchGetItem has at most 100 keys


def read_samples(ids: Sequence[str]) -> Iterator[Sample]:
    """The samples of these ids that exist, in their order; some hundreds are in memory at a time."""

    def read(start: int) -> list[Sample]:
        chunk = ids[start : start + _CHUNK]
        there = samples.find_many(chunk)
        return [there[id_] for id_ in chunk if id_ in there]

    with ThreadPoolExecutor(_READERS) as pool:
        for window in range(0, len(ids), _READERS * _CHUNK):
            for found in pool.map(read, range(window, min(len(ids), window + _READERS * _CHUNK), _CHUNK)):
                yield from found
