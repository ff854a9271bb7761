"""The API's reference: its description in a viewer, readable without signing in."""

import json
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.seed_data import ANALYST, Laboratory

Open = Callable[..., Page]


def test_anyone_can_read_the_reference_and_try_an_operation(open_page: Open, lab: Laboratory) -> None:
    page = open_page(None, "/reference")
    expect(page.get_by_role("heading", name="Seqport")).to_be_visible(timeout=30_000)
    page.locator("#operations-Exports-create_export").get_by_role("button").first.click()
    expect(page.get_by_text("It is assembled in the background")).to_be_visible()
    health = page.locator("#operations-Service-get_health")
    health.get_by_role("button").first.click()
    health.get_by_role("button", name="Try it out").click()
    with page.expect_response("**/api/v1/health") as answer:
        health.get_by_role("button", name="Execute").click()
    assert json.loads(answer.value.text())["status"] == "ok"


def test_the_page_of_tokens_links_to_the_reference(open_page: Open, lab: Laboratory) -> None:
    page = open_page(ANALYST, "/tokens")
    page.get_by_role("link", name="API reference").click()
    expect(page).to_have_url(f"{lab.stack.url}/reference")
    expect(page.get_by_text("Create an export", exact=True)).to_be_visible(timeout=30_000)
