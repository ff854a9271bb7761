"""`make simulate`: the planner's very output under a model of S3 and Lambda. A model, not a measurement.

The export is played event by event: copies, reads and puts take their turns in the workers' threads, latencies are
drawn from log-normal distributions, bytes share a worker's link, and all workers' requests pass S3's rate limits.
"""

import heapq
import random
import sys
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from functools import partial
from math import log
from pathlib import Path
from typing import Any

from chalicelib.archive.batches import Batch
from chalicelib.archive.entries import Entry, Source
from chalicelib.archive.parts import Segment, Unit
from chalicelib.archive.planner import Plan, plan
from infra.generated_files import write_section

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
MB = 1_000_000
DOCS = Path(__file__).parents[2] / "docs" / "performance.md"


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
    call: float = assumed(0.0003, "s of a whole CPU for a read")
    cpu_rate: float = assumed(250 * MB, "bytes/s that a whole CPU receives or sends (measured without TLS: 1 GB/s)")
    write_limit: float = assumed(3_500, "PUT and COPY a second below one prefix (the archive's)")
    read_limit: float = assumed(5_500, "GET a second below one prefix")
    read_prefixes: int = assumed(16, "prefixes that the sources lie below")
    step: float = assumed(1.0, "s of a state of the state machine, with its function's cold start")
    reads_at_once: int = assumed(64, "reads at once in a worker (as in archive/writer.py)")
    stitches_at_once: int = assumed(6, "stitched parts at once in a worker (as there)")
    copies_at_once: int = assumed(128, "large copies at once in a worker (as there)")
    small_copies_at_once: int = assumed(16, "copies below 64 MiB at once in a worker (as there)")
    get_price: float = assumed(0.0004 / 1000, "$ a GET")
    put_price: float = assumed(0.005 / 1000, "$ a PUT or COPY")
    gb_second: float = assumed(0.0000133334, "$ a GB-second of Lambda on arm64 (x86_64: 0.0000166667)")
    invocation_price: float = assumed(0.2 / 1e6, "$ an invocation of Lambda")
    worker_mb: int = assumed(1024, "MB of a worker's memory (as in .chalice/config.json); a CPU comes with 1,769")
    planner_mb: int = assumed(3008, "MB of Plan's and Finish's memory")
    transition_price: float = assumed(0.025 / 1000, "$ a state transition")

    @property
    def cpu(self) -> float:
        """The share of a CPU that a worker has; threads of Python use one at most."""
        return min(1.0, self.worker_mb / 1769)


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
    """A worker's network one way: transfers share it, one behind the other."""

    def __init__(self, rate: float) -> None:
        self._rate, self._free = rate, 0.0

    def through(self, ready: float, size: int) -> float:
        """When a transfer ends that is ready now; calls come in the order of time."""
        self._free = max(self._free, ready) + size / self._rate
        return self._free


Step = Callable[[], None]


class Clock:
    """Events in the order of their time."""

    def __init__(self) -> None:
        self.now = 0.0
        self._events: list[tuple[float, int, Step]] = []
        self._count = 0

    def at(self, moment: float, step: Step) -> None:
        self._count += 1
        heapq.heappush(self._events, (max(moment, self.now), self._count, step))

    def run(self) -> None:
        while self._events:
            self.now, _, step = heapq.heappop(self._events)
            step()


class Pool:
    """So many things at once, first come, first served. A step that got a place releases it at its end."""

    def __init__(self, clock: Clock, count: int) -> None:
        self._clock, self._free = clock, count
        self._waiting: deque[Step] = deque()

    def submit(self, step: Step) -> None:
        if self._free:
            self._free -= 1
            self._clock.at(self._clock.now, step)
        else:
            self._waiting.append(step)

    def release(self) -> None:
        if self._waiting:
            self._clock.at(self._clock.now, self._waiting.popleft())
        else:
            self._free += 1


class Countdown:
    """Runs a step once so many others have ended, at once if there are none."""

    def __init__(self, count: int, then: Step) -> None:
        self._left, self._then = count, then
        if not count:
            then()

    def done(self) -> None:
        self._left -= 1
        if not self._left:
            self._then()


@dataclass
class Tally:
    gets: int = 0
    puts: int = 0
    moved: int = 0
    worker_seconds: float = 0.0
    planner_seconds: float = 0.0
    ended: float = 0.0


