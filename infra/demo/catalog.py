"""The demo catalog, loaded as any client would: through the API, with presigned uploads; runs are in `runs`."""

import random
import zlib
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from infra.demo import reads
from infra.demo.api import Api, put
from infra.demo.runs import Bucket, load_runs

ROLES = ("guest", "uploader", "analyst", "maintainer", "owner")
PEOPLE = {role: f"{role}@demo.example.org" for role in ROLES}
TOP_GROUP = ("Public Health Demo", "public-health-demo")
NESTED_GROUP = ("Wastewater Surveillance", "wastewater")
_CONCURRENT_UPLOADS = 4
_CORE_FIELDS = ("specimen_collector_sample_id", "sample_collection_date", "geo_loc_name", "organism", "isolate", "host")
_SEQUENCING_FIELDS = ("sequencing_instrument", "library_layout", "mean_depth", "contig_count", "qc_status")
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class DemoSample:
    """One sample: its name, metadata, number (which decides its bytes) and how it was sequenced."""

    name: str
    metadata: dict[str, str | int | float]
    number: int
    layout: str  # paired, single or none


@dataclass(frozen=True, slots=True)
class DemoProject:
    """A project, and whether it belongs to the nested group."""

    name: str
    path: str
    nested: bool
    samples: tuple[DemoSample, ...]


def projects() -> tuple[DemoProject, ...]:
    """Three projects of 26 samples in all, the same every time; fields as PHA4GE's specification names them."""
    return (
        DemoProject("Outbreak 2026-07", "outbreak-2026-07", False, _samples("OB26", 0, 10)),
        DemoProject("Reference Panel", "reference-panel", False, _samples("REF", 10, 8)),
        DemoProject("Sewershed Lambda", "sewershed-lambda", True, _samples("WW", 18, 8)),
    )


def _samples(prefix: str, first: int, count: int) -> tuple[DemoSample, ...]:
    made = []
    for number in range(first, first + count):
        source = random.Random(f"sample {number}")
        layout = {12: "single", 17: "none"}.get(number, "paired")
        place = source.choice(("Canada: Ontario", "Canada: Québec", "Canada: Manitoba", "Switzerland: Zürich"))
        metadata: dict[str, str | int | float] = {
            "specimen_collector_sample_id": f"{prefix}-{number:04d}",
            "sample_collected_by": source.choice(("Public Health Demo Lab", "Regional Hospital", "City Utilities")),
            "sample_collection_date": f"2026-{source.randrange(5, 10):02d}-{source.randrange(1, 29):02d}",
            "geo_loc_name": place,
            "organism": "Escherichia phage lambda",
            "isolate": f"lambda/{place.split(': ')[1]}/{prefix}{number:04d}/2026",
            "host": "Escherichia coli",
            "sequencing_instrument": source.choice(("Illumina MiSeq", "Illumina NextSeq 2000")),
            "library_layout": layout,
            "mean_depth": round(source.uniform(800, 1500), 1),
            "contig_count": 1,
            "qc_status": source.choice(("pass", "pass", "pass", "review")),
        }
        made.append(DemoSample(f"{prefix}-{number:04d}", metadata, number, layout))
    return tuple(made)


def files_of(sample: DemoSample, pool: list[reads.Pair]) -> list[tuple[str, Callable[[], bytes]]]:
    """Name and content of each of a sample's files; contents are generated on demand."""
    if sample.layout == "none":
        return []
    number, name = sample.number, sample.name
    source = random.Random(f"reads {number}")
    first, count = source.randrange(len(pool)), source.randrange(11, len(pool))
    chosen = [pool[(first + i) % len(pool)] for i in range(count)]
    stem = f"{name}_S{number + 1}_L001"
    large: list[tuple[str, Callable[[], bytes]]] = [
        (f"{stem}_R1_001.fastq.gz", lambda: b"".join(pair.forward for pair in chosen))
    ]
    if sample.layout == "paired":
        large.append((f"{stem}_R2_001.fastq.gz", lambda: b"".join(pair.reverse for pair in chosen)))
    return [
        *large,
        (f"{name}.assembly.fasta.gz", lambda: reads.assembly(name, number)),
        (f"{name}.qc.json", lambda: reads.quality_report(name, number)),
        (f"{name}.depth.csv", lambda: reads.depth_table(number)),
        (f"{name}.log.txt", lambda: reads.run_log(name)),
        (f"{name}.depth.png", lambda: reads.depth_picture(number)),
    ]


