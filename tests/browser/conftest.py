import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from infra.local.prefetch import warm
from tests.browser.seed_data import ANALYST, Laboratory, laboratory
from tests.browser.sessions import pages_of
from tests.stack.local_stack import Running, running

CONNECTIONS = 6  # that Chromium opens to one host at once (HTTP/1.1)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def chromium_path() -> str:
    """The system's Chromium: Playwright's own would have to be downloaded."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    assert found, "Chromium is not installed (apt-get install chromium), or name it by CHROMIUM="
    return found


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A stack whose functions have started as often as a browser sends requests at once, and stay so: the emulator ends
    what was idle for 300 s, and several that start at once on a busy machine take longer than a page is waited for."""
    home = tmp_path_factory.mktemp("browser") / "home"
    with running(home, SFN_WAIT_SCALE="0", LAMBDA_WARM_TTL_SECONDS="3600") as up:
        warm(up.url)
        api = up.person("first@example.org")
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            list(pool.map(api.get, ["/me"] * CONNECTIONS * 2))
        yield up


@pytest.fixture(scope="session")
def lab(stack: Running) -> Laboratory:
    """The laboratory; each function that started has also imported what the page of samples needs."""
    made = laboratory(stack)
    api = stack.person(ANALYST)
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        path = f"/namespaces/{made.project}/samples/query"
        list(pool.map(lambda _: api.post(path, {}), range(CONNECTIONS * 2)))
    return made


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        yield made
        made.close()


@pytest.fixture
def open_page(browser: Browser, stack: Running, tmp_path: Path) -> Iterator[Callable[..., Page]]:
    """A page of somebody who is signed in, in a language and theme; any error in its console fails the test."""
    complaints: list[str] = []
    with pages_of(browser, stack, tmp_path, complaints) as opened:
        yield opened
    assert complaints == []
