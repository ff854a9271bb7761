from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.exports.model import Export, Status, Step
from chalicelib.exports.progress import progress_of

QUEUED = Export(
    id="0", user_id="u", type="sample", namespace_id="n", parameters={}, name=None,
    email_notification=False, pages_url="", created_at="2026-11-24T00:00:00.000Z", status=Status.PROCESSING, attempt=1,
    restarts=0,
    touched_at="2026-11-24T00:00:00.000Z", step=Step.QUEUED, queue_position=None, percent_floor=0, bytes_done=0,
    bytes_total=0,
    files_total=0, warnings=0, upload=None, table=None, file=None, ready_at=None, expires_at=None, extended_at=None,
    downloaded_at=None, removed_at=None,
    failure_code=None, mailed=None, mail_failure=None, due_at=None, sample_count=None,
)  # fmt: skip


@pytest.mark.parametrize(
    ("step", "done", "total", "percent"),
    [
        (Step.QUEUED, 0, 0, 0),
        (Step.PLANNING, 0, 0, 1),
        (Step.ASSEMBLING, 0, 100, 2),
        (Step.ASSEMBLING, 50, 100, 48),
        (Step.ASSEMBLING, 100, 100, 95),
        (Step.ASSEMBLING, 170, 100, 95),  # a repeated worker counts twice
        (Step.ASSEMBLING, 0, 0, 2),
        (Step.FINISHING, 100, 100, 96),
    ],
)
def test_percentages_rise_from_step_to_step(step: Step, done: int, total: int, percent: int) -> None:
    progress = progress_of(replace(QUEUED, step=step, bytes_done=done, bytes_total=total))
    assert progress.percent == percent
    assert progress.bytes_done <= total


@given(st.lists(st.integers(0, 10**9), min_size=2, max_size=30), st.integers(1, 10**9))
def test_percentage_never_decreases_as_bytes_are_reported(added: list[int], total: int) -> None:
    shown, done = [], 0
    for count in added:
        done += count
        export = replace(QUEUED, step=Step.ASSEMBLING, bytes_done=done, bytes_total=total)
        shown.append(progress_of(export).percent)
    assert shown == sorted(shown)


def test_a_new_plan_starts_at_the_percentage_of_the_last() -> None:
    export = replace(QUEUED, step=Step.ASSEMBLING, bytes_done=0, bytes_total=10, percent_floor=60)
    assert progress_of(export).percent == 60


def test_a_ready_export_is_at_100() -> None:
    export = replace(QUEUED, status=Status.READY, step=Step.DONE, bytes_done=3, bytes_total=10)
    assert (progress_of(export).percent, progress_of(export).bytes_done) == (100, 10)
