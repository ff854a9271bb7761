from collections.abc import Iterator

import pytest

from tests.stack.local_stack import Running, running


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    # The emulator's waits between retries are cut short: what is tried again is tried again at once.
    with running(tmp_path_factory.mktemp("stack") / "home", SFN_WAIT_SCALE="0") as up:
        yield up
