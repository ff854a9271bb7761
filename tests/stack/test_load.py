"""A bounded load on the deployed stack; `make load` prints the table of a larger one."""

from tests.stack.load import load
from tests.stack.local_stack import Running


def test_exports_of_several_people_at_once_are_all_ready_and_whole(stack: Running) -> None:
    results = load(stack, people=3, each=3)
    assert {type_: (result.statuses["ready"], result.wrong) for type_, result in results.items()} == {
        "sample": (3, []),
        "linelist": (3, []),
        "analysis": (3, []),
    }
    assert all(set(result.mails) == {1} for result in results.values())
