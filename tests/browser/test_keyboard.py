"""Everything by keyboard alone, with a visible focus."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.accessibility import settle
from tests.browser.seed_data import ANALYST, USER_RUN, Laboratory

Open = Callable[..., Page]
_NAME = """() => {
    const at = document.activeElement;
    const by = document.getElementById(at.getAttribute("aria-labelledby"));
    return (by?.textContent ?? at.getAttribute("aria-label") ?? at.labels?.[0]?.textContent ?? at.textContent).trim();
}"""


def tab_to(page: Page, pattern: str, *, back: bool = False) -> None:
    """Press Tab until the element of this name has the focus and is visible."""
    for _ in range(60):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if re.match(pattern, name := page.evaluate(_NAME)):
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", f"the focus on {name} can't be seen"
            return
    raise AssertionError(f"no way to {pattern}")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_by_keys_alone_from_the_samples_to_the_export(open_page: Open, lab: Laboratory) -> None:
    page = open_page(ANALYST, f"/projects/{lab.project}/samples")
    settle(page)

    tab_to(page, "Select EC-00")
    page.keyboard.press("Space")
    expect(page.locator("[data-live]")).to_have_text(re.compile("1 sample selected"))
    tab_to(page, "Create Export", back=True)
    for key in ("Enter", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_role("dialog", name="Sample Export")).to_be_visible()
    expect(page.get_by_role("group", name="File formats").get_by_role("checkbox", checked=True)).to_have_count(3)
    tab_to(page, r"Name \(optional\)")
    page.keyboard.type("By keys")
    tab_to(page, "Submit")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("By keys")
    expect(page.locator("[data-live]")).to_have_text(re.compile("By keys is ready"), timeout=60_000)
    tab_to(page, "Summary")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Preview")).to_be_focused()
    expect(page.get_by_role("treeitem").first).to_be_visible()
    for _ in ("the panel", "the tree in it"):
        tab_to(page, "Preview$")
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("treeitem")).to_have_count(1)
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("treeitem").nth(1)).to_contain_text("EC-00")


def test_by_keys_alone_a_linelist_with_its_columns_in_order(open_page: Open, lab: Laboratory) -> None:
    page = open_page(ANALYST, f"/projects/{lab.project}/samples")
    settle(page)
    tab_to(page, "Select EC-01")
    press(page, "Space")
    tab_to(page, "Create Export", back=True)
    press(page, "Enter", "ArrowDown", "Enter")
    expect(page.get_by_role("dialog", name="Linelist Export")).to_be_visible()
    settle(page)
    tab_to(page, "Available metadata fields")
    press(page, "Control+a", "Enter")
    chosen = page.get_by_role("listbox", name="Selected metadata fields").get_by_role("option")
    expect(chosen).to_contain_text(["host", "organism", "place"])
    tab_to(page, "Selected metadata fields")
    press(page, "Control+a", "Space", "ArrowDown", "Space", "ArrowDown")
    # Only the last one is marked now; it goes up, is announced, and goes up again by the button.
    press(page, "Alt+ArrowUp")
    expect(page.locator("[data-live]")).to_have_text("place: place 2")
    expect(chosen).to_contain_text(["host", "place", "organism"])
    tab_to(page, "Move up")
    press(page, "Enter")
    expect(chosen).to_contain_text(["place", "host", "organism"])
    tab_to(page, "CSV")
    press(page, "ArrowRight")
    tab_to(page, "Submit")
    press(page, "Enter")
    expect(page.locator("[data-live]")).to_have_text(re.compile("is ready"), timeout=60_000)
    shown = page.get_by_role("tabpanel")
    expect(shown).to_contain_text("place, host and organism")
    expect(shown).to_contain_text("XLSX")


def test_by_keys_alone_from_a_run_to_an_export_and_its_removal(open_page: Open, lab: Laboratory) -> None:
    page = open_page(ANALYST, "/")
    settle(page)
    tab_to(page, "Workflow Executions")
    press(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    expect(page.get_by_role("checkbox", name=f"Select {USER_RUN}")).to_be_visible()
    tab_to(page, f"Select {USER_RUN}")
    press(page, "Space")
    tab_to(page, "Create Export", back=True)
    press(page, "Enter")
    expect(page.get_by_role("dialog", name="Analysis Export")).to_be_visible()
    tab_to(page, "Submit")
    press(page, "Enter")
    expect(page.locator("[data-live]")).to_have_text(re.compile("is ready"), timeout=60_000)
    tab_to(page, "Remove", back=True)
    press(page, "Enter")
    expect(page.get_by_role("dialog", name="Remove this export?")).to_be_visible()
    press(page, "Escape")
    expect(page.get_by_role("button", name="Remove")).to_be_focused()
    press(page, "Enter")
    tab_to(page, "Remove")
    press(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Data Exports")
    expect(page.get_by_text(re.compile("The export .* was removed"))).to_be_visible()
