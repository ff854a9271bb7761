"""Getting to a place and back: Ctrl+K, keys, breadcrumbs, copied PUIDs, typed text that is not dropped by accident."""

import time
from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from tests.browser.accessibility import violations
from tests.browser.seed_data import ANALYST, OWNER, PROJECT, Laboratory

Open = Callable[..., Page]


def test_ctrl_k_goes_to_projects_samples_and_exports(open_page: Open, lab: Laboratory) -> None:
    made = lab.export(name="Palette Ω")
    page = open_page(ANALYST, "/exports")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.keyboard.press("Control+k")
    search = page.get_by_role("combobox", name="Name or PUID of a project, group, sample or export")
    expect(search).to_be_focused()
    search.fill("eclos")
    expect(page.get_by_role("option", name=f"{PROJECT} sante/eclosion")).to_have_attribute("aria-selected", "true")
    assert violations(page) == []
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation", name="You are here")).to_contain_text(PROJECT)
    sample = lab.samples[7]
    for text, heading in ((sample["puid"].lower(), "EC-07"), ("EC-11", "EC-11"), ("palette", "Palette Ω")):
        page.get_by_role("button", name="Go to").click()
        search.fill(text)
        expect(page.get_by_role("option", name=heading).first).to_be_visible()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    assert page.url.endswith(made["id"])
    page.keyboard.press("Control+k")
    search.fill("there is nothing like it")
    expect(page.get_by_role("dialog").get_by_role("status")).to_have_text("Nothing matches this search.")


def test_keys_for_the_search_and_the_list_of_keys(open_page: Open, lab: Laboratory) -> None:
    page = open_page(ANALYST, f"/projects/{lab.project}/samples")
    search = page.get_by_label("Search by name or PUID")
    expect(search).to_be_visible()
    page.keyboard.press("/")
    expect(search).to_be_focused()
    page.keyboard.type("/?")  # as text, in a field
    expect(search).to_have_value("/?")
    search.blur()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_contain_text("Ctrl + K")
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_a_sample_stands_in_its_project(open_page: Open, lab: Laboratory) -> None:
    sample = lab.samples[0]
    page = open_page(ANALYST, f"/samples/{sample['puid']}")
    expect(page.get_by_role("heading", level=1)).to_have_text("EC-00")
    expect(page).to_have_url(f"{lab.stack.url}/projects/{lab.project}/samples/{sample['puid']}")
    trail = page.get_by_role("navigation", name="You are here")
    expect(trail.get_by_role("listitem")).to_have_text(["Projects", PROJECT, "Samples"])
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name=f"Copy {sample['puid']}").click()
    assert page.evaluate("navigator.clipboard.readText()") == sample["puid"]
    trail.get_by_role("link", name="Samples").click()
    expect(page.get_by_role("link", name="EC-01")).to_be_visible()


def test_typed_text_is_not_dropped_by_accident(open_page: Open, lab: Laboratory) -> None:
    page = open_page(OWNER, f"/projects/{lab.project}/samples")
    page.get_by_role("button", name="Add samples").click()
    page.get_by_role("menuitem", name="New sample").click()
    dialog = page.get_by_role("dialog", name="New sample")
    dialog.get_by_label("Name", exact=True).fill("Half typed")
    page.keyboard.press("Escape")
    expect(dialog.get_by_role("alert")).to_contain_text("Discard what you entered?")
    dialog.get_by_role("button", name="Keep editing").click()
    expect(dialog.get_by_label("Name", exact=True)).to_have_value("Half typed")
    dialog.get_by_role("button", name="Close").click()
    dialog.get_by_role("button", name="Discard").click()
    expect(dialog).to_have_count(0)


def wait_until(page: Page, condition: str) -> None:
    """Wait for a condition that no element shows; the pages' policy forbids Playwright's own way of polling."""
    deadline = time.monotonic() + 15
    while not page.evaluate(condition):
        assert time.monotonic() < deadline, condition
        page.wait_for_timeout(50)


def test_back_shows_the_list_where_it_was_left(open_page: Open, lab: Laboratory) -> None:
    page = open_page(ANALYST, f"/projects/{lab.project}/samples?limit=100", height=500)
    link = page.get_by_role("link", name="EC-22")
    link.scroll_into_view_if_needed()
    wait_until(page, "scrollY > 200 && history.state?.y === scrollY")
    left = page.evaluate("scrollY")
    link.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("EC-22")
    assert page.evaluate("scrollY") == 0

    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/samples/query", hold)  # the answer of before is shown while the list is requested again
    page.go_back()
    expect(link).to_be_in_viewport()
    assert page.evaluate("scrollY") == left
    assert held
    for route in held:
        route.continue_()
    page.unroute_all(behavior="wait")
    page.reload()
    expect(link).to_be_in_viewport()
    wait_until(page, f"scrollY === {left}")


def test_the_page_of_a_list_is_in_its_address(open_page: Open, lab: Laboratory) -> None:
    for number in range(4):
        lab.export(name=f"Page {number}")
    page = open_page(ANALYST, "/exports?q=Page&limit=2&sort=name")
    rows = page.get_by_role("region", name="Data Exports").get_by_role("row")
    expect(rows).to_contain_text(["Name", "Page 0", "Page 1"])
    page.get_by_role("button", name="Next").click()
    expect(rows).to_contain_text(["Name", "Page 2", "Page 3"])
    expect(page.get_by_text("3–4 of 4")).to_be_visible()
    shared = page.url
    page.get_by_role("link", name="Page 3").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Page 3")
    page.go_back()
    expect(rows).to_contain_text(["Name", "Page 2", "Page 3"])
    page.get_by_role("button", name="Previous").click()
    expect(rows).to_contain_text(["Name", "Page 0", "Page 1"])
    page.goto(shared)
    expect(page.get_by_text("3–4 of 4")).to_be_visible()
    page.get_by_role("button", name="Name").click()  # another order begins at the beginning
    expect(rows).to_contain_text(["Name", "Page 3", "Page 2"])
    page.goto("/exports?cursor=mistyped")
    expect(page.get_by_role("link", name="Page 0")).to_be_visible()


def test_groups_are_listed_as_a_tree(open_page: Open, lab: Laboratory) -> None:
    api = lab.stack.person(OWNER)
    top = api.post("/groups", {"name": "Zone Z", "path": "zone-z"})
    api.post("/groups", {"name": "Aile A", "path": "aile-a", "parent_id": top["id"]})
    page = open_page(OWNER, "/groups?limit=100")
    links = page.get_by_role("region", name="Groups").get_by_role("link")
    outer, inner = links.filter(has_text="Zone Z"), links.filter(has_text="Aile A")
    expect(inner).to_be_visible()
    names = links.all_inner_texts()
    assert names.index("Aile A") == names.index("Zone Z") + 1
    places = outer.bounding_box(), inner.bounding_box()
    assert places[0] is not None
    assert places[1] is not None
    assert places[0]["x"] + 10 < places[1]["x"]
    page.get_by_role("button", name="Name").click()  # another order is no tree
    expect(inner).to_be_visible()
    flat = inner.bounding_box()
    assert flat is not None
    assert flat["x"] == places[0]["x"]
