"""`make simulate-concurrency`: 100 exports that begin at once, under an account's limit of concurrent functions; and
ten files of one user that are exported while another's ten exports of 1 TB are worked on.

The batches are the planner's; a throttled invocation waits as the state machine's own retry says
(infra/state_machine.json) and fails its export when its attempts are used up. Exports beyond the limit of active ones
wait and poll, as `chalicelib/exports/admission.py` says. Meanwhile the API responds to requests.
A model, not a measurement. AWS lets functions reserve concurrency only if 100 remain unreserved.
"""

import heapq
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from chalicelib.archive.batches import Batch
from chalicelib.archive.entries import Entry
from chalicelib.archive.planner import plan
from chalicelib.exports import admission
from tests.bench.simulate import duration, entries

EXPORTS = 100
GB = 1_000_000_000
_DEFINITION = json.loads((Path(__file__).parents[2] / "infra" / "state_machine.json").read_text(encoding="utf-8"))
_PLAN, _FINISH, _NOTIFY = 5.0, 20.0, 1.0  # seconds
_POLL = 0.3  # of a Plan whose export has to wait
_START = 2.0  # seconds of a worker before its first request
_REQUESTS, _REQUEST = 5.0, 0.3  # of the API and its authorizer: a second, and seconds of each


@dataclass(frozen=True, slots=True)
class Retry:
    """The state machine's retry of a throttled invocation, with full jitter."""

    interval: float
    backoff: float
    longest: float
    attempts: int

    @classmethod
    def of_definition(cls) -> "Retry":
        states = _DEFINITION["States"]["Assemble"]["ItemProcessor"]["States"]
        rule = next(iter(states.values()))["Retry"][0]
        assert "Lambda.TooManyRequestsException" in rule["ErrorEquals"]
        return cls(rule["IntervalSeconds"], rule["BackoffRate"], rule["MaxDelaySeconds"], rule["MaxAttempts"])

    def delay(self, attempt: int, source: random.Random) -> float:
        return source.uniform(0, min(self.longest, self.interval * self.backoff ** min(attempt, 40)))


@dataclass(slots=True)
class Export:
    """An export on its way: who requested it when, batches that were not begun, those at work, and its end."""

    id: str
    user_id: str
    requested: float
    waiting: list[float]
    is_active: bool = False
    at_work: int = 0
    ended: float | None = None
    has_failed: bool = False
    due_at: None = None

    @property
    def created_at(self) -> str:
        return f"{self.requested:09.1f}"


@dataclass
class Account:
    """Functions of an account: `limit` at once, of which workers may have `reserved` (0: any); at most `active` exports
    with `workers` each."""

    limit: int
    reserved: int
    active: int
    workers: int
    retry: Retry = field(default_factory=Retry.of_definition)
    source: random.Random = field(default_factory=lambda: random.Random(7))
    running: dict[str, int] = field(default_factory=lambda: {"worker": 0, "other": 0})
    requests: int = 0
    refused: int = 0
    most_attempts: int = 0

    def has_capacity(self, kind: str) -> bool:
        if not self.reserved:
            return sum(self.running.values()) < self.limit
        return self.running[kind] < (self.reserved if kind == "worker" else self.limit - self.reserved)


class Simulation:
    """Events in the order of time: an attempt to invoke a step, its end, a request of the API."""

    def __init__(self, account: Account, exports: list[Export]) -> None:
        self.account, self.exports = account, exports
        self.served: list[str] = []
        self.events: list[tuple[float, int, Any]] = []
        self.number = 0
        self.done = 0

    def at(self, moment: float, event: Any) -> None:
        self.number += 1
        heapq.heappush(self.events, (moment, self.number, event))

    def run(self) -> None:
        for number, export in enumerate(self.exports):
            self.at(export.requested, ("try", number, "plan", 0))
        self.at(0.0, ("request",))
        while self.events and self.done < len(self.exports):
            moment, _, (kind, *rest) = heapq.heappop(self.events)
            getattr(self, f"_{kind}")(moment, *rest)

    def _request(self, moment: float) -> None:
        account = self.account
        account.requests += 1
        if account.has_capacity("other"):
            account.running["other"] += 1
            self.at(moment + _REQUEST, ("free", "other"))
        else:
            account.refused += 1
        self.at(moment + account.source.expovariate(_REQUESTS), ("request",))

    def _free(self, moment: float, kind: str) -> None:
        self.account.running[kind] -= 1

    def _try(self, moment: float, number: int, step: str, attempt: int) -> None:
        account, export = self.account, self.exports[number]
        if export.has_failed:
            return
        kind = "worker" if step.startswith("batch") else "other"
        if account.has_capacity(kind):
            account.running[kind] += 1
            if step == "plan" and (position := self._admit(export, moment)):
                self.at(moment + _POLL, ("free", "other"))
                self.at(moment + _POLL + admission.pause_before_poll(position), ("try", number, "plan", 0))
                return
            seconds = {"plan": _PLAN, "finish": _FINISH, "notify": _NOTIFY}.get(step) or float(step.split()[1])
            self.at(moment + seconds, ("end", number, step))
            return
        account.most_attempts = max(account.most_attempts, attempt + 1)
        if attempt + 1 > account.retry.attempts:
            export.has_failed, export.ended = True, moment
            self.done += 1
            return
        self.at(moment + account.retry.delay(attempt, account.source), ("try", number, step, attempt + 1))

    def _admit(self, export: Export, moment: float) -> int:
        """0, or the position in the queue, as `admission.admit` computes it."""
        if export.is_active:
            return 0
        active = [other.user_id for other in self.exports if other.is_active and other.ended is None]
        waiting = [other for other in self.exports if not other.is_active and other.requested <= moment]
        ordered = admission.fair_order(active, self.served, cast("list[Any]", waiting))
        reserved = export.user_id in active and self.account.active >= admission._RESERVING
        free = self.account.active - len(active) - reserved
        position = 1 + [other.id for other in ordered].index(export.id)
        if position > free:
            return position - max(0, free)
        export.is_active = True
        self.served = [user for user in self.served if user != export.user_id] + [export.user_id]
        return 0

    def _end(self, moment: float, number: int, step: str) -> None:
        export = self.exports[number]
        self._free(moment, "worker" if step.startswith("batch") else "other")
        if step == "notify":
            export.ended = moment
            self.done += 1
        elif step == "finish":
            self.at(moment, ("try", number, "notify", 0))
        else:
            export.at_work -= step.startswith("batch")
            while export.waiting and export.at_work < self.account.workers:
                export.at_work += 1
                self.at(moment, ("try", number, f"batch {export.waiting.pop()}", 0))
            if not export.waiting and not export.at_work:
                self.at(moment, ("try", number, "finish", 0))


