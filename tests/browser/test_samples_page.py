"""The samples page, by its visible words: found by metadata, selected from lists, shared by their address."""

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests
from playwright.sync_api import Locator, Page, expect

from tests.browser.seed_data import ANALYST, GUEST, OWNER, Laboratory
from tests.stack import exports

SAMPLES, WANTED = 2_000, 37
WORDS: dict[str, dict[str, str]] = {
    "fr": {
        "add": "Ajouter un filtre", "column": "Colonne", "condition": "Condition", "values": "Valeurs", "is": "est",
        "between": "est entre", "from": "De", "to": "À", "apply": "Appliquer", "all": "Sélectionner les 37 résultats",
        "selected": "{n} échantillons sélectionnés", "one": "{n} échantillon sélectionné", "select": "Sélectionner",
        "create": "Créer une exportation", "linelist": "Exportation de liste linéaire", "submit": "Soumettre",
        "download": "Télécharger", "columns": "Colonnes", "show": "Afficher",
        "fields": "Champs de métadonnées sélectionnés",
        "list": "Sélectionner à partir d’une liste", "names": "Noms ou PUID, un par ligne", "go": "Sélectionner",
        "found": "50 échantillons sélectionnés.", "missing": "1 n’a pas été trouvé ici", "close": "Fermer",
        "remove": "Supprimer le filtre", "next": "Suivant", "everything": "Sélectionner les 2 000 échantillons",
        "except": "sauf 1",
    },
    "en": {
        "add": "Add a filter", "column": "Column", "condition": "Condition", "values": "Values", "is": "is",
        "between": "is between", "from": "From", "to": "To", "apply": "Apply", "all": "Select all 37 that match",
        "selected": "{n} samples selected", "one": "{n} sample selected", "select": "Select",
        "create": "Create Export", "linelist": "Linelist Export", "submit": "Submit", "download": "Download",
        "columns": "Columns", "show": "Show", "fields": "Selected metadata fields",
        "list": "Select from a list", "names": "Names or PUIDs, one on each line", "go": "Select",
        "found": "50 samples selected.", "missing": "1 was not found here", "close": "Close",
        "remove": "Remove the filter", "next": "Next", "everything": "Select all 2,000 samples", "except": "except 1",
    },
}  # fmt: skip
Open = Callable[..., Page]
both_languages = pytest.mark.parametrize("language", WORDS)


@dataclass(frozen=True)
class Big:
    """A project with 2,000 samples, of which 37 are of Québec and of the summer."""

    project: str
    samples: list[Any]
    wanted: set[str]


@pytest.fixture(scope="session")
def big(lab: Laboratory) -> Big:
    olga = lab.stack.person(OWNER)
    made = olga.post("/projects", {"name": "Big", "path": f"big-{uuid4().hex[:6]}", "group_id": lab.group})
    bodies = []
    for number in range(SAMPLES):
        is_wanted = number % 54 == 3 and number < 54 * WANTED
        month = 7 if is_wanted or number % 3 == 0 else 2
        region = "Québec" if is_wanted or month == 2 else "Ontario"
        metadata = {"region": region, "collected": f"2026-{month:02d}-{number % 28 + 1:02d}", "ct": number / 10}
        bodies.append({"name": f"BIG-{number:04d}", "metadata": metadata})
    samples: list[Any] = []
    for start in range(0, SAMPLES, 1_000):
        samples += olga.post(f"/projects/{made['id']}/samples/batch", {"samples": bodies[start : start + 1_000]})[
            "samples"
        ]
    wanted = {
        sample["puid"]
        for sample in samples
        if sample["metadata"]["region"] == "Québec" and sample["metadata"]["collected"].startswith("2026-07")
    }
    assert len(wanted) == WANTED
    return Big(made["id"], samples, wanted)


def count(words: dict[str, str], number: int) -> str:
    is_singular = number == 1 or (number == 0 and words is WORDS["fr"])
    return words["one" if is_singular else "selected"].format(n=number)


def header(page: Page, name: str) -> Locator:
    """The header of a column."""
    return page.get_by_role("columnheader", name=re.compile(f"^{name}"))


def add_filter(page: Page, words: dict[str, str], column: str, condition: str, **values: str) -> None:
    page.get_by_role("button", name=words["add"]).click()
    dialog = page.get_by_role("dialog", name=words["add"])
    dialog.get_by_label(words["column"]).select_option(label=column)
    dialog.get_by_label(words["condition"]).select_option(label=words[condition])
    for label, value in values.items():
        dialog.get_by_label(words[label.rstrip("_")], exact=True).fill(value)
    dialog.get_by_role("button", name=words["apply"]).click()
    expect(dialog).to_have_count(0)