def load(info: Mapping[str, Any], *, say: Say = print, stopping: Callable[[], bool] = lambda: False) -> None:
    """Load the demo catalog into the stack with this information; existing items are kept."""
    people = {role: Api.signed_in(info["url"], email) for role, email in PEOPLE.items()}
    ids = {role: api.get("/me")["id"] for role, api in people.items()}
    owner = people["owner"]
    top = _group(owner, *TOP_GROUP, parent=None)
    nested = _group(owner, *NESTED_GROUP, parent=top)
    for group, name, fields in ((top, "Sample and host", _CORE_FIELDS), (nested, "Sequencing", _SEQUENCING_FIELDS)):
        path = f"/namespaces/{group['id']}/metadata-templates"
        if name not in {item["name"] for item in owner.all(path)}:
            owner.post(path, {"name": name, "fields": list(fields)})
    for role in ROLES[:-1]:
        owner.call("PUT", f"/namespaces/{top['id']}/members/{ids[role]}", {"role": role})
    missing: list[tuple[str, DemoSample, set[str]]] = []
    for project in projects():
        missing += _missing(owner, project, nested if project.nested else top)
    if missing:
        _upload_missing(owner, missing, say, stopping)
    load_runs(people, Bucket.of_stack(info), stopping)


def _upload_missing(
    owner: Api, missing: list[tuple[str, DemoSample, set[str]]], say: Say, stopping: Callable[[], bool]
) -> None:
    say("Simulating reads of phage lambda …")
    with ThreadPoolExecutor(2) as pool:
        members = list(pool.map(reads.pair, range(reads.MEMBERS)))
    todo = [
        (sample_id, name, make)
        for sample_id, sample, there in missing
        for name, make in files_of(sample, members)
        if name not in there
    ]
    say(f"Uploading {len(todo)} files …")
    sent = 0
    with ThreadPoolExecutor(_CONCURRENT_UPLOADS) as pool:
        for i, size in enumerate(pool.map(lambda upload: 0 if stopping() else _upload(owner, *upload), todo), 1):
            sent += size
            if i % 20 == 0 or i == len(todo):
                say(f"  {i} of {len(todo)} files, {sent / 1e6:,.0f} MB")


def _group(api: Api, name: str, path: str, parent: Any) -> Any:
    for group in api.all("/groups"):
        if group["path"] == path and group["parent_id"] == (parent and parent["id"]):
            return group
    return api.post("/groups", {"name": name, "path": path, **({"parent_id": parent["id"]} if parent else {})})


def _missing(api: Api, project: DemoProject, group: Any) -> list[tuple[str, DemoSample, set[str]]]:
    """The project's samples whose files are incomplete: id, specification, names of the existing files."""
    found = [
        found_project
        for found_project in api.all("/projects")
        if found_project["path"] == project.path and found_project["parent_id"] == group["id"]
    ]
    made = (
        found[0]
        if found
        else api.post("/projects", {"name": project.name, "path": project.path, "group_id": group["id"]})
    )
    there = {sample["name"]: sample["id"] for sample in api.all(f"/namespaces/{made['id']}/samples")}
    new = [sample for sample in project.samples if sample.name not in there]
    if new:
        bodies = [{"name": sample.name, "metadata": sample.metadata} for sample in new]
        created = api.post(f"/projects/{made['id']}/samples/batch", {"samples": bodies})["samples"]
        there |= {sample["name"]: sample["id"] for sample in created}
    with ThreadPoolExecutor(_CONCURRENT_UPLOADS) as pool:
        ids = [there[sample.name] for sample in project.samples]
        listed = list(pool.map(lambda sample_id: api.all(f"/samples/{sample_id}/files"), ids))
    missing = []
    for sample, sample_id, files in zip(project.samples, ids, listed, strict=True):
        names = {file["filename"] for file in files}
        if len(names) < {"paired": 7, "single": 6, "none": 0}[sample.layout]:
            missing.append((sample_id, sample, names))
    return missing


def _upload(api: Api, sample_id: str, name: str, make: Callable[[], bytes]) -> int:
    body = make()
    checksums = {"crc32": f"{zlib.crc32(body):08x}"}
    file = api.post(f"/samples/{sample_id}/files", {"filename": name, "size": len(body), "checksums": checksums})
    (part,) = file["upload"]["parts"]
    etag = put(part["url"], part["headers"], body)
    api.post(f"/files/{file['id']}/complete", {"parts": [{"part_number": 1, "etag": etag}]})
    return len(body)
