"""`make bench`: the engine beside its peers, on SeaweedFS, each as a process of its own, in turn, in one run.

Prints a table a case with medians, and the ratio of ours to the best peer in each figure; with `--write` it also puts
the tables and a chart into docs/ (performance.md between its marks, performance.svg).
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any

from infra.local.servers import ACCESS_KEY, HOST, REGION, SEAWEEDFS_PORTS, SECRET_KEY, free_ports, seaweedfs
from tests.bench.archive_methods import METHODS
from tests.bench.performance_page import write_page
from tests.object_stores import s3_client

MIB = 1 << 20
BUCKET = "bench"
LINK = 75e6  # bytes a second each way: what a function has
FIGURES = ("wall", "cpu", "bytes", "memory")


@dataclass(frozen=True)
class Case:
    """Files by (count, size), and the greatest ratios to the best peer that the engine is meant to reach."""

    name: str
    files: tuple[tuple[int, int], ...]
    capped: bool
    aims: dict[str, float]


CASES = {
    "a": Case("64 × 32 MiB + 2,000 × 20 KiB", ((64, 32 * MIB), (2000, 20 << 10)), False,
              {"bytes": 1 / 6, "cpu": 1 / 2.5, "wall": 0.9}),
    "b": Case("4 × 512 MiB", ((4, 512 * MIB),), False, {"cpu": 1 / 12, "bytes": 1 / 80, "wall": 0.8}),
    "c": Case("5,000 × 20 KiB", ((5000, 20 << 10),), False, {"cpu": 1 / 3, "wall": 0.6}),
    "d": Case("300 × 5 MiB", ((300, 5 * MIB),), False, {"wall": 0.8, "cpu": 1 / 2}),
    "A": Case("64 × 32 MiB + 2,000 × 20 KiB, link of 75 MB/s", ((64, 32 * MIB), (2000, 20 << 10)), True,
              {"wall": 0.55}),
    "B": Case("4 × 512 MiB, link of 75 MB/s", ((4, 512 * MIB),), True, {"wall": 0.35}),
}  # fmt: skip


@contextmanager
def server(folder: Path) -> Iterator[tuple[str, dict[str, int]]]:
    ports = dict(zip(SEAWEEDFS_PORTS, free_ports(len(SEAWEEDFS_PORTS)), strict=True))
    weed = seaweedfs(folder, ports)
    try:
        weed.start()
        yield f"http://{HOST}:{ports['s3.port']}", ports
    finally:
        weed.stop()


@contextmanager
def link(endpoint: str, *, capped: bool) -> Iterator[str]:
    """The endpoint itself, or a capped way to it."""
    if not capped:
        yield endpoint
        return
    command = [sys.executable, "-m", "tests.bench.capped_link", endpoint.rsplit(":", 1)[1], str(LINK)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as proxy:
        assert proxy.stdout is not None
        assert proxy.stdin is not None
        yield f"http://{HOST}:{int(proxy.stdout.readline())}"
        proxy.stdin.close()


def load(endpoint: str, case: Case) -> list[dict[str, Any]]:
    s3 = s3_client(endpoint)
    s3.create_bucket(Bucket=BUCKET)
    sizes = [size for count, size in case.files for _ in range(count)]
    block = random.Random(1).randbytes(MIB) * (max(sizes) // MIB + 1)

    def put(numbered: tuple[int, int]) -> dict[str, Any]:
        number, size = numbered
        body = number.to_bytes(8, "big") + memoryview(block)[8:size]
        etag = s3.put_object(Bucket=BUCKET, Key=f"files/{number:06d}", Body=body)["ETag"]
        return {"key": f"files/{number:06d}", "name": f"P/S{number % 97}/{number:06d}.fastq.gz", "size": size,
                "etag": etag}  # fmt: skip

    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(put, enumerate(sizes)))


def measure(method: str, endpoint: str, files: list[dict[str, Any]], folder: Path) -> dict[str, float]:
    """One run of a method: wall and CPU seconds, bytes in and out, peak memory in bytes."""
    request = folder / "job.json"
    request.write_text(json.dumps({"endpoint": endpoint, "bucket": BUCKET, "key": "out.zip", "files": files}))
    environment = {
        **os.environ,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_DEFAULT_REGION": REGION,
        "TMPDIR": str(folder),
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # all that is installed is compiled, and so is what is measured
    out = folder / "measured.json"
    command = [sys.executable, "-m", "tests.bench.archive_methods", method, str(request)]
    with out.open("w") as result:
        process = subprocess.Popen(command, stdout=result, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{method} ended with {process.returncode}")
    answer = json.loads(out.read_text())
    return {
        "wall": answer["wall"],
        "cpu": usage.ru_utime + usage.ru_stime,
        "bytes": answer["received"] + answer["sent"],
        "memory": usage.ru_maxrss * 1024,
    }


def run(case: Case, methods: list[str], rounds: int) -> dict[str, dict[str, float]]:
    """Medians by method; in every round each method has its turn."""
    with tempfile.TemporaryDirectory() as name, server(Path(name) / "weed") as (endpoint, ports):
        # In a process of its own: what it held would be seen as the peak of those that are started later.
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            files = pool.submit(load, endpoint, case).result()
        folder = Path(name)
        found: dict[str, list[dict[str, float]]] = {method: [] for method in methods}
        s3 = s3_client(endpoint)
        with link(endpoint, capped=case.capped) as way:
            for _ in range(rounds):
                for method in methods:
                    found[method].append(measure(method, way, files, folder))
                    s3.delete_object(Bucket=BUCKET, Key="out.zip")
                    # SeaweedFS keeps what was deleted until a vacuum is requested.
                    sweep = f"http://{HOST}:{ports['master.port']}/vol/vacuum?garbageThreshold=0.01"
                    with urllib.request.urlopen(sweep) as answer:
                        answer.read()
    return {
        method: {figure: median(run[figure] for run in runs) for figure in FIGURES} for method, runs in found.items()
    }


def ratios(medians: dict[str, dict[str, float]]) -> dict[str, float]:
    """Ours to the best peer in each figure."""
    peers = [figures for method, figures in medians.items() if method != "seqport"]
    return {figure: medians["seqport"][figure] / min(peer[figure] for peer in peers) for figure in FIGURES}


def show(case: Case, medians: dict[str, dict[str, float]]) -> None:
    print(f"\n{case.name}\n{'':26}{'wall s':>9}{'CPU s':>9}{'MB in+out':>11}{'peak MB':>9}")
    for method, figures in medians.items():
        print(
            f"{method:26}{figures['wall']:9.2f}{figures['cpu']:9.2f}"
            f"{figures['bytes'] / 1e6:11.0f}{figures['memory'] / 1e6:9.0f}"
        )
    if len(medians) > 1:
        for figure, ratio in ratios(medians).items():
            aim = case.aims.get(figure)
            result = "" if aim is None else f"   (aim ≤ {aim:.3f}: {'reached' if ratio <= aim else 'MISSED'})"
            print(f"  {figure:8} {ratio:.3f} of the best peer{result}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cases", default="".join(CASES))
    parser.add_argument("--methods", default="", help="names, with ; between them")
    parser.add_argument("--write", action="store_true")
    wanted = parser.parse_args()
    methods = wanted.methods.split(";") if wanted.methods else list(METHODS)
    if shutil.which("zip") is None:
        print("zip is not installed: `download, zip -0, upload` is left out")
        methods = [method for method in methods if "zip -0" not in method]
    result = {}
    for letter in wanted.cases:
        medians = run(CASES[letter], methods, wanted.rounds)
        show(CASES[letter], medians)
        result[letter] = medians
    if wanted.write:
        write_page({CASES[letter].name: medians for letter, medians in result.items()}, wanted.rounds)


if __name__ == "__main__":
    main()
