"""The contents of an archive of workflow executions: their outputs in the manifest's order, and skipped items."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from chalicelib.catalog.runs.model import RUN_LEVEL, Output, Run, RunSample
from chalicelib.exports.contents.archive_paths import distinct_names
from chalicelib.exports.contents.items import ContentSource, Folder, Item, Piece, RunDetails, Skipped
from chalicelib.exports.contents.source_key import source_key

_DELETED = "Deleted Sample"


class Layout(StrEnum):
    """How outputs lie in the folder of their run or sample: all of them directly, or in the folders that the pipeline
    gave them."""

    FLAT = "flat"
    TREE = "tree"


def analysis_pieces(
    runs: Sequence[Run],
    parts: Mapping[str, Sequence[RunSample | Output]],
    sample_names: Mapping[str, str],
    *,
    excluded: Mapping[str, str],
    skipped: Sequence[Skipped] = (),
    layout: Layout = Layout.FLAT,
) -> Iterator[Piece]:
    """The contents of an analysis export, piece by piece: `<run id>/<filename>` and `<run id>/<sample>/<filename>`,
    with the outputs' own folders before the file's name if `layout` is `tree`. A folder comes before what is in it.

    Runs are in the order given, a run's own outputs before its samples, samples as in its samplesheet, outputs by
    creation. `parts` are by run id; `sample_names` by the id of samples that there still are;
    `excluded` has reasons by `source_key` of outputs that an earlier plan could not read; `skipped` is put before what
    is found here. Runs without any output are skipped.
    """
    yield from skipped
    for run in runs:
        outputs = [part for part in parts.get(run.id, ()) if isinstance(part, Output)]
        if not outputs:
            yield Skipped(run.id, "no-output", name=run.name)
        for output in outputs:
            if source_key(output) in excluded:
                yield Skipped(output.id, excluded[source_key(output)], output.size, output.filename)
        by_place = _by_place(output for output in outputs if source_key(output) not in excluded)
        if not by_place:
            continue
        own = _Directory.of(by_place.get(RUN_LEVEL, []), layout)
        sheet = [part for part in parts[run.id] if isinstance(part, RunSample) and part.place in by_place]
        # Files and folders of one folder share a namespace: their names must differ.
        names = distinct_names(
            [
                *own.names,
                *(output.samplesheet_text("sample") or output.puid for output in sheet),
            ]
        )
        yield ContentSource(run.id)
        details = RunDetails(run.workflow_name, run.workflow_version)
        yield Folder((run.id,), "workflow_execution", run.name or run.id, run=details)
        yield from own.pieces((run.id,), names[: len(own.names)])
        for sample, name in zip(sheet, names[len(own.names) :], strict=True):
            place = (run.id, name)
            puid = sample.puid if sample.puid != name else None
            yield Folder(place, "sample", _title(sample, sample_names), puid)
            inner = _Directory.of(by_place[sample.place], layout)
            yield from inner.pieces(place, distinct_names(inner.names))


@dataclass(frozen=True, slots=True)
class _Directory:
    """Outputs of one folder, and the folders in it by name."""

    outputs: list[Output]
    folders: dict[str, "_Directory"]

    @classmethod
    def of(cls, outputs: Iterable[Output], layout: Layout) -> "_Directory":
        """The tree of a run's or a sample's outputs."""
        top = cls([], {})
        for output in outputs:
            folder = top
            for name in (output.folder or "").split("/") if layout is Layout.TREE else ():
                folder = folder.folders.setdefault(name, cls([], {})) if name else folder
            folder.outputs.append(output)
        return top

    @property
    def names(self) -> list[str]:
        """The names of what is in it: first the outputs, then the folders."""
        return [*(output.filename for output in self.outputs), *self.folders]

    def pieces(self, path: tuple[str, ...], names: Sequence[str]) -> Iterator[Piece]:
        """What is in it, at this path and under these names."""
        yield from (_item(output, path, name) for output, name in zip(self.outputs, names, strict=False))
        for folder, name in zip(self.folders.values(), names[len(self.outputs) :], strict=True):
            yield Folder((*path, name), "directory", None)
            yield from folder.pieces((*path, name), distinct_names(folder.names))


def _by_place(outputs: Iterable[Output]) -> dict[int, list[Output]]:
    places: dict[int, list[Output]] = {}
    for output in sorted(outputs, key=lambda output: (output.created_at, output.id)):
        places.setdefault(output.place, []).append(output)
    return places


def _title(sample: RunSample, sample_names: Mapping[str, str]) -> str:
    return sample_names.get(sample.sample_id) or sample.samplesheet_text("sample_name") or _DELETED


def _item(output: Output, folders: tuple[str, ...], name: str) -> Item:
    return Item(
        id=output.id,
        folders=folders,
        name=name,
        renamed_from=output.filename if name != output.filename else None,
        format=output.format,
        direction=None,
        type=None,
        size=output.size,
        modified=output.created_at,
        bucket=output.bucket,
        key=output.key,
        etag=output.etag,
        version_id=output.version_id,
        crc32=output.crc32,
        sha256=None,
    )
