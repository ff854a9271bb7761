"""What a run is made of: the rows of its samplesheet, and the outputs of the run itself and of each of its samples.

They are stored in the run's order, so that one query reads a whole run: first the run's own outputs (place 0), then
sample by sample its row and its outputs.
"""

from collections.abc import Iterable, Iterator

from pynamodb.exceptions import DoesNotExist

from chalicelib.catalog.runs.model import RUN_LEVEL, Output, RunSample
from chalicelib.catalog.runs.table import PartRow, PlaceRow, output_of, run_sample_of, run_sample_row, sample_key

_MAX_NAME = 255  # bytes, as of ids


def put_samples(run_id: str, samples: Iterable[RunSample]) -> None:
    """Write a run's samplesheet. Idempotent."""
    sheet = list(samples)
    with PartRow.batch_write() as batch:
        for sample in sheet:
            batch.save(run_sample_row(run_id, sample))
    with PlaceRow.batch_write() as batch:
        for sample in sheet:
            for name in (sample.sample_id, sample.puid):
                batch.save(PlaceRow(f"RUN#{run_id}", f"PLACE#{name}", place=sample.place))
        for name, place in _unique_names(sheet).items():
            batch.save(PlaceRow(f"RUN#{run_id}", f"PLACE#{name}", place=place))


def _unique_names(sheet: Iterable[RunSample]) -> dict[str, int]:
    """The places of samples by the names that the samplesheet gives them, where no other sample has the same."""
    places: dict[str, set[int]] = {}
    for sample in sheet:
        for name in sample.names:
            places.setdefault(name, set()).add(sample.place)
    identifiers = {name for sample in sheet for name in (sample.sample_id, sample.puid)}
    return {
        name: place
        for name, (place, *others) in places.items()
        if not others and name not in identifiers and len(name.encode()) <= _MAX_NAME
    }


def find_sample(run_id: str, name: str) -> RunSample | None:
    """The sample of this id or PUID, or of this name in the samplesheet's column `sample`, in a run, even if it was
    deleted since; None when it is not one of the run's."""
    try:
        place = PlaceRow.get(f"RUN#{run_id}", f"PLACE#{name}", consistent_read=True).place
        return run_sample_of(PartRow.get(f"RUN#{run_id}", sample_key(int(place)), consistent_read=True))
    except DoesNotExist:
        return None


def of_run(run_id: str, from_place: int = RUN_LEVEL) -> Iterator[RunSample | Output]:
    """What a run is made of, in its order, from a place on: each sample before its outputs, and these by id."""
    begin = PartRow.sk.between(f"PART#{from_place:05d}", "PART$")
    for row in PartRow.query(f"RUN#{run_id}", begin, consistent_read=True):
        yield run_sample_of(row) if row.output_id is None else output_of(row)
