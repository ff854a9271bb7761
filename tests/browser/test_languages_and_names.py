"""One language at a time, names of any characters, archives and lists of any size."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.accessibility import settle, sideways
from tests.browser.seed_data import ANALYST, GUEST, HOSTILE, Laboratory, completed_run, visible_places
from tests.browser.sessions import sign_in
from tests.stack import exports

Open = Callable[..., Page]
ROOT = Path(__file__).parents[2]
SITE = ROOT / "chalicelib" / "site"


def test_the_preview_of_a_large_archive_is_fetched_by_folder_and_searched_by_the_service(
    open_page: Open, lab: Laboratory
) -> None:
    made = lab.export(name="Grande")
    samples = [
        {
            "name": f"INXT_SAM_{number}",
            "type": "folder",
            "irida-next-type": "sample",
            "irida-next-name": f"S{number}",
            "children": [{"name": f"{number}.fa", "type": "file", "metadata": {"format": "fasta"}}],
        }
        for number in range(30_000)
    ]
    top = {"name": "INXT_PRJ_A", "type": "folder", "irida-next-type": "project", "children": samples}
    manifest = json.dumps({"type": "Samples Export", "date": "2026-11-24", "children": [top]})
    lab.stack.replace_manifest(made["id"], manifest.encode())
    page = open_page(ANALYST, f"/exports/{made['id']}?tab=preview")
    items = page.get_by_role("treeitem")
    expect(items.nth(1)).to_contain_text("S0")
    items.nth(1).click()
    expect(items.nth(2)).to_contain_text("0.fa")
    page.get_by_label("Filter by name or PUID").fill("s2999")
    expect(page.locator("[data-live]")).to_have_text("11 matches")
    expect(items).to_have_count(12)
    expect(items.nth(2)).to_contain_text("S29990")
    items.nth(2).click()
    expect(items.nth(3)).to_contain_text("29990.fa")
    for key in ("End", "Space"):
        page.get_by_label("Filter by name or PUID").press(key)
    page.wait_for_timeout(500)
    expect(page.get_by_label("Filter by name or PUID")).to_have_value("s2999 ")
    page.get_by_label("Filter by name or PUID").fill("fa")
    expect(page.get_by_text("The first 1,000 of 30,000 matches.")).to_be_visible()
    page.get_by_label("Filter by name or PUID").fill("nowhere")
    expect(page.get_by_text("Nothing matches this search.")).to_be_visible()
    page.get_by_label("Filter by name or PUID").fill("")
    expect(items.nth(2)).to_contain_text("0.fa")
    page.context.set_offline(True)
    items.nth(3).click()
    expect(items.nth(4)).to_contain_text("The service can't be reached.")
    page.context.set_offline(False)
    items.nth(4).click()
    expect(items.nth(4)).to_contain_text("1.fa")


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


def test_results_not_yet_loaded_can_not_be_selected(open_page: Open, lab: Laboratory) -> None:
    page = open_page(ANALYST, f"/projects/{lab.project}/samples")
    select_all = page.get_by_role("button", name=re.compile("^Select (all|the)"))
    expect(select_all).to_be_enabled()
    held: list[Route] = []

    def hold(route: Route) -> None:
        if "EC-02" in (route.request.post_data or ""):
            held.append(route)
        else:
            route.continue_()

    page.route("**/samples/query", hold)
    page.get_by_label("Search by name or PUID").fill("EC-02")
    expect(page.get_by_role("table")).to_have_attribute("aria-busy", "true")
    expect(select_all).to_be_disabled()
    expect(page.get_by_role("checkbox", name="Select all rows of this page")).to_be_disabled()
    expect(page.get_by_role("row")).to_have_count(21)
    page.get_by_role("checkbox", name="Select EC-07").check()  # a shown row can be selected
    held[0].continue_()
    page.unroute("**/samples/query")
    expect(page.get_by_role("row")).to_have_count(2)
    expect(page.get_by_role("table")).to_have_attribute("aria-busy", "false")
    select_all.click()
    expect(page.locator(".selected strong")).to_have_text("2 samples selected")


def test_below_analyst_the_button_says_why_it_is_disabled(open_page: Open, lab: Laboratory) -> None:
    page = open_page(GUEST, f"/projects/{lab.project}/samples")
    page.get_by_role("checkbox", name="Select EC-01").check()
    button = page.get_by_role("button", name="Create Export")
    expect(button).to_have_attribute("aria-disabled", "true")
    expect(button).to_have_accessible_description("This needs at least the Analyst role; yours is Guest.")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menu")).to_have_count(0)


def test_an_expired_session_loses_nothing(open_page: Open, lab: Laboratory) -> None:
    page = open_page(None, f"/projects/{lab.project}/samples")
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    sign_in(page, ANALYST)
    page.get_by_role("checkbox", name="Select EC-00").check()
    page.get_by_role("button", name="Create Export").click()
    page.get_by_role("menuitem", name="Sample Export").click()
    page.get_by_label("Name (optional)").fill("Typed before")
    page.route("**/api/v1/exports", lambda route: route.fulfill(status=401, body="{}"), times=1)
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("dialog", name="Your session has ended")).to_be_visible()
    with page.expect_popup() as result:
        page.get_by_role("button", name="Sign in again").click()
    sign_in(result.value, ANALYST)
    expect(page.get_by_role("heading", level=1)).to_have_text("Typed before")


@pytest.mark.parametrize("name", HOSTILE, ids=["markup", "quotes", "right to left", "long"])
def test_names_are_shown_unchanged(name: str, open_page: Open, lab: Laboratory) -> None:
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


def test_message_catalogs_have_the_same_keys_order_and_placeholders() -> None:
    english, french = catalog("en"), catalog("fr")
    assert len(english) > 200
    assert list(english) == list(french)
    for key, text in english.items():
        assert set(re.findall(r"\{(\w+)\}", text)) == set(re.findall(r"\{(\w+)\}", french[key])), key


def test_every_message_key_is_defined_and_used() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in SITE.rglob("*.js") if path.parent.name != "i18n")
    named = set(re.findall(r'"([a-zA-Z0-9.\-]+)"', code))
    prefixes = [
        re.compile(re.escape(pattern).replace(r"\$\{\}", ".+") + "$")
        for pattern in re.findall(r"`([a-z.\-]*\$\{\}[a-z.\-]*)`", re.sub(r"\$\{[\w.]+\}", "${}", code))
    ]
    unused = [key for key in catalog("en") if key not in named and not any(pattern.match(key) for pattern in prefixes)]
    assert unused == []


def test_no_page_mixes_languages(open_page: Open, lab: Laboratory) -> None:
    english, french = (
        {value.strip('"') for value in catalog(language).values() if value.startswith('"')} for language in ("en", "fr")
    )
    same = english & french
    places = visible_places(lab)
    page = open_page(ANALYST, "/", language="en")
    for language, others in (("en", french - same), ("fr", english - same)):
        page.get_by_role("button", name=language.upper(), exact=True).click()
        expect(page.locator("html")).to_have_attribute("lang", language)
        for path in places:
            page.goto(path)
            settle(page)
            shown = set(
                page.evaluate(
                    "() => [...document.querySelectorAll('body *')].flatMap((one) => [one.getAttribute('aria-label'),"
                    " ...[...one.childNodes].filter((inner) => inner.nodeType === 3)"
                    ".map((inner) => inner.data.trim())])"
                )
            )
            assert {text for text in shown if text in others} == set(), path


def test_the_language_is_kept_with_the_user(open_page: Open, lab: Laboratory) -> None:
    lab.stack.person(ANALYST).call("PATCH", "/me", {"locale": "en"})
    page = open_page(ANALYST, "/exports", language="en")
    expect(page.get_by_role("button", name="Ana Analyst")).to_be_visible()
    with page.expect_response(lambda answer: answer.request.method == "PATCH") as result:
        page.get_by_role("button", name="FR", exact=True).click()
    assert json.loads(result.value.text())["locale"] == "fr"
    expect(page.get_by_role("heading", level=1)).to_have_text("Exportations de données")
    assert lab.stack.person(ANALYST).get("/me")["locale"] == "fr"


def test_hostile_names_are_text_in_lists_dialogs_and_previews(open_page: Open, lab: Laboratory) -> None:
    ana = lab.stack.person(ANALYST)
    run = completed_run(lab.stack, ana, lab.hostile, [], HOSTILE[1], automated=False)
    for name in HOSTILE:
        export_request = {
            "type": "sample",
            "namespace_id": lab.hostile,
            "selection": {"all": True},
            "file_formats": ["text"],
        }
        made = exports.wait(ana, ana.post("/exports", {**export_request, "name": name})["id"])
    page = open_page(ANALYST, "/exports")
    page.on("dialog", lambda _: pytest.fail("a name was run as a script"))
    for name in HOSTILE:
        expect(page.get_by_role("link", name=name, exact=True).first).to_be_visible()
    assert sideways(page) <= 0
    page.goto(f"/exports/{made['id']}")
    expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE[3])
    page.get_by_role("tab", name="Preview").click()
    page.get_by_role("button", name="Expand all").click()
    for name in HOSTILE[:3]:
        expect(page.get_by_role("tree")).to_contain_text(name)
    # The archive's own names can be unpacked anywhere.
    expect(page.get_by_role("tree")).to_contain_text("_script_alert(1)__script_.txt")
    assert sideways(page) <= 0
    page.goto(f"/workflow-executions/{run}")
    expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE[1])
    page.goto(f"/projects/{lab.hostile}/samples")
    page.get_by_role("checkbox", name="Select all rows of this page").check()
    page.get_by_role("button", name="Create Export").click()
    page.get_by_role("menuitem", name="Linelist Export").click()
    fields = page.get_by_role("listbox", name="Available metadata fields")
    for name in HOSTILE:
        expect(fields.get_by_role("option").filter(has_text=name[:200].lower())).to_have_count(1)
    assert sideways(page) <= 0
