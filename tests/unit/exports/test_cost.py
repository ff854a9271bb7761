"""The estimated cost of an archive, from what its workers count."""

import pytest

from chalicelib.archive.plan_file import BatchResult, Traffic, read_result, write_result
from chalicelib.exports.cost import dollars


@pytest.mark.parametrize(
    ("traffic", "batches", "expected"),
    [
        (Traffic(), 0, 7 * 0.000025 + 3 * 0.0000002),
        (Traffic(requests=1_000, gets=1_000), 0, 0.000175 + 0.0000006 + 0.0004),
        (Traffic(requests=1_000, gets=0), 0, 0.000175 + 0.0000006 + 0.005),
        (Traffic(gb_seconds=1_000), 40, 87 * 0.000025 + 43 * 0.0000002 + 0.0133334),
    ],
)
def test_dollars_of_requests_functions_and_states(traffic: Traffic, batches: int, expected: float) -> None:
    assert dollars(traffic, batches) == pytest.approx(expected)


def test_traffic_survives_in_results_and_adds_up() -> None:
    traffic = Traffic(1, 2, 3, 4, 5, 0.5)
    assert read_result(write_result(BatchResult(traffic=traffic))).traffic == traffic
    assert traffic + traffic == Traffic(2, 4, 6, 8, 10, 1.0)
