"""The life of an export, by visible words: packaged as one chooses, announced on every page, extended, created again,
also once it is gone."""

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import violations
from tests.browser.seed_data import ANALYST, FILES, Laboratory
from tests.stack import exports

Open = Callable[..., Page]
WORDS: dict[str, dict[str, str]] = {
    "fr": {
        "more": "Plus", "extend": "Prolonger", "extended": "L’exportation est conservée jusqu’au",
        "again": "Créer de nouveau", "history": "Historique", "created": "Créée", "was extended": "Prolongée",
        "gone": "Ceci n’existe plus", "ready": "Prêt", "download": "Télécharger", "exports": "Exportations de données",
        "done": "1 exportation est terminée", "hello": "Bonjour", "recent": "Exportations récentes",
        "is ready": "est prête", "create": "Créer une exportation", "sample export": "Exportation d’échantillon",
        "select": "Sélectionner", "packaging": "Format de livraison", "submit": "Soumettre",
    },
    "en": {
        "more": "More", "extend": "Extend", "extended": "The export is kept until", "again": "Create again",
        "history": "History", "created": "Created", "was extended": "Extended", "gone": "This is no longer here",
        "ready": "Ready", "download": "Download", "exports": "Data Exports", "done": "1 export is done",
        "hello": "Hello", "recent": "Recent exports", "is ready": "is ready",
        "create": "Create Export", "sample export": "Sample Export", "select": "Select", "packaging": "Packaging",
        "submit": "Submit",
    },
}  # fmt: skip
both_languages = pytest.mark.parametrize("language", WORDS)


@both_languages
def test_the_packaging_is_chosen(language: str, open_page: Open, lab: Laboratory, tmp_path: Path) -> None:
    words = WORDS[language]
    page = open_page(ANALYST, f"/projects/{lab.project}/samples", language=language)
    page.get_by_role("checkbox", name=f"{words['select']} EC-00").check()
    page.get_by_role("button", name=words["create"]).click()
    page.get_by_role("menuitem", name=words["sample export"]).click()
    dialog = page.get_by_role("dialog", name=words["sample export"])
    dialog.get_by_text(re.compile(f"^{words['packaging']} – ")).click()
    dialog.get_by_role("radio", name="RO-Crate").check()
    assert violations(page) == []
    dialog.get_by_role("button", name=words["submit"]).click()
    download = page.get_by_role("button", name=words["download"], exact=True)
    expect(download).to_be_enabled(timeout=60_000)
    expect(page.get_by_text(words["packaging"], exact=True)).to_be_visible()
    with page.expect_download() as result:
        download.click()
    result.value.save_as(tmp_path / "crate.zip")
    with zipfile.ZipFile(tmp_path / "crate.zip") as archive:
        described = json.loads(archive.read("ro-crate-metadata.json"))["@graph"]
    assert {item["name"] for item in described if item["@type"] == "File"} >= set(FILES)


@both_languages
def test_an_export_is_extended_once_and_its_history_says_so(language: str, open_page: Open, lab: Laboratory) -> None:
    words = WORDS[language]
    made = lab.export(name=f"Longue {language}")
    page = open_page(ANALYST, f"/exports/{made['id']}", language=language)
    page.get_by_role("button", name=words["more"], exact=True).click()
    page.get_by_role("menuitem", name=words["extend"]).click()
    expect(page.get_by_text(words["extended"])).to_be_visible()
    page.get_by_text(words["history"], exact=True).click()
    expect(page.get_by_role("tabpanel").get_by_role("listitem").first).to_contain_text(words["created"])
    expect(page.get_by_role("tabpanel").get_by_role("listitem").last).to_contain_text(words["was extended"])
    page.get_by_role("button", name=words["more"], exact=True).click()
    expect(page.get_by_role("menuitem", name=words["extend"])).to_have_count(0)
    assert lab.stack.person(ANALYST).get(f"/exports/{made['id']}")["extended_at"] is not None


@both_languages
def test_an_export_is_created_again_also_once_it_is_gone(language: str, open_page: Open, lab: Laboratory) -> None:
    words = WORDS[language]
    ana = lab.stack.person(ANALYST)
    made = lab.export(name=f"Encore {language}")
    page = open_page(ANALYST, f"/exports/{made['id']}", language=language)
    page.get_by_role("button", name=words["more"], exact=True).click()
    page.get_by_role("menuitem", name=words["again"]).click()
    expect(page).not_to_have_url(re.compile(made["id"]))
    expect(page.get_by_role("button", name=words["download"], exact=True)).to_be_enabled(timeout=60_000)
    ana.call("DELETE", f"/exports/{made['id']}")
    page.goto(f"/exports/{made['id']}")
    expect(page.get_by_role("heading", level=1)).to_have_text(words["gone"])
    page.get_by_role("button", name=words["again"]).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(made["name"])
    expect(page.get_by_role("button", name=words["download"], exact=True)).to_be_enabled(timeout=60_000)
    again = ana.get(f"/exports/{page.url.rsplit('/', 1)[1]}")
    assert again["parameters"] == made["parameters"]


@both_languages
def test_an_export_that_becomes_ready_is_announced_on_every_page(
    language: str, open_page: Open, lab: Laboratory
) -> None:
    words = WORDS[language]
    ana = lab.stack.person(ANALYST)
    page = open_page(ANALYST, "/", language=language)
    expect(page.get_by_role("heading", level=1)).to_contain_text(words["hello"])
    name = f"Annoncée {language}"
    made = exports.create(ana, lab.project, lab.samples[:1], ["text"], name=name)
    page.reload()  # the page learns of it while it is being worked on, or that it is ready
    recent = page.get_by_role("region", name=words["recent"]).or_(
        page.locator("section").filter(has_text=words["recent"])
    )
    expect(recent.get_by_role("link", name=name)).to_be_visible()
    exports.wait(ana, made["id"])
    expect(recent.get_by_role("listitem").filter(has_text=name)).to_contain_text(words["ready"], timeout=60_000)
    with page.expect_download() as result:
        recent.get_by_role("listitem").filter(has_text=name).get_by_role("button").click()
    assert result.value.suggested_filename == f"{name}.zip"


def test_the_note_leads_to_the_download_and_the_title_counts(open_page: Open, lab: Laboratory) -> None:
    page = open_page(ANALYST, "/projects")
    states = iter([("processing", 1), ("ready", 1)])
    made = lab.export(name="Noted")

    def answer(route: object) -> None:
        status, _ = next(states, ("ready", 1))
        listed = {**made, "status": status}
        route.fulfill(json={"items": [listed], "next_cursor": None, "total": 1})  # type: ignore[attr-defined]

    page.route(re.compile(r"/api/v1/exports\?limit=50"), answer)
    page.reload()
    note = page.locator(".note")
    expect(note).to_contain_text("Noted")
    expect(note).to_contain_text("is ready")
    expect(page).to_have_title("(1) Projects · Seqport")
    expect(page.get_by_role("navigation", name="Navigation").get_by_text("1 export is done")).to_be_attached()
    with page.expect_download() as result:
        note.get_by_role("button", name="Download").click()
    assert result.value.suggested_filename == "Noted.zip"
    page.get_by_role("navigation", name="Navigation").get_by_role("link", name="Data Exports").click()
    expect(page).to_have_title("Data Exports · Seqport")
