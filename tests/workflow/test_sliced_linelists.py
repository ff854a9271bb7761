"""Workbooks whose rows are written by several functions: the limits are lowered, so that seven samples are cut."""

import io
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import openpyxl
import pytest

from chalicelib import aws
from chalicelib.assembly import linelist_work
from chalicelib.assembly.render_linelist import render
from chalicelib.exports import linelist_slices
from chalicelib.linelist import sliced_workbook
from chalicelib.settings import settings
from tests.harness import Person, expect_status
from tests.lab import Lab, new_lab, new_sample
from tests.workflow.state_machine import run
from tests.workflow.test_linelist_exports import create, downloaded, everything_in, reported

SignIn = Callable[..., Person]
READY = ["slices_planned", *["done"] * 4, "ready"]


@pytest.fixture
def ana(sign_in: SignIn) -> Person:
    return sign_in("ana.lopez@example.org", "fr")


@pytest.fixture
def lab(ana: Person, monkeypatch: pytest.MonkeyPatch) -> Lab:
    """Seven samples, of which a sheet holds four and a slice two rows: two and two, two and one."""
    cut = partial(sliced_workbook.slices_of, whole=20, most=10, max_rows=5)
    monkeypatch.setattr(linelist_work, "slices_of", cut)
    lab = new_lab(ana, "First")
    made = [new_sample(ana, lab.project, f"S{n}", {"ct": n, "note": "é" * n}) for n in range(7)]
    return replace(lab, samples=tuple(made))


def ordered(ana: Person, lab: Lab, **changes: Any) -> Any:
    return create(ana, lab, metadata_fields=["ct", "note"], linelist_format="xlsx", **changes)


