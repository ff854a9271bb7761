"""The queue of exports beyond the service's limit: they wait, in a fair order, and none is lost."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import timestamps
from chalicelib.assembly.fail import fail_export
from chalicelib.assembly.plan import plan_export
from chalicelib.exports import admission, lifecycle, record
from chalicelib.exports.model import Export
from chalicelib.settings import settings
from tests.harness import Person, expect_status, upload
from tests.iam import as_function
from tests.lab import grant, new_lab, new_sample
from tests.workflow.state_machine import run


@pytest.fixture
def request_body(ana: Person) -> dict[str, Any]:
    lab = new_lab(ana)
    upload(ana, new_sample(ana, lab.project, "A")["id"], "a.txt", b"text")
    return {"type": "sample", "namespace_id": lab.project["id"], "selection": {"all": True}, "file_formats": ["text"]}


@pytest.fixture
def limit(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    def set_limit(count: int) -> None:
        monkeypatch.setenv("MAX_ACTIVE_EXPORTS", str(count))
        settings.cache_clear()

    return set_limit


def create(person: Person, body: dict[str, Any]) -> dict[str, Any]:
    return dict(expect_status(person.post("/exports", body), 202))


def found(export: dict[str, Any]) -> Export:
    result = record.find(export["id"])
    assert result is not None
    return result


def begin(export: dict[str, Any], attempt: int = 1) -> dict[str, Any]:
    """The first step of an export, as its execution calls it."""
    with as_function("plan"):
        return plan_export({"export_id": export["id"], "attempt": attempt, "plan": 1})


def progress(person: Person, export: dict[str, Any]) -> Any:
    return expect_status(person.get(f"/exports/{export['id']}"), 200)["progress"]


def test_an_export_beyond_the_limit_waits_until_another_has_ended(
    ana: Person, request_body: dict[str, Any], limit: Callable[[int], None]
) -> None:
    limit(1)
    first, second, third = (create(ana, request_body) for _ in range(3))
    assert begin(first)["outcome"] == "planned"
    for export, position in ((second, 1), (third, 2)):
        result = begin(export)
        assert (result["outcome"], result["wait"] > 0) == ("queued", True)
        assert (progress(ana, export)["step"], progress(ana, export)["queue_position"]) == ("queued", position)
    assert "ready" in run(first)
    assert begin(third)["outcome"] == "queued"  # it is the second one's turn
    assert "ready" in run(second)
    assert "queue_position" not in progress(ana, second)
    assert "ready" in run(third)


@pytest.mark.parametrize("how", ["removed", "failed"])
def test_an_export_that_ends_in_any_way_makes_room(
    ana: Person, request_body: dict[str, Any], limit: Callable[[int], None], how: str
) -> None:
    limit(1)
    first, second = create(ana, request_body), create(ana, request_body)
    assert begin(first)["outcome"] == "planned"
    assert begin(second)["outcome"] == "queued"
    if how == "removed":
        assert ana.call("DELETE", f"/exports/{first['id']}").status == 204
    else:
        with as_function("fail"):
            fail_export({"export_id": first["id"], "attempt": 1, "plan": 1, "code": "too-large"})
    assert begin(second)["outcome"] == "planned"


def test_a_restarted_export_keeps_its_turn(
    ana: Person, request_body: dict[str, Any], limit: Callable[[int], None]
) -> None:
    limit(1)
    first, second = create(ana, request_body), create(ana, request_body)
    begin(first)
    begin(second)
    assert lifecycle.restart(found(first), at=timestamps.format(timestamps.now()))
    assert begin(second)["outcome"] == "queued"
    assert begin(first, attempt=2)["outcome"] == "planned"
    assert begin(first, attempt=1)["outcome"] == "removed"


def test_a_removed_export_leaves_the_queue(
    ana: Person, request_body: dict[str, Any], limit: Callable[[int], None]
) -> None:
    limit(1)
    first, second, third = (create(ana, request_body) for _ in range(3))
    begin(first)
    assert ana.call("DELETE", f"/exports/{second['id']}").status == 204
    assert begin(second)["outcome"] == "removed"
    assert (begin(third)["outcome"], progress(ana, third)["queue_position"]) == ("queued", 1)


def test_an_export_whose_execution_does_not_poll_delays_no_other(
    ana: Person, request_body: dict[str, Any], limit: Callable[[int], None]
) -> None:
    limit(1)
    first, lost, third = (create(ana, request_body) for _ in range(3))
    begin(first)
    run(first)
    now = timestamps.now()
    assert admission.admit(found(third), now) == 1  # the second one's turn
    later = now + timedelta(minutes=6)
    assert admission.admit(found(third), later) == 0
    assert admission.admit(found(lost), later) == 1


def test_a_user_s_many_exports_do_not_delay_another_s_first(
    ana: Person, request_body: dict[str, Any], limit: Callable[[int], None], sign_in: Callable[[str], Person]
) -> None:
    limit(1)
    bob = sign_in("bob@example.org")
    grant(ana, request_body["namespace_id"], bob, "analyst")
    many = [create(ana, request_body) for _ in range(5)]
    one = create(bob, request_body)
    begin(many[0])
    assert [begin(export)["outcome"] for export in (*many[1:], one)] == ["queued"] * 5
    assert progress(bob, one)["queue_position"] == 1
    assert "ready" in run(many[0])
    assert begin(many[1])["outcome"] == "queued"
    assert "ready" in run(one)
    another = create(bob, request_body)
    assert begin(another)["outcome"] == "queued"  # they take turns
    assert begin(many[1])["outcome"] == "planned"


def test_one_user_s_exports_leave_room_for_another_s_first(
    ana: Person, request_body: dict[str, Any], limit: Callable[[int], None], sign_in: Callable[[str], Person]
) -> None:
    limit(3)
    bob = sign_in("bob@example.org")
    grant(ana, request_body["namespace_id"], bob, "analyst")
    large = [create(ana, request_body) for _ in range(3)]
    assert [begin(export)["outcome"] for export in large] == ["planned", "planned", "queued"]
    assert progress(ana, large[2])["queue_position"] == 1
    small = create(bob, request_body)
    assert begin(small)["outcome"] == "planned"
    assert "ready" in run(small)
    assert begin(large[2])["outcome"] == "queued"
    assert "ready" in run(large[0])
    assert begin(large[2])["outcome"] == "planned"


def test_simultaneous_polls_admit_no_more_than_the_limit(
    ana: Person, request_body: dict[str, Any], limit: Callable[[int], None]
) -> None:
    limit(2)
    exports = [found(create(ana, request_body)) for _ in range(10)]
    moment = timestamps.now()
    with ThreadPoolExecutor(10) as pool:
        for _ in range(3):  # repeated polls change nothing
            list(pool.map(lambda export: admission.admit(export, moment), exports))
    positions = [admission.admit(export, moment) for export in exports]
    assert positions.count(0) == 2
    assert sorted(positions)[2:] == [1, 2, 3, 4, 5, 6, 7, 8]