@dataclass(frozen=True)
class Dollars:
    """What an export costs: functions, S3's requests, the state machine."""

    functions: float
    requests: float
    states: float

    @property
    def total(self) -> float:
        return self.functions + self.requests + self.states


class Model:
    """S3, the state machine and the workers of one archive."""

    def __init__(self, a: Assumptions, planned: Plan) -> None:
        self.a, self.planned, self.tally = a, planned, Tally()
        self.clock = Clock()
        self.copied_ahead = {copy.entry for batch in planned.batches[: planned.ahead] for copy in batch.copies}
        self._random = random.Random(1)
        self._writes = Limit(a.write_limit)
        self._reads = Limit(a.read_limit * a.read_prefixes)

    def drawn(self, median: float, sigma: float) -> float:
        return self._random.lognormvariate(log(median), sigma)

    def write_at(self, moment: float) -> float:
        """When S3 accepts a write that is sent now."""
        self.tally.puts += 1
        return self._writes.at(moment)

    def read_at(self, moment: float) -> float:
        """When S3 accepts a read that is sent now."""
        self.tally.gets += 1
        return self._reads.at(moment)

    def run(self) -> None:
        batches, ahead = self.planned.batches, self.planned.ahead
        files = len(self.planned.index.entries)
        plan_time = self.a.step + 0.00002 * files
        self.tally.planner_seconds += plan_time
        self.clock.at(plan_time, lambda: self._map(batches[:ahead], lambda: self._map(batches[ahead:], self._finish)))
        self.clock.run()

    def _map(self, batches: Sequence[Batch], then: Step) -> None:
        """A state of the state machine that runs these batches; none is skipped."""
        if not batches:
            then()
            return
        workers = Pool(self.clock, self.a.workers)
        rest = Countdown(len(batches), then)

        def begin(batch: Batch) -> None:
            begun = self.clock.now

            def end() -> None:
                self.tally.worker_seconds += self.clock.now - begun
                workers.release()
                rest.done()

            Worker(self, batch, end)

        def start() -> None:
            for batch in batches:
                workers.submit(partial(begin, batch))

        self.clock.at(self.clock.now + self.a.step, start)

    def _finish(self) -> None:
        files = len(self.planned.index.entries)
        tail = files * 600  # manifests, report and directory
        self.tally.moved += tail
        self.tally.puts += 2
        seconds = self.a.step + tail / self.a.link + 0.00002 * files
        self.tally.planner_seconds += seconds
        self.tally.ended = self.clock.now + seconds

    def price(self) -> Dollars:
        a, tally = self.a, self.tally
        batches = len(self.planned.batches)
        gb_seconds = (tally.worker_seconds * a.worker_mb + tally.planner_seconds * a.planner_mb) / 1024
        return Dollars(
            gb_seconds * a.gb_second + (batches + 3) * a.invocation_price,
            tally.gets * a.get_price + tally.puts * a.put_price,
            (7 + 2 * batches) * a.transition_price,  # each state that is entered, and a child execution's start
        )


