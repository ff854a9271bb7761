"""`make replay`: how well the simulation predicts the engine. Plans are carried out by the engine's own code, in eight
processes, against a store that takes the time of the model (`slow_store`), and simulated under the same assumptions.

Both are the time from the first batch's begin to the last one's end. All of the replay's times are multiplied by a
dilation and divided by it again, so that Python's own time on two cores does not count. Not SeaweedFS, which would have
to copy the bytes: 60 GB on a small disk.
"""

import json
import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import boto3
from botocore.config import Config

from chalicelib.archive.batches import Batch
from chalicelib.archive.entries import Entry, Source
from chalicelib.archive.limits import MIB, Limits
from chalicelib.archive.plan_file import BatchResult
from chalicelib.archive.planner import Plan, plan
from chalicelib.archive.s3_clients import S3Clients, with_fast_paths
from chalicelib.archive.s3_operations import Target
from chalicelib.archive.writer import write_batch
from tests.bench.simulate import MB, NOON, Assumptions, Model

WORKERS = 8
_DILATION, _MANY_REQUESTS = 6.0, 24.0
# The replay has CPU enough, so the simulation of it has no shortage either.
ASSUMED = replace(Assumptions(), workers=WORKERS, step=0.0, call=1e-9, cpu_rate=1e12)


def entries(sizes: list[int]) -> list[Entry]:
    return [
        Entry(f"INXT_PRJ/INXT_SAM{i // 4}/{i}.fastq.gz", size, NOON, Source("source", f"s/{size}/{i}", '"e"'))
        for i, size in enumerate(sizes)
    ]


CASES: dict[str, tuple[list[int], Limits, float]] = {
    "2,000 × 100 KB": ([100_000] * 2_000, Limits(), _MANY_REQUESTS),
    "300 × 3 MB": ([3 * MB] * 300, Limits(), _DILATION),
    "300 × 5 MiB": ([5 * MIB] * 300, Limits(), _DILATION),
    "240 × 40 MiB": ([40 * MIB] * 240, Limits(), _DILATION),
    "64 × 1 GiB": ([1 << 30] * 64, Limits(), _DILATION),
    "60 samples × 4 files": ([90 * MB, 110 * MB, 3 * MB, 30_000] * 60, Limits(), _DILATION),
    "800 × 6 MiB in segments": ([6 * MIB] * 800, Limits(max_parts=120), _DILATION),
}


class _OnAws(S3Clients):
    """Clients whose store is taken for S3 itself, which runs any number of copies at once."""

    is_aws = True


def _store(port: int) -> S3Clients:
    session = boto3.Session("bench", "bench", region_name="us-east-1")
    config = Config(
        s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}, max_pool_connections=192,
        connect_timeout=30, read_timeout=600,
    )  # fmt: skip
    s3 = session.client("s3", endpoint_url=f"http://127.0.0.1:{port}", config=config)
    made = with_fast_paths(session, s3)
    return _OnAws(made.s3, made.reads, made.parts, made.once)


def _work(port: int, tasks: Any, results: Any, barrier: Any) -> None:
    """A worker: it takes one batch after the other."""
    store = _store(port)
    while (task := tasks.get()) is not None:
        number, batch, segments, earlier, is_first = task
        if is_first:
            barrier.wait()
        key = {0: "archive", **{upload: f"segment-{upload}" for upload in range(1, segments + 1)}}
        targets = {upload: Target("target", name, f"upload-{upload}", "answer") for upload, name in key.items()}
        results.put((number, write_batch(store, targets, batch, earlier=earlier)))


@contextmanager
def slow_store(dilation: float) -> Iterator[list[int]]:
    command = [sys.executable, "-m", "tests.bench.slow_store", str(WORKERS), str(dilation)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield json.loads(server.stdout.readline())["ports"]
        finally:
            server.kill()


def replayed(planned: Plan, dilation: float) -> float:
    """Seconds of the workers, in the model's time."""
    context = multiprocessing.get_context("spawn")
    with slow_store(dilation) as ports:
        tasks, results, barrier = context.Queue(), context.Queue(), context.Barrier(WORKERS + 1)
        workers = [context.Process(target=_work, args=(port, tasks, results, barrier)) for port in ports]
        for worker in workers:
            worker.start()
        for _ in workers:  # so that all have begun before any works
            tasks.put((-1, Batch(), 0, [], True))
        barrier.wait()
        for _ in workers:
            results.get()
        began = time.monotonic()
        done: dict[int, BatchResult] = {}
        rounds = (range(planned.ahead), range(planned.ahead, len(planned.batches)))
        for numbers in rounds:
            for number in numbers:
                batch = planned.batches[number]
                tasks.put((number, batch, len(planned.segments), [done[n] for n in batch.after], False))
            for _ in numbers:
                number, result = results.get()
                assert not result.problems
                done[number] = result
        took = time.monotonic() - began
        for _ in workers:
            tasks.put(None)
        for worker in workers:
            worker.join()
    parts = sum(len(result.parts) for result in done.values())
    assert parts == sum(1 + len(unit.copies) for batch in planned.batches for unit in batch.units) + len(
        planned.segments
    )
    return took / dilation


def simulated(planned: Plan) -> float:
    """Seconds of the workers under the model."""
    model = Model(ASSUMED, planned)
    ended = [0.0]

    def end() -> None:
        ended[0] = model.clock.now

    ahead, then = planned.batches[: planned.ahead], planned.batches[planned.ahead :]
    model._map(ahead, lambda: model._map(then, end))
    model.clock.run()
    return ended[0]


def main() -> None:
    os.environ |= {"AWS_EC2_METADATA_DISABLED": "true"}
    print(f"| {WORKERS} workers | batches | segments | simulated | replayed | replayed / simulated |")
    print("|---|--:|--:|--:|--:|--:|")
    for name, (sizes, limits, dilation) in CASES.items():
        planned = plan(entries(sizes), limits, workers=WORKERS)
        expected, took = simulated(planned), replayed(planned, dilation)
        print(
            f"| {name} | {len(planned.batches)} | {len(planned.segments)} | {expected:.1f} s | {took:.1f} s "
            f"| {took / expected:.2f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
