"""No violation found by axe-core, and no horizontal scrolling: every page, dialog and menu, in both languages and
both themes, as it is and at 400 % zoom."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.accessibility import barriers, settle
from tests.browser.drag_and_paste import DROP
from tests.browser.seed_data import ANALYST, OWNER, Laboratory, failed_export, visible_places

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def places(lab: Laboratory) -> list[str]:
    return visible_places(lab)


def test_pages_are_accessible(open_page: Open, places: list[str]) -> None:
    page = open_page(ANALYST, "/")
    wrong = []
    for place in places:
        page.goto(place)
        wrong += barriers(page, place)
    assert wrong == []


def test_error_pages_are_accessible(open_page: Open, lab: Laboratory) -> None:
    page = open_page(ANALYST, f"/exports/{failed_export(lab)['id']}")
    wrong = barriers(page, "failed")
    for status, body in ((403, '{"title": "Forbidden", "detail": "No."}'), (410, "{}"), (500, "{}")):
        page.route("**/api/v1/exports/one", answering(status, body))
        page.goto("/exports/one")
        wrong += barriers(page, str(status))
    page.route("**/api/v1/exports/one", lambda route: route.abort())
    page.goto("/exports/one")
    wrong += barriers(page, "no connection")
    strange = open_page(None, "/exports")
    wrong += barriers(strange, "signed out")
    strange.goto("/")
    wrong += barriers(strange, "home, signed out")
    assert wrong == []


def answering(status: int, body: str) -> Callable[[Route], None]:
    return lambda route: route.fulfill(status=status, body=body)


def opened_dialog(page: Page, open_it: Callable[[], Any], place: str) -> list[str]:
    """What is wrong with a dialog, which Escape closes; the focus goes back to what opened it."""
    settle(page)
    open_it()
    expect(page.get_by_role("dialog")).to_be_visible()
    wrong = barriers(page, place)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    return wrong


def test_sample_dialogs_are_accessible(open_page: Open, lab: Laboratory) -> None:
    page = open_page(ANALYST, f"/projects/{lab.project}/samples")
    settle(page)
    page.get_by_role("checkbox", name="EC-00").check()
    button = page.locator(".create-export .menu-button")
    button.click()
    wrong = barriers(page, "menu")
    page.keyboard.press("Escape")
    for position, place in enumerate(("sample export", "linelist export")):

        def open_it(position: int = position) -> None:
            button.click()
            page.get_by_role("menuitem").nth(position).click()

        wrong += opened_dialog(page, open_it, place)
        expect(button).to_be_focused()
    assert wrong == []


def test_dialogs_of_the_samples_page_are_accessible(open_page: Open, lab: Laboratory) -> None:
    page = open_page(ANALYST, f"/projects/{lab.project}/samples")
    wrong = []
    for name in ("Add a filter", "Columns", "Select from a list"):
        wrong += opened_dialog(page, page.get_by_role("button", name=name).click, name)
        expect(page.get_by_role("button", name=name)).to_be_focused()
    for name in ("New sample", "Import a samplesheet"):

        def open_it(name: str = name) -> None:
            page.get_by_role("button", name="Add samples").click()
            page.get_by_role("menuitem", name=name).click()

        wrong += opened_dialog(page, open_it, name)
    assert wrong == []


def test_pages_and_dialogs_of_maintainers_are_accessible(open_page: Open, lab: Laboratory) -> None:
    lab.export(name="Activity")
    page = open_page(OWNER, "/")
    wrong = []
    for place in (f"/projects/{lab.project}/members", f"/projects/{lab.project}/export-activity", "/style"):
        page.goto(place)
        wrong += barriers(page, place)
    page.goto(f"/projects/{lab.project}/members")
    wrong += opened_dialog(page, page.get_by_role("button", name="Share with a group").click, "share")
    page.goto(f"/projects/{lab.project}/samples/{lab.samples[0]['id']}")
    wrong += opened_dialog(page, page.get_by_role("button", name="Delete", exact=True).first.click, "delete a file")
    page.get_by_role("button", name="Change host").click()
    wrong += barriers(page, "a value is changed")
    page.goto(f"/projects/{lab.project}/samples")
    settle(page)

    def drop() -> None:
        page.evaluate(DROP, [None, [["EC-00_1.fastq", "@"], ["EC-00_2.fastq", "@"], ["new.fasta", ">"]]])
        expect(page.get_by_role("dialog").get_by_role("row", name="new")).to_be_visible()

    wrong += opened_dialog(page, drop, "upload")
    for key in ("Control+k", "?"):
        wrong += opened_dialog(page, lambda key=key: page.keyboard.press(key), key)  # type: ignore[misc]
    page.get_by_role("button", name="Edit metadata").click()
    page.get_by_role("gridcell").first.click()
    page.keyboard.press("x")
    wrong += barriers(page, "grid")
    assert wrong == []


def test_other_dialogs_are_accessible(open_page: Open, lab: Laboratory) -> None:
    made = lab.export(name="Garder / keep")
    page = open_page(ANALYST, f"/workflow-executions/{lab.user_run}")
    wrong = opened_dialog(page, lambda: page.locator(".create-export button").click(), "analysis export")
    expect(page.locator(".create-export button")).to_be_focused()
    page.goto(f"/exports/{made['id']}")
    more = page.get_by_role("button", name="More", exact=True)
    more.click()
    wrong += barriers(page, "more")
    page.keyboard.press("Escape")
    expect(more).to_be_focused()
    remove = page.get_by_role("button", name="Remove", exact=True)
    wrong += opened_dialog(page, remove.click, "remove")
    expect(remove).to_be_focused()
    page.goto("/tokens")
    page.get_by_role("main").get_by_role("textbox").fill("script")
    wrong += opened_dialog(page, page.get_by_role("button", name="Make the token").click, "new token")
    wrong += opened_dialog(page, page.get_by_role("button", name="Delete").click, "delete a token")
    page.goto("/exports")
    settle(page)
    page.route("**/api/v1/exports**", lambda route: route.fulfill(status=401, body="{}"), times=1)
    page.get_by_role("searchbox").fill("x")
    expect(page.get_by_role("dialog")).to_be_visible()
    wrong += barriers(page, "session ended")
    assert wrong == []