def seconds_of(batch: Batch) -> float:
    """A worker's time: its copies 64 at once at 50 MB/s, its stitched bytes in and out at 75 MB/s."""
    copied = sum(copy.length for unit in batch.units for copy in unit.copies) + sum(c.part.length for c in batch.copies)
    stitched = sum(unit.length for unit in batch.units)
    return _START + copied / (64 * 50e6) + 2 * stitched / 75e6


def exports() -> Iterator[tuple[str, list[Entry]]]:
    source = random.Random(1)
    yield "100 exports of 10 GB", entries(source.randint(50_000_000, 150_000_000) for _ in range(100))
    yield "100 exports of 100 GB", entries(source.randint(50_000_000, 150_000_000) for _ in range(1_000))
    yield "100 exports of 1 TB", entries(source.randint(500_000_000, 1_500_000_000) for _ in range(1_000))


# Limit of the account, reserved for workers, active exports, workers of each: without a limit on exports, and with.
CASES = ((10, 0, 100, 40), (10, 0, 2, 2), (1_000, 0, 100, 40), (1_000, 800, 20, 40))


def begun_at_once(files: list[Entry], workers: int) -> list[Export]:
    """Exports of users who have one each."""
    batches = batches_of(files, workers)
    return [Export(str(number), f"user {number}", 0.0, list(batches)) for number in range(EXPORTS)]


def batches_of(files: list[Entry], workers: int) -> list[float]:
    return [seconds_of(batch) for batch in plan(files, workers=workers).batches]


def one_s_large_exports(workers: int) -> list[Export]:
    """Ten of 1 TB by one user, and a minute later ten files of another."""
    large = batches_of(entries(iter([GB] * 1_000)), workers)
    small = batches_of(entries(iter([GB] * 10)), workers)
    others = [Export(f"large {number}", "olga", 0.0, list(large)) for number in range(10)]
    return [*others, Export("small", "ben", 60.0, small)]


def fairness() -> None:
    print("| active exports × workers | ten files are ready after | the first TB | the last TB |")
    print("|---|--:|--:|--:|")
    for active, workers in ((1, 40), (2, 40), (3, 40), (20, 40), (2, 2), (3, 2)):
        exports = one_s_large_exports(workers)
        Simulation(Account(1_000, 0, active, workers), exports).run()
        *large, small = exports
        ends = [export.ended or 0.0 for export in large]
        cells = [(small.ended or 0.0) - small.requested, min(ends), max(ends)]
        print(f"| {active} × {workers} | {' | '.join(map(duration, cells))} |", flush=True)


def main() -> None:
    print(
        "| | limit of the account | active exports × workers | `WorkerConcurrency` | failed | last one ready"
        " | retries of a step | API refused |"
    )
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    for name, files in exports():
        for limit, reserved, active, workers in CASES:
            account = Account(limit, reserved, active, workers)
            simulation = Simulation(account, begun_at_once(files, workers))
            simulation.run()
            failed = sum(export.has_failed for export in simulation.exports)
            ended = duration(max(export.ended or 0.0 for export in simulation.exports))
            columns = [name, f"{limit:,}", f"{active} × {workers}", reserved or "–", failed, ended]
            columns += [f"≤ {account.most_attempts}", f"{account.refused / account.requests:.0%}"]
            print(f"| {' | '.join(map(str, columns))} |", flush=True)
    print()
    fairness()


if __name__ == "__main__":
    main()
