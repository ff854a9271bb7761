"""`python -m tests.stack.load [PEOPLE] [EXPORTS] [--write]`: people who request exports at the same time, on the local
stack; a table of what became of them."""

import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

from infra.demo.api import Api, ApiError
from infra.generated_files import write_section
from tests.stack import exports
from tests.stack.local_stack import Running, running

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
_TYPES = ("sample", "linelist", "analysis")
_PATIENCE = 1_800  # seconds
_FILES = {"a.txt": 20_000, "b.txt": 6 << 20}


@dataclass
class Result:
    """What became of the exports of a type. `wrong` has what should not be."""

    statuses: Counter[str] = field(default_factory=Counter)
    refused: int = 0  # with 429
    mails: Counter[int] = field(default_factory=Counter)  # exports by their number of mails
    seconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Person:
    email: str
    api: Api
    project: str
    sample: str
    run: str
    bodies: dict[str, bytes]


def load(stack: Running, people: int, each: int) -> dict[str, Result]:
    """Let so many people request so many exports each, of all types in turn; the results by type."""
    with ThreadPoolExecutor(4) as pool:
        crowd = list(pool.map(lambda number: _person(stack, number), range(people)))
    results = {type_: Result() for type_ in _TYPES}
    jobs = [(person, _TYPES[number % len(_TYPES)]) for number in range(each) for person in crowd]
    with ThreadPoolExecutor(len(jobs)) as pool:
        list(pool.map(lambda job: _export(stack, job[0], job[1], results[job[1]]), jobs))
    return results


def _person(stack: Running, number: int) -> _Person:
    email = f"load-{number}@example.org"
    api = stack.person(email)
    project = exports.project(api)["id"]
    sample, bodies = exports.sample_with(api, project, "S", _FILES)
    body = {"workflow": {"name": "w", "version": "1"}, "state": "running", "namespace_id": project}
    run = api.post("/workflow-executions", body)["id"]
    key = f"runs/{run}/report.txt"
    stack.client("s3").put_object(Bucket=stack.info["buckets"]["catalog"], Key=key, Body=b"report")
    uri = f"s3://{stack.info['buckets']['catalog']}/{key}"
    api.post(f"/workflow-executions/{run}/outputs/register", {"s3_uri": uri})
    api.call("PATCH", f"/workflow-executions/{run}", {"state": "completed"})
    return _Person(email, api, project, sample["id"], run, bodies)


def _body(person: _Person, type_: str) -> dict[str, Any]:
    common = {"type": type_, "name": "Load", "email_notification": True}
    if type_ == "analysis":
        return {**common, "analysis_type": "user", "workflow_execution_ids": [person.run]}
    common |= {"namespace_id": person.project, "sample_ids": [person.sample]}
    if type_ == "linelist":
        return {**common, "linelist_format": "csv", "metadata_fields": ["country"]}
    return {**common, "file_formats": ["text"]}


def _export(stack: Running, person: _Person, type_: str, result: Result) -> None:
    begun = time.monotonic()
    try:
        made = _requested(person, type_, result)
        export = exports.wait(person.api, made["id"], _PATIENCE)
    except (ApiError, AssertionError) as error:
        result.statuses["stuck"] += isinstance(error, AssertionError)
        result.wrong.append(str(error)[:300])
        return
    result.seconds.append(time.monotonic() - begun)
    result.statuses[export["status"]] += 1
    if export["status"] != "ready":
        result.wrong.append(str(export["failure"]))
        return
    expected = {"sample": person.bodies, "analysis": {"report.txt": b"report"}}.get(type_)
    if expected is None:
        link = person.api.post(f"/exports/{export['id']}/download", {})
        rows = requests.get(link["url"], timeout=60).text.splitlines()
        if len(rows) != 2:
            result.wrong.append(f"{len(rows)} rows")
    elif exports.bodies_in(exports.archive(person.api, export)) != expected:
        result.wrong.append("other contents")
    result.mails[len(exports.mails_about(stack.url, person.email, export["id"]))] += 1


def _requested(person: _Person, type_: str, result: Result) -> Any:
    """The new export; requested again while the person has as many running ones as are allowed."""
    while True:
        try:
            return person.api.post("/exports", _body(person, type_))
        except ApiError as error:
            if error.status != 429:
                raise
            result.refused += 1
            time.sleep(2)


def table(results: dict[str, Result]) -> str:
    """A row for each type."""
    heads = ("type", "ready", "failed", "stuck", "wrong", "429, then accepted", "second mails", "seconds, median")
    lines = [f"| {' | '.join(heads)} |", f"|---|{'--:|' * (len(heads) - 1)}"]
    for type_, result in results.items():
        times = sorted(result.seconds)
        second = sum(count for mails, count in result.mails.items() if mails > 1)
        cells = [
            *(result.statuses[status] for status in ("ready", "failed", "stuck")), len(result.wrong), result.refused,
            second, f"{times[len(times) // 2]:.0f}" if times else "",
        ]  # fmt: skip
        lines.append(f"| {type_} | {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def main(people: int, each: int, *, write: bool) -> int:
    """Print the table, or write it; the status is 1 if anything was wrong."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "home", SFN_WAIT_SCALE="0.1") as stack:
        begun = time.monotonic()
        results = load(stack, people, each)
        seconds = time.monotonic() - begun
    text = table(results)
    print(text)
    wrong = [line for result in results.values() for line in result.wrong]
    print("\n".join(wrong))
    if write:
        day = datetime.now(UTC).date()
        counts = f"{people} people, {each} exports each, all in {seconds:.0f} s, on {day}:"
        write_section(PAGE, "load", f"{counts}\n\n{text}")
    return 1 if wrong else 0


if __name__ == "__main__":
    numbers = [int(text) for text in sys.argv[1:] if text.isdigit()]
    sys.exit(main(*(numbers or (6, 9)), write="--write" in sys.argv))
