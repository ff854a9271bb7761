"""`make bench-large-linelists`: CPU and memory of the functions that write linelists of a million rows × 60 fields.

Rows are read by the product's own code from a server in a process of its own; each case is a process, too. What is
written is thrown away, but for a slice, which is joined as often as the workbook has slices.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from chalicelib.exports import linelist_table
from chalicelib.exports.contents.linelist_plan import LinelistPlan, PlannedSample
from chalicelib.linelist.formats import CsvDialect, writer_for
from chalicelib.linelist.rows import Columns
from chalicelib.linelist.sliced_workbook import Slice, joined, slices_of, write_slice
from tests.bench.bench_linelists import FIELDS
from tests.bench.bench_requests import prepare

ROWS = 1_000_000
COLUMNS = Columns(FIELDS)


def table_of(rows: int) -> linelist_table.LinelistTable:
    planned = tuple(PlannedSample(f"{number:032d}", "p") for number in range(rows))
    linelist_table._readable = lambda *_: frozenset(["p"])
    return linelist_table.LinelistTable(LinelistPlan(planned, {"p": "INXT_PRJ_AAAAAAAAAA"}, ()), COLUMNS, "user")


def whole(linelist_format: str) -> Callable[[], int]:
    def write() -> int:
        chunks = writer_for(linelist_format, CsvDialect(), lambda _: None)
        return sum(map(len, chunks(COLUMNS, table_of(ROWS).rows())))

    return write


def sliced() -> int:
    (sheet,) = slices_of(ROWS, COLUMNS)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "slice"
        began = time.process_time()
        with path.open("wb") as file:
            deflated, widths = write_slice(file, COLUMNS, table_of(len(sheet[0])).rows(), 1, lambda _: None)
        print(
            f"| one of {len(sheet)} slices | {time.process_time() - began:.0f} | {peak():.0f} | {deflated.length:,} |"
        )

        def read() -> Iterable[bytes]:
            with path.open("rb") as file:
                while piece := file.read(1 << 20):
                    yield piece

        parts = [Slice(deflated, len(sheet[0]), read) for _ in sheet]
        return sum(map(len, joined(COLUMNS, [parts], widths)))


CASES = {"csv": whole("csv"), "tsv": whole("tsv"), "json": whole("json"), "xlsx: a slice, and all joined": sliced}


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    if len(sys.argv) > 1:
        began = time.process_time()
        size = CASES[sys.argv[1]]()
        print(f"| {sys.argv[1]} | {time.process_time() - began:.0f} | {peak():.0f} | {size:,} |", flush=True)
        return
    command = [sys.executable, "-m", "tests.bench.linelist_server"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            prepare(json.loads(server.stdout.readline())["port"])
            print(f"| {ROWS:,} rows × {len(FIELDS)} fields | CPU s | peak MiB | bytes |\n|---|--:|--:|--:|", flush=True)
            for case in CASES:
                subprocess.run([sys.executable, "-m", __spec__.name, case], check=True, env=dict(os.environ))
        finally:
            server.kill()


if __name__ == "__main__":
    main()
