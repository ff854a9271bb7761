"""Every call of AWS in every step of an export fails once, or as long as the step is tried: nothing is stuck, lost or
left behind, and nobody gets a second mail.

`make chaos` tries each fault for each call, and prints the table; otherwise each call meets one of the faults.
"""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chalicelib import aws
from tests.chaos.faults import Fault, Injector, injecting
from tests.chaos.life import Kind, archive_of, count_mails, live, table_of
from tests.harness import Person, upload
from tests.lab import Lab, new_lab, new_run, new_sample, register_output

_ROWS = os.environ.get("SEQPORT_CHAOS")  # the file that gets a row for each life; then all faults are tried
_FILES = {"a.txt": b"small", "b.txt": b"x" * (6 << 20), "c.txt": b"y" * (11 << 20)}
_REPORTS = {"report.txt": b"report"}


def _sample_body(lab: Lab) -> dict[str, Any]:
    return {
        "type": "sample", "namespace_id": lab.project["id"], "sample_ids": [lab.samples[0]["id"]],
        "file_formats": ["text"], "name": "C", "email_notification": True,
    }  # fmt: skip


def _lost_body(lab: Lab) -> dict[str, Any]:
    """Its only file was deleted in S3: there is nothing to export."""
    return {**_sample_body(lab), "sample_ids": [lab.samples[1]["id"]]}


def _linelist_body(lab: Lab) -> dict[str, Any]:
    return {
        "type": "linelist", "namespace_id": lab.project["id"], "sample_ids": [lab.samples[0]["id"]],
        "linelist_format": "csv", "metadata_fields": ["country"], "name": "C", "email_notification": True,
    }  # fmt: skip


def _analysis_body(lab: Lab) -> dict[str, Any]:
    return {
        "type": "analysis", "analysis_type": "user", "workflow_execution_ids": [lab.runs["r"]], "name": "C",
        "email_notification": True,
    }  # fmt: skip


KINDS = {
    "sample": Kind("sample", _sample_body, archive_of(_FILES)),
    "linelist": Kind("linelist", _linelist_body, table_of({"S"})),
    "analysis": Kind("analysis", _analysis_body, archive_of(_REPORTS)),
    "failing": Kind("failing", _lost_body, None),
}
PARTS: dict[str, set[str] | None] = {
    "sample": None,
    "linelist": {"render_linelist"},
    "analysis": {"plan"},
    "failing": {"fail", "clean_up"},
}


@pytest.fixture
def lab(ana: Person) -> Lab:
    lab = new_lab(ana)
    made = (new_sample(ana, lab.project, "S", {"country": "Canada"}), new_sample(ana, lab.project, "Lost"))
    for name, body in _FILES.items():
        upload(ana, made[0]["id"], name, body)
    lost = upload(ana, made[1]["id"], "lost.txt", b"lost")
    bucket, key = lost["s3_uri"].removeprefix("s3://").split("/", 1)
    aws.s3().delete_object(Bucket=bucket, Key=key)
    run = new_run(ana, lab.project)["id"]
    for name, body in _REPORTS.items():
        register_output(ana, run, name, body)
    return replace(lab, samples=made, runs={"r": run})


@pytest.fixture
def rows() -> Iterator[Callable[[dict[str, Any]], None]]:
    """Keeps the rows of the table, if they are wanted."""
    kept: list[str] = []
    yield lambda row: kept.append(json.dumps(row))
    if _ROWS:
        with Path(_ROWS).open("a", encoding="utf-8") as file:
            file.writelines(f"{row}\n" for row in kept)


def cases(kind: str, calls: Counter[tuple[str, str]]) -> Iterator[tuple[tuple[str, str], Fault, int | None]]:
    """Which call meets which fault, once or always. A part of all unless the table is wanted: of each step that another
    kind does not have, one fault for each call."""
    faults = list(Fault)
    for place, target in enumerate(sorted(calls)):
        if _ROWS:
            yield from ((target, fault, times) for fault in faults for times in (1, None))
        elif PARTS[kind] is None or target[0] in (PARTS[kind] or ()):
            yield target, faults[place % len(faults)], None if place % 3 == 0 else 1


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_stuck_lost_or_left_whatever_fails(
    ana: Person, lab: Lab, kind: str, monkeypatch: pytest.MonkeyPatch, rows: Callable[[dict[str, Any]], None]
) -> None:
    mails = count_mails()
    undisturbed = Injector()
    with injecting(monkeypatch, undisturbed):
        outcome = live(ana, lab, KINDS[kind], undisturbed, mails)
    expected = "failed" if KINDS[kind].check is None else "ready"
    assert (outcome.status, outcome.mails, outcome.wrong) == (expected, 1, ())
    wrong = []
    for target, fault, times in cases(kind, undisturbed.calls):
        injector = Injector(target=target, fault=fault, times=times)
        with injecting(monkeypatch, injector):
            outcome = live(ana, lab, KINDS[kind], injector, mails)
        step, operation = target
        is_wrong = list(outcome.wrong)
        if times == 1 and outcome.status != expected:
            is_wrong.append(f"{outcome.status} after a fault that passes")
        if injector.injected == 0:
            is_wrong.append("the fault was not injected")
        row = {
            "kind": kind, "step": step, "operation": operation, "fault": fault.value,
            "lasts": "once" if times == 1 else "always", "injected": injector.injected, "status": outcome.status,
            "mails": outcome.mails, "wrong": is_wrong,
        }  # fmt: skip
        rows(row)
        if is_wrong:
            wrong.append(row)
    assert wrong == []