def sheets_in(body: bytes) -> list[list[list[Any]]]:
    book = openpyxl.load_workbook(io.BytesIO(body))
    return [[list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book.worksheets]


def rows_of(lab: Lab, *numbers: int) -> list[list[Any]]:
    header = ["SAMPLE PUID", "SAMPLE NAME", "PROJECT PUID", "CT", "NOTE"]
    samples = [(number, lab.samples[number]) for number in numbers]
    puid = lab.project["puid"]
    return [header, *([sample["puid"], f"S{n}", puid, n, "é" * n or None] for n, sample in samples)]


@pytest.mark.parametrize("repeats", [1, 2])
def test_slices_are_joined(ana: Person, lab: Lab, repeats: int) -> None:
    export = ordered(ana, lab)
    assert run(export, times=repeats)[:6] == READY
    link, body = downloaded(ana, export["id"])
    assert sheets_in(body) == [rows_of(lab, 0, 1, 2, 3), rows_of(lab, 4, 5, 6)]
    assert [row["row"] for row in reported(link)] == list(range(1, 8))
    done = expect_status(ana.get(f"/exports/{export['id']}"), 200)
    assert (done["status"], done["warnings"], done["progress"]["percent"]) == ("ready", 0, 100)


def test_rows_close_up_behind_a_sample_that_was_deleted(ana: Person, lab: Lab) -> None:
    export = ordered(ana, lab)

    begun: list[int] = []

    def delete_first(kind: str, state: dict[str, Any]) -> None:
        """Slice 1 is written first, behind two rows; then slice 0 finds one of its samples only."""
        if kind == "slice" and not begun:
            begun.append(state["slice"])
            assert render({**state, "slice": 1})["outcome"] == "done"
            expect_status(ana.call("DELETE", f"/samples/{lab.samples[1]['id']}"), 204)

    outcomes = run(export, between=delete_first)
    assert outcomes[:5] == READY[:5]
    assert outcomes[5:7] == ["ready", "not-wanted"]
    link, body = downloaded(ana, export["id"])
    assert sheets_in(body) == [rows_of(lab, 0, 2, 3), rows_of(lab, 4, 5, 6)]
    reasons = {row["id"]: row.get("reason") for row in reported(link)}
    assert [reasons[sample["id"]] for sample in lab.samples] == [None, "sample-not-found", *[None] * 5]


def test_rows_that_were_numbered_too_early_are_written_again(ana: Person, lab: Lab) -> None:
    """As above, but the slice behind is written while the one with the deleted sample is at work."""
    export = ordered(ana, lab)
    begun: list[str] = []

    def delete_last(kind: str, state: dict[str, Any]) -> None:
        if kind == "render" and not begun:
            begun.append(kind)
            expect_status(ana.call("DELETE", f"/samples/{lab.samples[1]['id']}"), 204)
            (document,) = (key for key in everything_in(settings().work_bucket) if key.endswith("/slices/0000.json"))
            aws.s3().delete_object(Bucket=settings().work_bucket, Key=document)

    outcomes = run(export, between=delete_last)
    # Slice 0 is written again; after it is known, slice 1 as well. Those of the second sheet are kept.
    assert outcomes[5:] == ["slices_incomplete", "done", "slices_incomplete", "done", "ready", "not-wanted"]
    _, body = downloaded(ana, export["id"])
    assert sheets_in(body) == [rows_of(lab, 0, 2, 3), rows_of(lab, 4, 5, 6)]


@pytest.mark.parametrize("lost", [("0002.json",), ("0002.json", "0002-")], ids=["document", "all"])
def test_a_slice_that_is_gone_is_written_again(ana: Person, lab: Lab, lost: tuple[str, ...]) -> None:
    export = ordered(ana, lab)
    begun: list[str] = []

    def lose(kind: str, _: dict[str, Any]) -> None:
        if kind == "render" and not begun:
            bucket = settings().work_bucket
            keys = [key for key in everything_in(bucket) if any(f"/slices/{name}" in key for name in lost)]
            begun.extend(keys)
            for key in keys:
                aws.s3().delete_object(Bucket=bucket, Key=key)

    outcomes = run(export, between=lose)
    assert begun
    assert outcomes[5:8] == ["slices_incomplete", "done", "ready"]
    _, body = downloaded(ana, export["id"])
    assert sheets_in(body) == [rows_of(lab, 0, 1, 2, 3), rows_of(lab, 4, 5, 6)]


def test_a_slice_that_is_killed_is_written_again(ana: Person, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its data are there, but not its document."""
    export = ordered(ana, lab)
    save = linelist_slices.save

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(linelist_slices, "save", killed)
    with pytest.raises(KeyboardInterrupt):
        run(export)
    monkeypatch.setattr(linelist_slices, "save", save)
    assert run(export)[:6] == READY
    _, body = downloaded(ana, export["id"])
    assert sheets_in(body) == [rows_of(lab, 0, 1, 2, 3), rows_of(lab, 4, 5, 6)]


def test_a_slice_that_takes_too_long_fails_the_export_with_that_reason(
    ana: Person, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linelist_work, "_PROGRESS_INTERVAL", 0.0)
    monkeypatch.setattr(linelist_work, "_TIME_FOR_ROWS", {"xlsx": -1.0})
    export = ordered(ana, lab)
    assert run(export)[-2:] == ["failed", "failed"]
    assert expect_status(ana.get(f"/exports/{export['id']}"), 200)["failure"]["code"] == "too-large"


def test_a_removed_export_is_noticed_while_a_slice_is_written(
    ana: Person, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(linelist_work, "_PROGRESS_INTERVAL", 0.0)
    export = ordered(ana, lab)

    def remove(kind: str, state: dict[str, Any]) -> None:
        if kind == "slice" and state["slice"] == 2:
            expect_status(ana.call("DELETE", f"/exports/{export['id']}"), 204)

    outcomes = run(export, between=remove)
    assert outcomes == ["slices_planned", "done", "done", "removed", "removed", "removed"]


def test_other_formats_are_written_whole(ana: Person, lab: Lab) -> None:
    export = create(ana, lab, metadata_fields=["ct", "note"], linelist_format="csv")
    assert run(export)[:2] == ["linelist_planned", "ready"]