class Worker:
    """A function at work on a batch, with the threads of archive/writer.py; `end` is called when all is written."""

    def __init__(self, model: Model, batch: Batch, end: Step) -> None:
        a = model.a
        self._model, self._batch, self._clock = model, batch, model.clock
        pool = partial(Pool, model.clock)
        self._large, self._small = pool(a.copies_at_once), pool(a.small_copies_at_once)
        self._units, self._reads, self._stitches = (
            pool(a.copies_at_once),
            pool(a.reads_at_once),
            pool(a.stitches_at_once),
        )
        # A link carries at most what the CPU can handle if it goes both ways.
        rate = min(a.link, a.cpu * a.cpu_rate / 2)
        self._link_in, self._link_out, self._cpu = Link(rate), Link(rate), Limit(a.cpu / a.call)
        self._unwritten = Counter(unit.place.upload for unit in batch.units)
        self._joins = {segment.upload: segment for segment in batch.joins}
        self._all = Countdown(len(batch.copies) + len(batch.joins) + len(batch.units), end)
        for copy in batch.copies:
            self._copy(copy.part.length, self._all.done)
        for segment in batch.joins:
            if not self._unwritten[segment.upload]:
                self._join(segment)
        for unit in batch.units:
            self._units.submit(partial(self._unit, unit))

    def _copy(self, length: int, then: Step) -> None:
        pool = self._large if length >= 64 << 20 else self._small

        def start() -> None:
            a, model = self._model.a, self._model
            latency = model.drawn(a.copy_latency, a.spread)
            self._clock.at(model.write_at(self._clock.now) + latency + length / model.drawn(a.copy_rate, 0.3), end)

        def end() -> None:
            pool.release()
            then()

        pool.submit(start)

    def _join(self, segment: Segment) -> None:
        self._model.tally.puts += 3  # its upload begun and completed, and the result so far
        self._copy(segment.length, self._all.done)

    def _unit(self, unit: Unit) -> None:
        was_copied = unit.copied in self._model.copied_ahead
        copies = () if was_copied else unit.copies
        rest = Countdown(len(copies), lambda: self._stitches.submit(partial(self._stitch, unit)))
        for copy in copies:
            self._copy(copy.length, rest.done)

    def _stitch(self, unit: Unit) -> None:
        sizes = [self._batch.entries[i].size for i in unit.stitched] + [unit.head]
        sizes = [size for size in sizes if size]
        rest = Countdown(len(sizes), partial(self._put, unit))
        for size in sizes:
            self._reads.submit(partial(self._read, size, rest))

    def _read(self, size: int, rest: Countdown) -> None:
        a, model = self._model.a, self._model
        model.tally.moved += size
        started = self._cpu.at(model.read_at(self._clock.now)) + model.drawn(a.get_latency, a.spread)

        def received() -> None:
            self._clock.at(self._link_in.through(self._clock.now, size), end)

        def end() -> None:
            self._reads.release()
            rest.done()

        self._clock.at(started, received)

    def _put(self, unit: Unit) -> None:
        a, model = self._model.a, self._model
        model.tally.moved += unit.length
        sent = self._link_out.through(self._clock.now, unit.length)
        stored = model.write_at(self._clock.now) + model.drawn(a.put_latency, a.spread)
        self._clock.at(max(sent, stored), partial(self._written, unit))

    def _written(self, unit: Unit) -> None:
        self._stitches.release()
        self._units.release()
        upload = unit.place.upload
        self._unwritten[upload] -= 1
        if not self._unwritten[upload] and upload in self._joins:
            self._join(self._joins[upload])
        self._all.done()


