"""`make bench-linelists`: linelists of 100,000 samples × 60 fields.

First the writers alone, each as a process of its own, fed from memory, beside a bare csv.writer and a bare XlsxWriter;
then whole exports on the deployed local stack, where the samples are the emulator's: time, rows a second, and the peak
memory of the function that renders them. Also how long the API takes to answer a request with 50,000 ids.
"""

import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import chain, islice, repeat
from pathlib import Path
from statistics import median
from typing import Any

import xlsxwriter

from chalicelib.catalog.puid import Kind, make
from chalicelib.catalog.samples.model import Sample
from chalicelib.catalog.samples.table import sample_row
from chalicelib.ids import Ids
from chalicelib.linelist.formats import CsvDialect, writer_for
from chalicelib.linelist.rows import Columns, Row
from infra.demo.api import Api
from tests.bench.bench_lists import load
from tests.scale.seed_data import AT
from tests.stack.local_stack import Running, running

FIELDS = tuple(f"field_{i:02d}" for i in range(60))
MIB = 1 << 20
ROUNDS = 3
IDS_PER_REQUEST = 50_000


def metadata(number: int) -> dict[str, str | int | float]:
    """60 values as laboratories have them: texts, dates, whole numbers and others."""
    kinds: tuple[Callable[[int], str | int | float], ...] = (
        lambda i: f"Public health laboratory {(number + i) % 40}",
        lambda i: f"2026-{1 + (number + i) % 12:02d}-{1 + (number * i) % 28:02d}",
        lambda i: (number * 31 + i) % 5000,
        lambda i: round((number * 7 + i) % 1000 / 7, 3),
    )
    return {field: kinds[i % 4](i) for i, field in enumerate(FIELDS)}


def rows(count: int) -> Iterator[Row]:
    """So many rows; a thousand different ones, again and again, so that memory is the writer's."""
    columns = Columns(FIELDS)
    some = [columns.row(f"INXT_SAM_{i:010d}", f"Sample {i}", "INXT_PRJ_AAAAAAAAAA", metadata(i)) for i in range(1000)]
    return islice(chain.from_iterable(repeat(some)), count)


def bare_csv(count: int) -> None:
    with tempfile.TemporaryFile("w+", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows(count))


def bare_xlsx(count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        options = {"constant_memory": True, "tmpdir": folder, "use_zip64": True}
        with xlsxwriter.Workbook(f"{folder}/bare.xlsx", options) as book:
            sheet = book.add_worksheet()
            for number, row in enumerate(rows(count)):
                sheet.write_row(number, 0, row)


def ours(linelist_format: str) -> Callable[[int], None]:
    def write(count: int) -> None:
        with tempfile.TemporaryFile() as file:
            write_rows = writer_for(linelist_format, CsvDialect(bom=True), lambda _: None)
            for chunk in write_rows(Columns(FIELDS), rows(count)):
                file.write(chunk)

    return write


WRITERS = {"csv": ours("csv"), "bare csv": bare_csv, "xlsx": ours("xlsx"), "bare xlsx": bare_xlsx}


def measure(writer: str, count: int) -> tuple[float, float]:
    """Seconds of the writing alone, and the process's peak memory in MiB."""
    command = [sys.executable, "-m", "tests.bench.bench_linelists", str(count), writer]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        result = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return float(result), usage.ru_maxrss / 1024


def writing(count: int) -> None:
    print(f"{count:,} rows × {len(FIELDS)} fields, written from memory (medians of {ROUNDS}):")
    print(f"{'':12} {'s':>8} {'rows/s':>10} {'peak MiB':>9}")
    found: dict[str, list[tuple[float, float]]] = {writer: [] for writer in WRITERS}
    for _ in range(ROUNDS):
        for writer in WRITERS:
            found[writer].append(measure(writer, count))
    seconds = {writer: median(took for took, _ in runs) for writer, runs in found.items()}
    for writer, runs in found.items():
        peak = median(memory for _, memory in runs)
        print(f"{writer:12} {seconds[writer]:8.2f} {count / seconds[writer]:10,.0f} {peak:9.0f}")
    for kind in ("csv", "xlsx"):
        print(f"ours / bare {kind}: {seconds[kind] / seconds[f'bare {kind}']:.2f} in time")


def sample_rows(project_id: str, group_id: str, count: int, made: list[str]) -> Iterator[Any]:
    """The samples' own rows; those of lists and searches are not read by exports of ids."""
    ids = Ids()
    for i in range(count):
        sample = Sample(
            id=ids.id(), puid=make(Kind.SAMPLE, "INXT", ids), name=f"Sample {i:06d}", description=None,
            project_id=project_id, namespace_ids=(project_id, group_id), metadata=metadata(i),
            created_at=AT, updated_at=AT,
        )  # fmt: skip
        made.append(sample.id)
        yield sample_row(sample)


def peak_of(function: str) -> float:
    """The peak memory in MiB of the emulator's processes that run a function."""
    peaks = [0.0]
    for entry in Path("/proc").iterdir():
        try:
            if f"AWS_LAMBDA_FUNCTION_NAME={function}".encode() in (entry / "environ").read_bytes().split(b"\0"):
                lines = (entry / "status").read_text().splitlines()
                peaks += [int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")]
        except OSError:
            continue
    return max(peaks)


def export(api: Api, body: dict[str, Any]) -> tuple[float, float, Any]:
    """Seconds until the answer, seconds until it is ready, and the export."""
    began = time.perf_counter()
    made = api.post("/exports", body)
    answered = time.perf_counter() - began
    while made["status"] == "processing":
        time.sleep(0.5)
        made = api.get(f"/exports/{made['id']}")
    assert made["status"] == "ready", made
    return answered, time.perf_counter() - began, made


def whole(stack: Running, count: int) -> None:
    olga = stack.person("olga@example.org")
    group = olga.post("/groups", {"name": "Lab", "path": "lab"})
    project = olga.post("/projects", {"name": "Big", "path": "big", "group_id": group["id"]})
    ids: list[str] = []
    load(stack, stack.info["tables"]["samples"], sample_rows(project["id"], group["id"], count, ids))
    export_request = {"type": "linelist", "namespace_id": project["id"], "metadata_fields": list(FIELDS)}
    half = {**export_request, "sample_ids": ids[:IDS_PER_REQUEST], "linelist_format": "csv"}
    answered, _, _ = export(olga, half)
    print(f"a request with {len(half['sample_ids']):,} ids ({len(json.dumps(half)):,} bytes): {answered:.1f} s")
    named = [function["FunctionName"] for function in stack.client("lambda").list_functions()["Functions"]]
    (function,) = (name for name in named if "RenderLinelist" in name)
    for linelist_format in ("csv", "xlsx"):
        body = {**export_request, "sample_ids": ids, "linelist_format": linelist_format}
        answered, took, made = export(olga, body)
        print(
            f"{linelist_format}: {count:,} samples ready {took:.0f} s after the request ({count / took:,.0f} rows/s, "
            f"answered in {answered:.1f} s), {made['file']['size']:,} bytes, {made['warnings']} left out; "
            f"peak memory of the function so far {peak_of(function):.0f} MiB"
        )


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    if len(sys.argv) > 2:
        began = time.perf_counter()
        WRITERS[sys.argv[2]](count)
        print(time.perf_counter() - began)
        return
    writing(count)
    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "home") as stack:
        whole(stack, count)


if __name__ == "__main__":
    main()
