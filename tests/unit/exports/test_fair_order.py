"""The queue's order: nobody's many exports delay another's first one."""

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.exports.admission import fair_order, pause_before_poll
from chalicelib.exports.model import Export
from tests.unit.exports.test_progress import QUEUED

USERS = st.sampled_from("abc")


def waiting(users: list[str]) -> list[Export]:
    """Exports of these users, in order of time."""
    return [replace(QUEUED, id=str(i), user_id=user, due_at=f"{i:03}") for i, user in enumerate(users)]


def order(active: str, users: str, served: str = "") -> str:
    return "".join(export.user_id for export in fair_order(active, served, waiting(list(users))))


def test_users_take_turns() -> None:
    assert order("", "aaabbc") == "abcaba"
    assert order("", "abab") == "abab"
    assert order("a", "aab") == "baa"
    assert order("aa", "aabb") == "bbaa"
    assert order("", "aab", served="a") == "baa"
    assert order("", "abc", served="ab") == "cab"


@given(st.lists(USERS, max_size=5), st.permutations("abc"), st.lists(USERS, max_size=12))
def test_no_user_gets_ahead_of_another_by_more_than_one(active: list[str], served: list[str], users: list[str]) -> None:
    exports = waiting(users)
    ordered = fair_order(active, served, exports)
    assert sorted(export.id for export in ordered) == sorted(export.id for export in exports)
    has = Counter(active)
    left = Counter(users)
    for export in ordered:
        assert all(has[export.user_id] <= has[user] for user in left if left[user])
        has[export.user_id] += 1
        left[export.user_id] -= 1
    for user in set(users):
        own = [export.id for export in ordered if export.user_id == user]
        assert own == sorted(own, key=int)


@given(st.integers(1, 5_000))
def test_polls_are_between_a_few_seconds_and_a_minute_apart(position: int) -> None:
    assert 3 <= pause_before_poll(position) <= 60