@both_languages
def test_samples_found_by_two_fields_are_exported(
    language: str, open_page: Open, lab: Laboratory, big: Big, tmp_path: Path
) -> None:
    words = WORDS[language]
    page = open_page(ANALYST, f"/projects/{big.project}/samples", language=language)
    add_filter(page, words, "region", "is", values="quebec")
    add_filter(page, words, "collected", "between", from_="2026-07", to="2026-07")
    expect(page.get_by_role("navigation", name="Pages")).to_contain_text("37")
    header(page, "ct").get_by_role("button").click()  # sorted by a field
    expect(header(page, "ct")).to_have_attribute("aria-sort", "ascending")
    expect(page.get_by_role("row").nth(1)).to_contain_text("BIG-0003")
    page.get_by_role("button", name=words["columns"]).click()
    dialog = page.get_by_role("dialog", name=words["columns"])
    dialog.get_by_role("checkbox", name=re.compile("^ct")).uncheck()
    dialog.get_by_role("button", name=words["show"]).click()
    expect(header(page, "ct")).to_have_count(0)
    page.get_by_role("button", name=words["all"]).click()
    expect(page.locator(".selected strong")).to_have_text(count(words, WANTED))
    page.get_by_role("button", name=words["create"]).click()
    page.get_by_role("menuitem", name=words["linelist"]).click()
    dialog = page.get_by_role("dialog", name=words["linelist"])
    expect(dialog.get_by_role("listbox", name=words["fields"]).get_by_role("option")).to_have_count(2)
    dialog.get_by_role("button", name=words["submit"]).click()
    expect(page.get_by_role("button", name=words["download"], exact=True)).to_be_enabled(timeout=60_000)
    with page.expect_download() as result:
        page.get_by_role("button", name=words["download"], exact=True).click()
    result.value.save_as(tmp_path / "linelist.csv")
    _, *rows = csv.reader((tmp_path / "linelist.csv").read_text(encoding="utf-8-sig").splitlines())
    assert {row[0] for row in rows} == big.wanted
    page.goto(f"/projects/{big.project}/samples")  # the next export begins with nothing selected
    expect(page.locator(".selected strong")).to_have_text(count(words, 0))


@both_languages
def test_fifty_puids_are_pasted(language: str, open_page: Open, lab: Laboratory, big: Big) -> None:
    words = WORDS[language]
    page = open_page(ANALYST, f"/projects/{big.project}/samples", language=language)
    page.get_by_role("button", name=words["list"]).click()
    dialog = page.get_by_role("dialog", name=words["list"])
    lines = [sample["puid"] for sample in big.samples[100:148]] + ["big-0001", "BIG-0002", "BIG-9999"]
    dialog.get_by_label(words["names"]).fill("\n".join(lines))
    dialog.get_by_role("button", name=words["go"], exact=True).click()
    expect(dialog.get_by_role("status")).to_have_text(words["found"])
    expect(dialog).to_contain_text(words["missing"])
    expect(dialog.get_by_role("listitem")).to_have_text("BIG-9999")
    dialog.get_by_role("button", name=words["close"], exact=True).last.click()
    expect(page.locator(".selected strong")).to_have_text(count(words, 50))
    page.reload()  # the selection is the tab's
    expect(page.locator(".selected strong")).to_have_text(count(words, 50))
    expect(page.get_by_role("checkbox", name=f"{words['select']} BIG-0001")).to_be_checked()


@both_languages
def test_a_filtered_list_is_shared_by_its_address(language: str, open_page: Open, lab: Laboratory, big: Big) -> None:
    words = WORDS[language]
    page = open_page(ANALYST, f"/projects/{big.project}/samples", language=language)
    add_filter(page, words, "region", "is", values="Ontario")
    header(page, "ct").get_by_role("button").click()
    page.get_by_role("button", name=words["next"]).click()
    expect(page).to_have_url(re.compile("page=2"))
    first = page.get_by_role("row").nth(1)
    expect(first).to_contain_text("BIG-0066")
    other = open_page(GUEST, page.url, language=language)
    expect(first).to_contain_text("Ontario0")  # its files are counted
    expect(other.get_by_role("row").nth(1)).to_have_text(first.inner_text(), use_inner_text=True)
    expect(header(other, "ct")).to_have_attribute("aria-sort", "ascending")
    other.get_by_role("button", name=words["remove"]).click()
    expect(other).not_to_have_url(re.compile("filter|page=2"))


@both_languages
def test_ranges_and_all_but_some_are_selected(language: str, open_page: Open, lab: Laboratory, big: Big) -> None:
    words = WORDS[language]
    page = open_page(ANALYST, f"/projects/{big.project}/samples", language=language)

    def box(number: int) -> Locator:
        return page.get_by_role("checkbox", name=f"{words['select']} BIG-{number:04d}")

    box(2).check()
    box(6).click(modifiers=["Shift"])
    expect(page.locator(".selected strong")).to_have_text(count(words, 5))
    box(5).click(modifiers=["Shift"])
    expect(page.locator(".selected strong")).to_have_text(count(words, 3))
    page.get_by_role("button", name=words["everything"]).click()
    box(4).uncheck()
    expect(page.locator(".selected")).to_contain_text(words["except"])
    page.get_by_role("button", name=words["create"]).click()
    page.get_by_role("menuitem", name=words["linelist"]).click()
    dialog = page.get_by_role("dialog", name=words["linelist"])
    dialog.get_by_role("option", name="region").dblclick()
    dialog.get_by_role("button", name=words["submit"]).click()
    expect(page.get_by_role("button", name=words["download"], exact=True)).to_be_enabled(timeout=60_000)
    made = exports.wait(lab.stack.person(ANALYST), page.url.rsplit("/", 1)[1])
    link = lab.stack.person(ANALYST).post(f"/exports/{made['id']}/download", {})
    names = {row.split(",")[1] for row in requests.get(link["url"], timeout=60).text.splitlines()[1:]}
    assert len(names) == SAMPLES - 1
    assert "BIG-0004" not in names
