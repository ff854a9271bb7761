"""`make bench-plans`: time and peak memory of planning, and of writing the end of, archives of 10k, 100k and 1M files.

Each size and step is a process of its own; the ratio to the size before shows the slope (10 is linear).
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zlib import crc32

from chalicelib.archive.plan_file import read_index, unpack_lines, write_batch, write_index
from chalicelib.archive.planner import plan
from chalicelib.assembly.planned_contents import planned_contents
from chalicelib.exports.contents.items import Folder, Item, Piece, from_rows
from chalicelib.exports.contents.manifest import Manifest
from chalicelib.exports.contents.report import report_lines
from chalicelib.zip_format import central_header

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SIZES = (10_000, 100_000, 1_000_000)
KINDS: dict[str, Callable[[random.Random], int]] = {
    "small": lambda source: source.randint(100, 100_000),
    "mixed": lambda source: source.choice([20_000, 300_000, 3 << 20, 6 << 20, 80 << 20]),
}


def items(count: int, kind: str) -> Iterator[Item]:
    source = random.Random(count)
    for i in range(count):
        place = (f"INXT_PRJ_{i // 4000}", f"INXT_SAM_{i // 4}", f"INXT_ATT_{i // 2}")
        yield Item(
            f"{i:032x}", place, f"sample-{i}_S1_L001_R{i % 2 + 1}_001.fastq.gz", None, "fastq", "forward",
            "illumina_pe", KINDS[kind](source), NOON + timedelta(seconds=i), "catalog",
            f"files/{i:032x}/{i}.fastq.gz", f'"{i:032x}"', f"{i:032x}", i, f"{i:064x}",
        )  # fmt: skip


def pieces(count: int, kind: str) -> Iterator[Piece]:
    """The items, each of them behind the folders that begin with it."""
    begun: set[tuple[str, ...]] = set()
    for item in items(count, kind):
        for depth, name in enumerate(("project", "sample", "attachment"), 1):
            if item.folders[:depth] not in begun:
                begun.add(item.folders[:depth])
                yield Folder(item.folders[:depth], name, None)
        yield item


def plans(count: int, kind: str, folder: Path) -> None:
    """What Plan does but for DynamoDB and S3."""
    started = time.monotonic()
    contents = planned_contents(pieces(count, kind))
    (folder / "contents").write_bytes(contents.rows)
    planned = plan(contents.entries)
    print(json.dumps({"seconds": time.monotonic() - started, "parts": planned.index.tail_number - 1,
                      "batches": len(planned.batches), "segments": len(planned.segments)}))  # fmt: skip
    (folder / "index").write_bytes(write_index(planned.index))
    for batch in planned.batches:
        write_batch(batch)


def ends(count: int, kind: str, folder: Path) -> None:
    """What Finish does but for S3: contents, manifests and report twice, central directory."""
    started = time.monotonic()
    contents = from_rows(unpack_lines((folder / "contents").read_bytes()))
    index = read_index((folder / "index").read_bytes())
    checksums, manifest, length = [0] * count, Manifest("id", "Samples Export", "2026-11-24", contents), 0
    for pieces in (manifest.json_lines, manifest.text_lines, lambda: report_lines(contents, checksums)):
        for _ in range(2):
            for piece in pieces():
                length += len(piece)
                crc32(piece.encode())
    for entry, offset in zip(index.entries, index.offsets, strict=True):
        length += len(central_header(entry.name, entry.size, entry.modified, 0, offset))
    print(json.dumps({"seconds": time.monotonic() - started, "bytes": length}))


STEPS = {"plan": plans, "end": ends}


def measured(step: str, count: int, kind: str, folder: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.bench_plans", step, str(count), kind, str(folder)]
    with (folder / "result.json").open("w") as result:
        process = subprocess.Popen(command, stdout=result)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return {**json.loads((folder / "result.json").read_text()), "mib": usage.ru_maxrss / 1024}


def main() -> None:
    if len(sys.argv) == 5:
        STEPS[sys.argv[1]](int(sys.argv[2]), sys.argv[3], Path(sys.argv[4]))
        return
    print(f"{'files':>10} {'sizes':6} {'step':5} {'seconds':>8} {'slope':>6} {'peak MiB':>9}")
    for kind in KINDS:
        before: dict[str, float] = {}
        for count in SIZES:
            with tempfile.TemporaryDirectory() as name:
                for step in STEPS:
                    found = measured(step, count, kind, Path(name))
                    slope = f"{found['seconds'] / before[step]:.1f}" if step in before else ""
                    before[step] = found["seconds"]
                    more = {key: value for key, value in found.items() if key not in {"seconds", "mib"}}
                    print(f"{count:>10,} {kind:6} {step:5} {found['seconds']:>8.2f} {slope:>6} {found['mib']:>9.0f}  "
                          f"{more}", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
