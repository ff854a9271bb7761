"""`make simulate`: the planner's very output under a model of S3 and Lambda. A model, not a measurement.

Each batch is played event by event: its copies, reads and puts take their turns in the worker's threads, latencies are
drawn from log-normal distributions, bytes share the worker's link, and all workers' requests pass S3's rate limits.
"""

import heapq
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from functools import partial
from math import log
from pathlib import Path
from typing import Any

from chalicelib.archive.batches import Batch
from chalicelib.archive.entries import Entry, Source
from chalicelib.archive.parts import Unit
from chalicelib.archive.planner import Plan, plan

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
MB = 1_000_000
DOCS = Path(__file__).parents[2] / "docs" / "performance.md"
BEGIN, END = "<!-- simulation: begin -->", "<!-- simulation: end -->"


def assumed(value: float, meaning: str) -> Any:
    return field(default=value, metadata={"meaning": meaning})


@dataclass(frozen=True)
class Assumptions:
    """Seconds, bytes a second, requests a second, US dollars (us-east-1). Latencies are medians of log-normal draws."""

    workers: int = assumed(40, "workers at once")
    get_latency: float = assumed(0.030, "s to the first byte of a GET")
    put_latency: float = assumed(0.060, "s of a PUT beside its transfer")
    copy_latency: float = assumed(0.150, "s of an UploadPartCopy beside its transfer")
    spread: float = assumed(0.5, "sigma of the latencies' logarithm (that of the copies' rates is 0.3)")
    copy_rate: float = assumed(50 * MB, "bytes/s of one UploadPartCopy inside S3")
    link: float = assumed(75 * MB, "bytes/s of a function's network, each way")
    call: float = assumed(0.0003, "s of a worker's CPU for a read")
    write_limit: float = assumed(3_500, "PUT and COPY a second below one prefix (the archive's)")
    read_limit: float = assumed(5_500, "GET a second below one prefix")
    read_prefixes: int = assumed(16, "prefixes that the sources lie below")
    step: float = assumed(1.0, "s of a state of the state machine, with its function's cold start")
    reads_at_once: int = assumed(16, "reads at once in a worker (as in archive/writer.py)")
    stitches_at_once: int = assumed(6, "stitched parts at once in a worker (as there)")
    copies_at_once: int = assumed(64, "large copies at once in a worker (as there)")
    small_copies_at_once: int = assumed(16, "copies below 64 MiB at once in a worker (as there)")
    get_price: float = assumed(0.0004 / 1000, "$ a GET")
    put_price: float = assumed(0.005 / 1000, "$ a PUT or COPY")
    gb_second: float = assumed(0.0000166667, "$ a GB-second of Lambda")
    memory_gb: float = assumed(1769 / 1024, "GB of a worker's memory")
    transition_price: float = assumed(0.025 / 1000, "$ a state transition")


class Limit:
    """Requests at a rate, in slots of 0.1 s: each gets the first slot with capacity left, in any order."""

    _SLOT = 0.1

    def __init__(self, rate: float) -> None:
        self._capacity = max(1, int(rate * self._SLOT))
        self._taken: Counter[int] = Counter()
        self._full_to: dict[int, int] = {}  # where to look next, so that a full stretch is passed at once

    def at(self, moment: float) -> float:
        slot = int(moment / self._SLOT)
        passed = []
        while self._taken[slot] >= self._capacity:
            passed.append(slot)
            slot = self._full_to.get(slot, slot + 1)
        for full_slot in passed:
            self._full_to[full_slot] = slot
        self._taken[slot] += 1
        return max(moment, slot * self._SLOT)


class Link:
    """A worker's network one way: one transfer after the other at its full rate."""

    def __init__(self, rate: float) -> None:
        self._rate, self._free = rate, 0.0

    def through(self, ready: float, size: int) -> float:
        self._free = max(self._free, ready) + size / self._rate
        return self._free


