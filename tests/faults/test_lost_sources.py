"""Sources that are lost at any moment, a few or hundreds: the next plan excludes all of them."""

import json
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from chalicelib import aws
from chalicelib.archive import batches as batching
from chalicelib.archive.s3_operations import S3Operations
from chalicelib.assembly.assemble import assemble_batch
from chalicelib.assembly.finish import finish_export
from chalicelib.assembly.plan import plan_export
from chalicelib.catalog.files import repository as files
from chalicelib.catalog.files.model import File
from chalicelib.exports.types import sample as sample_type
from chalicelib.settings import settings
from tests.harness import Person, expect_status
from tests.workflow.state_machine import run
from tests.workflow.steps import LARGE, MIB, SMALL, batch_of, change, create, lose, objects_of, planned
from tests.workflow.test_sample_exports import archive_of

# The archive's files by size, those that are lost, and when.
LOSSES = [
    (SMALL, ["s00.txt", "s07.txt", "s19.txt"]),  # all of them in the tail
    (SMALL, list(SMALL)[:15]),
    ({**SMALL, **LARGE}, ["s01.txt", "s02.txt", "s03.txt", "s04.txt", "s05.txt"]),
    ({**SMALL, **LARGE}, ["large-a.txt", "large-b.txt", "s01.txt", "s02.txt"]),
    ({**SMALL, **LARGE}, list(LARGE)),
    ({**{f"m{n}.txt": 3 * MIB for n in range(6)}, **SMALL}, ["m0.txt", "m2.txt", "m5.txt", "s00.txt"]),
]


@pytest.mark.parametrize(("sizes", "lost"), LOSSES)
@pytest.mark.parametrize("moment", ["before", "assemble", "finish"])
def test_one_plan_finds_all_missing_files(
    ana: Person, project: str, sizes: dict[str, int], lost: list[str], moment: str
) -> None:
    keys = objects_of(ana, project, sizes)
    export = create(ana, project)
    done: list[str] = []

    def between(step: str, _: Any) -> None:
        if step == moment and not done:
            done.append(step)
            lose(*(keys[name] for name in lost[::2]))
            for name in lost[1::2]:
                change(keys[name])

    if moment == "before":
        between("before", None)
    outcomes = run(export, between=between)
    # What is lost after its part was written shows when the next plan reads it: that one has changed meanwhile.
    assert outcomes.count("planned") <= (3 if moment == "finish" else 2)
    final = expect_status(ana.get(f"/exports/{export['id']}"), 200)
    assert final["status"] == "ready", final
    archive = archive_of(ana, export["id"])
    report = {row["id"]: row for row in json.loads(archive.read("report.json"))}
    kept = {name.rsplit("/", 1)[-1] for name in archive.namelist() if "/" in name}
    if outcomes.count("planned") > 1:
        assert kept == set(sizes) - set(lost)
        assert final["warnings"] == len(lost)
        reasons = [row["reason"] for row in report.values() if row["outcome"] == "skipped"]
        assert sorted(reasons) == sorted(["missing"] * len(lost[::2]) + ["changed"] * len(lost[1::2]))
    else:  # everything had been written before it was lost
        assert moment == "finish"
        assert kept == set(sizes)


def test_300_files_deleted_during_assembly_by_8_workers_are_skipped_by_the_second_plan(
    ana: Person, project: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batching, "_SHORTEST", 0.01)
    monkeypatch.setenv("ASSEMBLE_CONCURRENCY", "8")
    settings.cache_clear()
    (key,) = objects_of(ana, project, {"f.txt": 10}).values()
    sample_id, bucket = key.split("/")[2], settings().catalog_bucket
    (pattern,) = files.of_sample(sample_id)
    names = [f"f{number:04d}.txt" for number in range(1_000)]

    def put(name: str) -> File:
        body = name.encode() * 12_000
        etag = aws.s3().put_object(Bucket=bucket, Key=f"d/{name}", Body=body)["ETag"]
        file = replace(pattern, id=name, puid=name, filename=name, key=f"d/{name}", size=len(body), etag=etag)
        return replace(file, crc32=None)

    with ThreadPoolExecutor(8) as pool:
        catalog = list(pool.map(put, names))
    monkeypatch.setattr(sample_type, "files_by_sample", lambda _: [(sample_id, catalog)])  # moto is slow with so many
    export = create(ana, project)
    state = planned(export)
    assert len(state["batches"]) >= 8
    lost, reading = names[::3][:300], threading.Lock()
    read_into, reads = S3Operations.read_into, iter(range(10**6))

    def lost_amid_the_reads(self: S3Operations, *arguments: Any) -> Any:
        with reading:
            if next(reads) == 200:  # what comes now waits until all 300 are lost
                lose(*(f"d/{name}" for name in lost))
        return read_into(self, *arguments)

    monkeypatch.setattr(S3Operations, "read_into", lost_amid_the_reads)
    for plans in (1, 2):
        with ThreadPoolExecutor(8) as pool:
            done = pool.map(assemble_batch, [batch_of(state, number) for number in state["batches"]])
            outcomes = {line["outcome"] for line in done}
        assert outcomes == {"done"} if plans == 2 else "sources_changed" in outcomes
        state = finish_export(state)
        if plans == 1:
            assert (state["outcome"], state["plan"]) == ("sources_changed", 2)
            state = plan_export(state)
    assert state["outcome"] == "ready"
    final = expect_status(ana.get(f"/exports/{export['id']}"), 200)
    assert (final["file"]["files"], final["warnings"]) == (700, 300)
    archive = archive_of(ana, export["id"])
    assert {name.rsplit("/", 1)[-1] for name in archive.namelist() if "/" in name} == set(names) - set(lost)
    assert Counter(row["reason"] for row in json.loads(archive.read("report.json")) if "reason" in row) == {
        "missing": 300
    }
