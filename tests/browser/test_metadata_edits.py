"""Metadata edited in place: on a sample's page, and in the grid of a list, where cells of a spreadsheet are pasted."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from infra.demo.api import Api
from tests.browser.accessibility import violations
from tests.browser.drag_and_paste import PASTE
from tests.browser.seed_data import GUEST, OWNER, Laboratory
from tests.stack import exports
from tests.stack.local_stack import Running

Open = Callable[..., Page]
WORDS: dict[str, dict[str, str]] = {
    "en": {
        "change": "Change place", "save": "Save", "add": "Add a field", "field": "Field", "value": "Value",
        "remove": "Remove count",
    },
    "fr": {
        "change": "Modifier place", "save": "Enregistrer", "add": "Ajouter un champ", "field": "Champ",
        "value": "Valeur", "remove": "Retirer count",
    },
}  # fmt: skip


def project(api: Api, count: int) -> tuple[str, list[Any]]:
    made = exports.project(api)
    samples = [{"name": f"S{number}", "metadata": {"count": number, "place": "Québec"}} for number in range(count)]
    return made["id"], api.post(f"/projects/{made['id']}/samples/batch", {"samples": samples})["samples"]


def metadata_of(api: Api, sample: Any) -> Any:
    return api.get(f"/samples/{sample['id']}")["metadata"]


@pytest.mark.parametrize("language", WORDS)
def test_the_metadata_of_a_sample_is_edited_in_place(language: str, open_page: Open, stack: Running) -> None:
    words = WORDS[language]
    api = stack.person(OWNER)
    of, (sample,) = project(api, 1)
    page = open_page(OWNER, f"/projects/{of}/samples/{sample['id']}", language=language)
    page.get_by_role("button", name=words["change"]).click()
    page.get_by_label("place", exact=True).fill("Montréal")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Montréal")).to_be_visible()
    expect(page.get_by_role("button", name=words["change"])).to_be_focused()
    page.get_by_role("button", name=words["add"]).click()
    page.get_by_label(words["field"]).fill("Lot")
    page.get_by_label(words["value"]).fill("007")
    assert violations(page) == []
    page.get_by_role("button", name=words["save"]).click()
    expect(page.get_by_text("007")).to_be_visible()
    page.get_by_role("button", name=words["remove"]).click()
    expect(page.get_by_role("button", name=words["remove"])).to_have_count(0)
    assert metadata_of(api, sample) == {"place": "Montréal", "lot": "007"}


def test_guests_see_metadata_and_files_but_can_t_change_them(open_page: Open, lab: Laboratory) -> None:
    page = open_page(GUEST, f"/projects/{lab.project}/samples/{lab.samples[0]['id']}")
    expect(page.get_by_role("cell", name="notes.txt")).to_be_visible()
    for name in ("Change host", "Add a field", "Delete the sample", "Delete"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    expect(page.get_by_text("Drop files or folders here")).to_have_count(0)
    page.get_by_role("link", name="Samples").first.click()
    expect(page.get_by_role("link", name="EC-00")).to_be_visible()
    expect(page.get_by_role("button", name="Edit metadata")).to_have_count(0)


def cell(page: Page, row: int, column: int) -> Locator:
    return page.get_by_role("row").nth(row + 1).get_by_role("gridcell").nth(column)


def test_cells_of_a_spreadsheet_are_pasted_and_saved(open_page: Open, stack: Running) -> None:
    api = stack.person(OWNER)
    of, samples = project(api, 3)
    page = open_page(OWNER, f"/projects/{of}/samples")
    page.get_by_role("button", name="Edit metadata").click()
    grid = page.get_by_role("grid", name="Metadata")
    expect(grid.get_by_role("columnheader")).to_have_text(["Name", "count", "place"])
    # By keys alone: from the first cell down to the second row, right, and back.
    cell(page, 0, 0).click()
    for key in ("ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    expect(cell(page, 1, 1)).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Control+a")
    page.keyboard.type("Lévis")
    page.keyboard.press("Tab")  # at the last column it stays there
    expect(cell(page, 1, 1)).to_be_focused()
    page.keyboard.type("Laval")
    page.keyboard.press("Escape")
    expect(cell(page, 1, 1)).to_have_text("Lévis (changed)")
    cell(page, 0, 0).click()
    page.evaluate(PASTE, "5\tGatineau\r\n6\tLévis\r\n\tQuébec\r\n9\tnowhere\r\n")
    expect(page.get_by_text("2 copied cells have no place here")).to_be_visible()
    expect(page.get_by_text("5 unsaved changes")).to_be_visible()  # Québec is there already
    assert violations(page) == []

    page.reload()  # nothing that was typed is lost
    page.get_by_role("button", name="Edit metadata").click()
    expect(page.get_by_text("5 unsaved changes")).to_be_visible()
    page.get_by_role("button", name="Save 5 changes").click()
    expect(page.get_by_text("3 samples were changed.")).to_be_visible()
    expect(page.get_by_text("0 unsaved changes")).to_be_visible()
    assert [metadata_of(api, sample) for sample in samples] == [
        {"count": 5, "place": "Gatineau"},
        {"count": 6, "place": "Lévis"},
        {"place": "Québec"},
    ]
    page.get_by_role("button", name="Back to the list").click()
    expect(page.get_by_role("row", name="S1")).to_contain_text("Lévis")


def test_what_is_refused_stays_with_its_reason(open_page: Open, stack: Running) -> None:
    api = stack.person(OWNER)
    of, samples = project(api, 2)
    page = open_page(OWNER, f"/projects/{of}/samples")
    page.get_by_role("button", name="Edit metadata").click()
    cell(page, 0, 1).click()
    page.evaluate(PASTE, "x" * 40_000 + "\nLévis")
    page.get_by_role("button", name="Save 2 changes").click()
    expect(page.get_by_text("1 sample was not changed: its row says why.")).to_be_visible()
    expect(page.get_by_role("rowheader", name="S0").get_by_role("alert")).to_be_visible()
    expect(page.get_by_text("1 unsaved change", exact=True)).to_be_visible()
    assert metadata_of(api, samples[1])["place"] == "Lévis"
    page.get_by_role("button", name="Discard the changes").click()
    expect(page.get_by_text("0 unsaved changes")).to_be_visible()
    assert metadata_of(api, samples[0])["place"] == "Québec"


def test_unsaved_changes_are_gone_when_somebody_signs_out(open_page: Open, stack: Running) -> None:
    of, _ = project(stack.person(OWNER), 1)
    page = open_page(OWNER, f"/projects/{of}/samples")
    page.get_by_role("button", name="Edit metadata").click()
    cell(page, 0, 1).click()
    page.evaluate(PASTE, "Secret")
    expect(page.get_by_text("1 unsaved change", exact=True)).to_be_visible()
    kept = "Object.keys(sessionStorage).filter((name) => name.startsWith('seqport.edits.')).length"
    assert page.evaluate(kept) == 1
    page.get_by_role("button", name="Olga Owner").click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in").first).to_be_visible()
    assert page.evaluate(kept) == 0
