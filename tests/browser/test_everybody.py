"""For everybody: no barrier that axe-core finds, all by keys alone, on small screens, in one language at a time."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.laboratory import ANALYST, GUEST, HOSTILE, Laboratory

Open = Callable[..., Page]
ROOT = Path(__file__).parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
SITE = ROOT / "chalicelib" / "site"
looks = pytest.mark.parametrize(
    ("language", "theme", "width"),
    [("en", "light", 1280), ("fr", "dark", 1280), ("fr", "light", 320), ("en", "dark", 320)],
)


@pytest.fixture(scope="module")
def ready(lab: Laboratory) -> Any:
    return lab.export(name="Prête / ready")


def pages(lab: Laboratory, ready: Any) -> list[str]:
    return [
        "/", "/projects", "/groups", f"/groups/{lab.group}", f"/projects/{lab.project}/samples", "/exports",
        f"/samples/{lab.samples[0]['id']}", "/workflow-executions", f"/workflow-executions/{lab.user_run}",
        f"/exports/{ready['id']}", f"/exports/{ready['id']}?tab=preview", "/exports/nothing", "/tokens",
    ]  # fmt: skip


def settle(page: Page) -> None:
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def violations(page: Page) -> list[str]:
    # Through the debugger's own world, which the pages' policy for scripts does not bind.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']}).then((told) => told.violations)")
    return [f"{one['id']}: {node['html'][:200]} {node['any'][:1]}" for one in found for node in one["nodes"]]


def sideways(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


@looks
def test_no_page_has_a_barrier_or_scrolls_sideways(
    language: str, theme: str, width: int, open_page: Open, lab: Laboratory, ready: Any
) -> None:
    wrong = []
    page = open_page(ANALYST, "/", language=language, theme=theme, width=width)
    for path in pages(lab, ready):
        page.goto(path)
        settle(page)
        wrong += [f"{path} {told}" for told in violations(page)]
        if sideways(page) > 0:
            wrong.append(f"{path} is {sideways(page)} px too wide")
    assert wrong == []


@looks
def test_no_dialog_or_menu_has_a_barrier(
    language: str, theme: str, width: int, open_page: Open, lab: Laboratory
) -> None:
    page = open_page(ANALYST, f"/projects/{lab.project}/samples", language=language, theme=theme, width=width)
    settle(page)
    page.get_by_role("checkbox", name="EC-00").check()
    wrong = []
    for position in (0, 1):
        page.locator(".create-export .menu-button").click()
        if position == 0:
            wrong += violations(page)
        page.get_by_role("menuitem").nth(position).click()
        expect(page.get_by_role("dialog")).to_be_visible()
        page.wait_for_load_state("networkidle")
        wrong += violations(page)
        assert sideways(page) <= 0
        page.keyboard.press("Escape")
        expect(page.locator(".create-export .menu-button")).to_be_focused()
    assert wrong == []


def test_by_keys_alone_from_the_samples_to_the_export(open_page: Open, lab: Laboratory) -> None:
    page = open_page(ANALYST, f"/projects/{lab.project}/samples")
    settle(page)

    def tab_to(pattern: str, *, back: bool = False) -> None:
        for _ in range(60):
            page.keyboard.press("Shift+Tab" if back else "Tab")
            name = page.evaluate(
                "() => { const at = document.activeElement;"
                " return at.getAttribute('aria-label') ?? at.labels?.[0]?.textContent ?? at.textContent }"
            )
            if re.match(pattern, name.strip()):
                outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                assert outline != "none", f"the focus on {name} can't be seen"
                return
        raise AssertionError(f"no way to {pattern}")

    tab_to("Select EC-00")
    page.keyboard.press("Space")
    expect(page.locator("[data-live]")).to_have_text(re.compile("1 sample selected"))
    tab_to("Create Export", back=True)
    for key in ("Enter", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_role("dialog", name="Sample Export")).to_be_visible()
    expect(page.get_by_role("listbox", name="Selected formats").get_by_role("option")).to_have_count(3)
    tab_to(r"Name \(optional\)")
    page.keyboard.type("By keys")
    tab_to("Submit")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("By keys")
    expect(page.locator("[data-live]")).to_have_text(re.compile("By keys is ready"), timeout=60_000)
    tab_to("Summary")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Preview")).to_be_focused()
    expect(page.get_by_role("treeitem").first).to_be_visible()
    tab_to("Preview$")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("treeitem")).to_have_count(1)
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("treeitem").nth(1)).to_contain_text("EC-00")


def test_what_is_selected_survives_pages_and_searches(open_page: Open, lab: Laboratory) -> None:
    page = open_page(ANALYST, f"/projects/{lab.project}/samples")
    page.get_by_role("checkbox", name="Select EC-01").check()
    page.get_by_role("button", name="Next").click()
    page.get_by_role("checkbox", name="Select EC-24").check()
    page.get_by_label("Search by name or PUID").fill("EC-02")
    expect(page.get_by_role("row")).to_have_count(2)
    expect(page.locator(".selected strong")).to_have_text("2 samples selected")
    page.get_by_role("button", name="Select the 1 that matches").click()
    expect(page.locator(".selected strong")).to_have_text("3 samples selected")
    page.get_by_label("Search by name or PUID").fill("")
    expect(page.get_by_role("checkbox", name="Select EC-01")).to_be_checked()
    expect(page.get_by_role("checkbox", name="Select EC-03")).not_to_be_checked()


def test_under_analyst_the_button_says_why_it_does_nothing(open_page: Open, lab: Laboratory) -> None:
    page = open_page(GUEST, f"/projects/{lab.project}/samples")
    page.get_by_role("checkbox", name="Select EC-01").check()
    button = page.get_by_role("button", name="Create Export")
    expect(button).to_have_attribute("aria-disabled", "true")
    expect(button).to_have_accessible_description("This needs at least the Analyst role; yours is Guest.")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menu")).to_have_count(0)


def test_a_session_that_ended_loses_nothing(open_page: Open, lab: Laboratory) -> None:
    page = open_page(None, f"/projects/{lab.project}/samples")
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.get_by_label("Any address under example.org").fill(ANALYST)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("checkbox", name="Select EC-00").check()
    page.get_by_role("button", name="Create Export").click()
    page.get_by_role("menuitem", name="Sample Export").click()
    page.get_by_label("Name (optional)").fill("Typed before")
    page.route("**/api/v1/exports", lambda route: route.fulfill(status=401, body="{}"), times=1)
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("dialog", name="Your session has ended")).to_be_visible()
    with page.expect_popup() as told:
        page.get_by_role("button", name="Sign in again").click()
    told.value.get_by_label("Any address under example.org").fill(ANALYST)
    told.value.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Typed before")


@pytest.mark.parametrize("name", HOSTILE, ids=["markup", "quotes", "right to left", "long"])
def test_names_are_shown_as_they_are(name: str, open_page: Open, lab: Laboratory) -> None:
    page = open_page(ANALYST, f"/projects/{lab.hostile}/samples")
    page.on("dialog", lambda _: pytest.fail("a name was run as a script"))
    expect(page.get_by_role("navigation", name="Navigation").get_by_role("button")).to_contain_text(HOSTILE[0])
    page.get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    assert sideways(page) <= 0


def catalog(language: str) -> dict[str, Any]:
    """A catalog as JSON: its keys, strings and plurals."""
    text = (SITE / "i18n" / f"{language}.js").read_text(encoding="utf-8")
    found = re.findall(r'^  (?:"([^"]+)"|(\w+)):\s*(\{.*?\}|"(?:[^"\\]|\\.)*")', text, flags=re.M | re.S)
    return {quoted or bare: value for quoted, bare, value in found}


def test_the_catalogs_have_the_same_keys_in_the_same_order_and_the_same_facts() -> None:
    english, french = catalog("en"), catalog("fr")
    assert len(english) > 200
    assert list(english) == list(french)
    for key, text in english.items():
        assert set(re.findall(r"\{(\w+)\}", text)) == set(re.findall(r"\{(\w+)\}", french[key])), key


def test_every_key_in_the_code_has_words_and_no_words_are_left_over() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in SITE.rglob("*.js") if path.parent.name != "i18n")
    named = set(re.findall(r'"([a-zA-Z0-9.\-]+)"', code))
    begun = [re.compile(re.escape(one).replace(r"\$\{\}", ".+") + "$") for one in re.findall(
        r"`([a-z.\-]*\$\{\}[a-z.\-]*)`", re.sub(r"\$\{[\w.]+\}", "${}", code))]  # fmt: skip
    unused = [key for key in catalog("en") if key not in named and not any(one.match(key) for one in begun)]
    assert unused == []


def test_no_words_of_one_language_are_left_in_the_other(open_page: Open, lab: Laboratory, ready: Any) -> None:
    english, french = (
        {value.strip('"') for value in catalog(one).values() if value.startswith('"')} for one in ("en", "fr")
    )
    same = english & french
    page = open_page(ANALYST, "/", language="en")
    for language, others in (("en", french - same), ("fr", english - same)):
        page.get_by_role("button", name=language.upper(), exact=True).click()
        expect(page.locator("html")).to_have_attribute("lang", language)
        for path in pages(lab, ready):
            page.goto(path)
            settle(page)
            shown = set(page.evaluate(
                "() => [...document.querySelectorAll('body *')].flatMap((one) => [one.getAttribute('aria-label'),"
                " ...[...one.childNodes].filter((inner) => inner.nodeType === 3).map((inner) => inner.data.trim())])"
            ))  # fmt: skip
            assert {text for text in shown if text in others} == set(), path


def test_the_language_is_kept_with_the_user(open_page: Open, lab: Laboratory) -> None:
    lab.stack.person(ANALYST).call("PATCH", "/me", {"locale": "en"})
    page = open_page(ANALYST, "/exports", language="en")
    expect(page.get_by_role("button", name="Ana Analyst")).to_be_visible()
    with page.expect_response(lambda answer: answer.request.method == "PATCH") as told:
        page.get_by_role("button", name="FR", exact=True).click()
    assert json.loads(told.value.text())["locale"] == "fr"
    expect(page.get_by_role("heading", level=1)).to_have_text("Exportations de données")
    assert lab.stack.person(ANALYST).get("/me")["locale"] == "fr"