class Lanes:
    """So many things at once: each gets the moment when the first lane is free."""

    def __init__(self, count: int, begun: float) -> None:
        self._free = [begun] * count
        heapq.heapify(self._free)

    def run(self, ready: float, duration: Callable[[float], float]) -> float:
        begun = max(ready, heapq.heappop(self._free))
        ended = duration(begun)
        heapq.heappush(self._free, ended)
        return ended


@dataclass
class Tally:
    gets: int = 0
    puts: int = 0
    moved: int = 0
    worker_seconds: float = 0.0
    ended: float = 0.0


class Model:
    """S3 and the workers of one archive."""

    def __init__(self, a: Assumptions, planned: Plan) -> None:
        self.a, self.planned, self.tally = a, planned, Tally()
        self._random = random.Random(1)
        self._writes = Limit(a.write_limit)
        self._reads = Limit(a.read_limit * a.read_prefixes)

    def _drawn(self, median: float, sigma: float) -> float:
        return self._random.lognormvariate(log(median), sigma)

    def _copy(self, length: int) -> Callable[[float], float]:
        def duration(begun: float) -> float:
            self.tally.puts += 1
            started = self._writes.at(begun)
            rate = self._drawn(self.a.copy_rate, 0.3)
            return started + self._drawn(self.a.copy_latency, self.a.spread) + length / rate

        return duration

    def run(self) -> None:
        batches, ahead = self.planned.batches, self.planned.ahead
        moment = self.a.step  # Plan
        for phase in (batches[:ahead], batches[ahead:]):
            if not phase:
                continue
            lanes = Lanes(self.a.workers, moment + self.a.step)
            moment = max(lanes.run(0, partial(self._batch, batch)) for batch in phase)
        tail = len(self.planned.index.entries) * 600  # manifests, report and directory
        self.tally.moved += tail
        self.tally.puts += 2
        finish = self.a.step + tail / self.a.link + 0.00002 * len(self.planned.index.entries)
        self.tally.worker_seconds += finish
        self.tally.ended = moment + finish

    def _batch(self, batch: Batch, begun: float) -> float:
        a = self.a
        large, small = Lanes(a.copies_at_once, begun), Lanes(a.small_copies_at_once, begun)
        reads, stitches = Lanes(a.reads_at_once, begun), Lanes(a.stitches_at_once, begun)
        link_in, link_out, cpu = Link(a.link), Link(a.link), Limit(1 / a.call)
        ended = begun
        for copy in batch.copies:
            ended = max(ended, large.run(begun, self._copy(copy.part.length)))
        for segment in batch.joins:
            self.tally.puts += 1
            ended = max(ended, large.run(begun, self._copy(segment.length)))
        # Whose copies end first is stitched first.
        waiting: list[tuple[float, int, Unit]] = []
        for number, unit in enumerate(batch.units):
            lanes = [large if copy.length >= 64 << 20 else small for copy in unit.copies]
            done = [lane.run(begun, self._copy(c.length)) for lane, c in zip(lanes, unit.copies, strict=True)
                    if not batch.after]  # fmt: skip
            heapq.heappush(waiting, (max(done, default=begun), number, unit))
        while waiting:
            ready, _, unit = heapq.heappop(waiting)
            sizes = [batch.entries[i].size for i in unit.stitched] + ([unit.head] if unit.head else [])

            def stitched(start: float, unit: Unit = unit, sizes: list[int] = sizes) -> float:
                got = max((reads.run(start, self._read(size, link_in, cpu)) for size in sizes if size), default=start)
                self.tally.puts += 1
                self.tally.moved += unit.length
                sent = self._writes.at(got) + self._drawn(a.put_latency, a.spread)
                return max(sent, link_out.through(got, unit.length))

            ended = max(ended, stitches.run(ready, stitched))
        self.tally.worker_seconds += ended - begun
        return ended

    def _read(self, size: int, link: Link, cpu: Limit) -> Callable[[float], float]:
        def duration(begun: float) -> float:
            self.tally.gets += 1
            self.tally.moved += size
            started = cpu.at(self._reads.at(begun)) + self._drawn(self.a.get_latency, self.a.spread)
            return link.through(started, size)

        return duration

    def price(self) -> float:
        a, tally = self.a, self.tally
        states = 12 + 4 * len(self.planned.batches)
        return (
            tally.gets * a.get_price
            + tally.puts * a.put_price
            + tally.worker_seconds * a.memory_gb * a.gb_second
            + states * a.transition_price
        )