@dataclass(frozen=True)
class Peer:
    """Another way to the same archive: every byte passes through it. `rate` is bytes/s, `hourly` dollars."""

    name: str
    rate: float
    start: float
    hourly: float
    longest: float | None = None  # seconds
    part: int = 64 * MB

    def cost(self, a: Assumptions, count: int, total: int) -> tuple[float, float]:
        """Seconds and dollars, with the requests to S3."""
        seconds = self.start + total / self.rate
        parts = min(10_000, max(1, total // self.part))
        return seconds, seconds * self.hourly / 3600 + count * a.get_price + parts * a.put_price

    def shown(self, a: Assumptions, count: int, total: int) -> str:
        """The two cells of a table."""
        seconds, dollars = self.cost(a, count, total)
        if self.longest is not None and seconds > self.longest:
            return f"never (would take {duration(seconds)}) | –"
        return f"{duration(seconds)} | ${dollars:,.4f}"


# The cheapest published one: 15 GB as 3,000 files in 106 s by one function in Rust with 512 MB (docs/performance.md).
RUST = Peer("one function in Rust, 512 MB", 15e9 / 105, 1.0, 0.5 * 0.0000133334 * 3600, longest=900)
# 4 vCPU and 8 GB on x86_64; some 60 s until a task runs. Its network is not documented: 500 MB/s are assumed.
FARGATE = Peer("one Fargate task, 4 vCPU", 500e6, 60.0, 4 * 0.04048 + 8 * 0.004445)
# Published: 15 GB in 6 s and 73 GB in 20 s, all bytes through functions; 50 of them with 75 MB/s and 1,769 MB each.
PARALLEL = Peer("50 functions at once", 50 * 75e6, 3.0, 50 * 1769 / 1024 * 0.0000133334 * 3600, part=8 << 20)
PEERS = (RUST, PARALLEL, FARGATE)


def entries(sizes: Iterator[int]) -> list[Entry]:
    return [
        Entry(f"INXT_PRJ/INXT_SAM{i // 4}/INXT_ATT{i}/{i}.fastq.gz", size, NOON, Source("b", f"k{i}", '"e"'))
        for i, size in enumerate(sizes)
    ]


def cases() -> Iterator[tuple[str, list[Entry]]]:
    source = random.Random(2)
    yield "300 × 3 MB", entries(iter([3 * MB] * 300))
    yield "5,000 × 20 KiB", entries(iter([20 << 10] * 5_000))
    yield "50,000 × 20 KiB", entries(iter([20 << 10] * 50_000))
    yield "300 × 5 MiB", entries(iter([5 << 20] * 300))
    yield "15 GB as 3,000 × 5 MB", entries(iter([5 * MB] * 3_000))
    yield "15 GB as 3,000 × 5 MiB", entries(iter([5 << 20] * 3_000))
    yield "15,000 × 5 MiB", entries(iter([5 << 20] * 15_000))
    yield "30,000 × 6 MiB", entries(iter([6 << 20] * 30_000))
    yield "6,000 × 40 MiB", entries(iter([40 << 20] * 6_000))
    yield "15 GB as 224 × 64 MiB", entries(iter([64 << 20] * 224))
    yield "1 TiB as 1,024 × 1 GiB", entries(iter([1 << 30] * 1_024))
    yield "5 TiB as one file", entries(iter([5 << 40]))
    # Two reads, an assembly and a report of each sample.
    ranges = ((60 * MB, 300 * MB), (60 * MB, 300 * MB), (2 * MB, 6 * MB), (10_000, 60_000))
    yield "50,000 samples × 4 files", entries(source.randint(*ranges[i % 4]) for i in range(200_000))


def duration(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 100 else f"{seconds / 60:.1f} min"


def shown(value: float) -> str:
    """A number as people write it: no exponent, no more digits than it has."""
    return f"{value:,.10f}".rstrip("0").rstrip(".") if isinstance(value, float) else f"{value:,}"


def simulated(a: Assumptions, of: list[Entry]) -> Model:
    """The model of an archive, after its run."""
    model = Model(a, plan(of, workers=a.workers))
    model.run()
    return model


def memory_choice() -> Iterator[str]:
    """Seconds and dollars of workers with other memory."""
    sizes = (512, 1024, 1769, 3008)
    yield "| | " + " | ".join(f"{mb:,} MB" for mb in sizes) + " |"
    yield "|---|" + "--:|" * len(sizes)
    for name, of in cases():
        if name in {
            "300 × 3 MB",
            "5,000 × 20 KiB",
            "15 GB as 3,000 × 5 MB",
            "15,000 × 5 MiB",
            "1 TiB as 1,024 × 1 GiB",
        }:
            models = [simulated(Assumptions(worker_mb=mb), of) for mb in sizes]
            cells = [f"{duration(model.tally.ended)}, ${model.price().total:,.4f}" for model in models]
            yield f"| {name} | {' | '.join(cells)} |"


def main() -> None:
    a = Assumptions()
    lines = [
        "| | bytes | seconds | through functions | functions | requests | states | in all |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    others = [
        "| | Seqport | | " + " | | ".join(peer.name for peer in PEERS) + " | |",
        "|---|--:|--:|" + "--:|--:|" * len(PEERS),
    ]
    for name, of in cases():
        model = simulated(a, of)
        total, dollars = model.planned.bytes_total, model.price()
        lines.append(
            f"| {name} | {total / 1e9:,.1f} GB | {duration(model.tally.ended)} | {model.tally.moved / 2e9:,.2f} GB "
            f"({model.tally.moved / 2 / total:.1%}) | ${dollars.functions:,.4f} | ${dollars.requests:,.4f} "
            f"| ${dollars.states:,.4f} | ${dollars.total:,.4f} |"
        )
        print(lines[-1], flush=True)
        cells = " | ".join(peer.shown(a, len(of), total) for peer in PEERS)
        others.append(f"| {name} | {duration(model.tally.ended)} | ${dollars.total:,.4f} | {cells} |")
    lines += ["", "The same archives by other ways, all requests counted:", "", *others]
    lines += ["", "Workers with other memory (the price of a second grows with it):", "", *memory_choice()]
    assumptions = ["| assumed | |", "|--:|---|"]
    assumptions += [f"| {shown(getattr(a, field.name))} | {field.metadata['meaning']} |" for field in fields(a)]
    text = "\n".join([*lines, "", *assumptions])
    print("\n".join(["", *assumptions]))
    if "--write" in sys.argv:
        write_section(DOCS, "simulation", text)


if __name__ == "__main__":
    main()
