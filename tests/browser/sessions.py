"""Users and their browser sessions."""

import json
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from infra.demo.api import Api
from tests.browser.accessibility import COUNT_REQUESTS
from tests.stack.local_stack import Running

# Console messages of the browser itself about responses that a page handles.
_EXPECTED = ("Failed to load resource",)
expect.set_options(timeout=15_000)


def token_of(stack: Running, email: str) -> str:
    return Api.signed_in(stack.url, email).token


def sign_in(page: Page, email: str) -> None:
    """Sign in on the issuer's page."""
    page.get_by_label("Any address under example.org").fill(email)
    page.get_by_role("button", name="Sign in").click()


@contextmanager
def pages_of(browser: Browser, stack: Running, folder: Path, complaints: list[str]) -> Iterator[Callable[..., Page]]:
    contexts: list[BrowserContext] = []

    def opened(
        email: str | None,
        path: str = "/",
        *,
        language: str = "en",
        theme: str = "light",
        width: int = 1280,
        height: int = 860,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            base_url=stack.url,
            locale={"en": "en-CA", "fr": "fr-CA"}[language],
            timezone_id="America/Toronto",
            reduced_motion="reduce",
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        kept = {"language": language, "theme": theme}
        token = json.dumps(token_of(stack, email)) if email else "null"
        context.add_init_script(
            f"""for (const [name, value] of Object.entries({json.dumps(kept)}))
                  localStorage.getItem(`seqport.${{name}}`) ?? localStorage.setItem(`seqport.${{name}}`, value);
                const token = {token};
                if (token) sessionStorage.getItem("seqport.token") ?? sessionStorage.setItem("seqport.token", token);
                {COUNT_REQUESTS}"""
        )
        page = context.new_page()

        def complain(message: ConsoleMessage) -> None:
            if message.type == "error" and not message.text.startswith(_EXPECTED):
                complaints.append(message.text)

        page.on("console", complain)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()


def mails_to(stack: Running, email: str, awaited: str, seconds: float = 20) -> list[str]:
    """The subjects of somebody's mails, once the awaited one is there: it is sent after the export is ready."""
    deadline = time.monotonic() + seconds
    while True:
        with urllib.request.urlopen(f"{stack.url}/local/mail?to={email}", timeout=30) as answer:
            subjects = [mail["subject"] for mail in json.load(answer)["items"]]
        if awaited in subjects or time.monotonic() > deadline:
            return subjects
        time.sleep(0.2)