def one_function(a: Assumptions, count: int, total: int) -> tuple[float, float]:
    """A single streaming function: every byte in and out of its link. Seconds and dollars."""
    seconds = a.step + total / a.link + count * a.get_latency / a.reads_at_once
    parts = max(1, min(10_000, total // (16 * MB)))
    return seconds, count * a.get_price + parts * a.put_price + seconds * a.memory_gb * a.gb_second


def entries(sizes: Iterator[int]) -> list[Entry]:
    return [
        Entry(f"INXT_PRJ/INXT_SAM{i // 4}/INXT_ATT{i}/{i}.fastq.gz", size, NOON, Source("b", f"k{i}", '"e"'))
        for i, size in enumerate(sizes)
    ]


def cases() -> Iterator[tuple[str, list[Entry]]]:
    source = random.Random(2)
    yield "15 GB as 3,000 × 5 MB", entries(iter([5 * MB] * 3_000))
    yield "15 GB as 3,000 × 5 MiB", entries(iter([5 << 20] * 3_000))
    yield "15,000 × 5 MiB", entries(iter([5 << 20] * 15_000))
    yield "30,000 × 6 MiB", entries(iter([6 << 20] * 30_000))
    yield "6,000 × 40 MiB", entries(iter([40 << 20] * 6_000))
    yield "1 TiB as 1,024 × 1 GiB", entries(iter([1 << 30] * 1_024))
    yield "5 TiB as one file", entries(iter([5 << 40]))
    # Two reads, an assembly and a report of each sample.
    ranges = ((60 * MB, 300 * MB), (60 * MB, 300 * MB), (2 * MB, 6 * MB), (10_000, 60_000))
    yield "50,000 samples × 4 files", entries(source.randint(*ranges[i % 4]) for i in range(200_000))


def duration(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 100 else f"{seconds / 60:.1f} min"


def put_between(page: Path, begin: str, end: str, text: str) -> None:
    """Replace what is between two marks of a page."""
    before, rest = page.read_text(encoding="utf-8").split(begin)
    page.write_text(f"{before}{begin}\n{text}\n{end}{rest.split(end)[1]}", encoding="utf-8")


def shown(value: float) -> str:
    """A number as people write it: no exponent, no more digits than it has."""
    return f"{value:,.10f}".rstrip("0").rstrip(".") if isinstance(value, float) else f"{value:,}"


def main() -> None:
    a = Assumptions()
    lines = [
        "| | bytes | Seqport | through functions | cost | one streaming function | its cost |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for name, of in cases():
        planned = plan(of, workers=a.workers)
        model = Model(a, planned)
        model.run()
        total = planned.bytes_total
        seconds, dollars = one_function(a, len(of), total)
        alone = (
            duration(seconds) if seconds <= 900 else f"never (would take {duration(seconds)}; a function has 15 min)"
        )
        lines.append(
            f"| {name} | {total / 1e9:,.0f} GB | {duration(model.tally.ended)} | {model.tally.moved / 2e9:,.2f} GB "
            f"({model.tally.moved / 2 / total:.1%}) | ${model.price():,.3f} | {alone} | ${dollars:,.3f} |"
        )
        print(lines[-1], flush=True)
    assumptions = ["| assumed | |", "|--:|---|"]
    assumptions += [f"| {shown(getattr(a, field.name))} | {field.metadata['meaning']} |" for field in fields(a)]
    text = "\n".join([*lines, "", *assumptions])
    print("\n".join(["", *assumptions]))
    if "--write" in sys.argv:
        put_between(DOCS, BEGIN, END, text)


if __name__ == "__main__":
    main()
