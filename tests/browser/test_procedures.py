"""The procedures of IRIDA Next's user documentation, step by step, with its labels, in both languages.

Each test has the name of the document's heading; its steps are the document's.
"""

import csv
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Download, Page, expect

from tests.browser.seed_data import (  # fmt: skip
    ANALYST,
    AUTOMATED_RUN,
    FILES,
    GROUP,
    PROJECT,
    TEMPLATE,
    USER_RUN,
    Laboratory,
    completed_run,
)
from tests.browser.sessions import mails_to

Open = Callable[..., Page]
WORDS = {
    "fr": {
        "projects": "Projets", "groups": "Groupes", "exports": "Exportations de données", "samples": "Échantillons",
        "runs": "Exécutions de flux de travail", "create": "Créer une exportation",
        "sample export": "Exportation d’échantillon", "linelist export": "Exportation de liste linéaire",
        "analysis export": "Exportation d’analyse", "summary": "Résumé", "preview": "Aperçu", "ready": "Prêt",
        "processing": "En traitement", "download": "Télécharger", "delete": "Supprimer", "remove": "Retirer",
        "select": "Sélectionner", "name": "Nom (facultatif)", "submit": "Soumettre", "email": "Recevoir un courriel",
        "available fields": "Champs de métadonnées disponibles",
        "chosen fields": "Champs de métadonnées sélectionnés", "template": "Modèle de métadonnées",
        "formats": "Formats de fichiers", "none": "Désélectionner tout", "first rows": "Premières lignes",
        "needed": "Sélectionnez au moins un format",
        "mail": "Prêt pour l'exportation – ",
    },
    "en": {
        "projects": "Projects", "groups": "Groups", "exports": "Data Exports", "samples": "Samples",
        "runs": "Workflow Executions", "create": "Create Export",
        "sample export": "Sample Export", "linelist export": "Linelist Export",
        "analysis export": "Analysis Export", "summary": "Summary", "preview": "Preview", "ready": "Ready",
        "processing": "Processing", "download": "Download", "delete": "Delete", "remove": "Remove",
        "select": "Select", "name": "Name (optional)", "submit": "Submit", "email": "Email me",
        "available fields": "Available metadata fields",
        "chosen fields": "Selected metadata fields", "template": "Metadata template",
        "formats": "File formats", "none": "Clear the selection", "first rows": "First rows",
        "needed": "Select at least one file format",
        "mail": "Export Ready - ",
    },
}  # fmt: skip
both_languages = pytest.mark.parametrize("language", ["fr", "en"])


def to_project(page: Page, words: dict[str, str]) -> None:
    page.get_by_role("link", name=words["projects"], exact=True).first.click()
    page.get_by_role("link", name=PROJECT, exact=True).click()


def wait_until_ready(page: Page, words: dict[str, str]) -> None:
    expect(page.get_by_role("button", name=words["download"], exact=True)).to_be_enabled(timeout=90_000)
    expect(page.locator("main .state")).to_have_text(words["ready"])


def unpacked(download: Download, folder: Path) -> dict[str, bytes]:
    saved = folder / download.suggested_filename
    download.save_as(saved)
    with zipfile.ZipFile(saved) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


@both_languages
def test_view_exports(language: str, open_page: Open, lab: Laboratory) -> None:
    words = WORDS[language]
    made = lab.export(name=f"À voir {language}")
    page = open_page(ANALYST, "/", language=language)
    for kind, name in (("projects", PROJECT), ("groups", GROUP)):
        page.get_by_role("link", name=words[kind], exact=True).first.click()
        page.get_by_role("link", name=name, exact=True).click()
        # the dropdown in the left sidebar that holds the name of the project or group
        page.get_by_role("navigation", name="Navigation").get_by_role("button", name=name).click()
        page.get_by_role("menuitem", name=words["exports"]).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(words["exports"])
    page.goto("/")
    page.get_by_role("navigation", name="Navigation").get_by_role("link", name=words["exports"]).click()
    row = page.get_by_role("row").filter(has_text=made["id"][:8])
    expect(row).to_contain_text(words["ready"])


@both_languages
def test_voir_une_seule_exportation(language: str, open_page: Open, lab: Laboratory) -> None:
    words = WORDS[language]
    made = lab.export(name=f"Une seule {language}")
    for link in (made["id"][:8], made["name"]):
        page = open_page(ANALYST, "/", language=language)
        page.get_by_role("navigation", name="Navigation").get_by_role("link", name=words["exports"]).click()
        page.get_by_role("link", name=link, exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(made["name"])
        expect(page.get_by_role("tab", name=words["summary"])).to_have_attribute("aria-selected", "true")
        expect(page.get_by_role("tabpanel")).to_contain_text(made["id"])
    page.get_by_role("tab", name=words["preview"]).click()
    expect(page.get_by_role("treeitem").first).to_contain_text(PROJECT)
    page.reload()  # the same URL shows the same
    expect(page.get_by_role("tab", name=words["preview"])).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("treeitem").first).to_contain_text(PROJECT)


@both_languages
def test_creer_une_exportation_dechantillon(language: str, open_page: Open, lab: Laboratory, tmp_path: Path) -> None:
    words = WORDS[language]
    page = open_page(ANALYST, "/", language=language)
    to_project(page, words)
    page.get_by_role("navigation", name="Navigation").get_by_role("link", name=words["samples"]).click()
    for name in ("EC-00", "EC-02"):
        page.get_by_role("checkbox", name=f"{words['select']} {name}").check()
    page.get_by_role("button", name=words["create"]).click()
    page.get_by_role("menuitem", name=words["sample export"]).click()
    dialog = page.get_by_role("dialog", name=words["sample export"])
    formats = dialog.get_by_role("group", name=words["formats"])
    expect(formats.get_by_role("checkbox", checked=True)).to_have_count(3)
    formats.get_by_role("checkbox", name="FASTQ").uncheck()
    expect(formats.get_by_role("checkbox", checked=True)).to_have_count(2)
    name = f"Échantillons {language}"
    dialog.get_by_label(words["name"]).fill(name)
    dialog.get_by_role("checkbox", name=words["email"]).check()
    dialog.get_by_role("button", name=words["submit"]).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    wait_until_ready(page, words)
    with page.expect_download() as result:
        page.get_by_role("button", name=words["download"], exact=True).click()
    files = unpacked(result.value, tmp_path)
    assert result.value.suggested_filename == f"{name}.zip"
    wanted = sorted(2 * [name for name in FILES if not name.endswith(".gz")])
    assert sorted(path.rsplit("/", 1)[1] for path in files if "/" in path) == wanted
    assert json.loads(files["manifest.json"])["type"] == "Samples Export"
    assert f"{words['mail']}{name}" in mails_to(lab.stack, ANALYST, f"{words['mail']}{name}")


@both_languages
def test_creer_une_exportation_de_liste_lineaire(
    language: str, open_page: Open, lab: Laboratory, tmp_path: Path
) -> None:
    words = WORDS[language]
    page = open_page(ANALYST, "/", language=language)
    to_project(page, words)
    page.get_by_role("navigation", name="Navigation").get_by_role("link", name=words["samples"]).click()
    for name in ("EC-00", "EC-01"):
        page.get_by_role("checkbox", name=f"{words['select']} {name}").check()
    page.get_by_role("button", name=words["create"]).click()
    page.get_by_role("menuitem", name=words["linelist export"]).click()
    dialog = page.get_by_role("dialog", name=words["linelist export"])
    available = dialog.get_by_role("listbox", name=words["available fields"])
    for field in ("place", "organism"):
        available.get_by_role("option", name=field).dblclick()
    first_rows = dialog.get_by_role("region", name=words["first rows"])
    expect(first_rows.get_by_role("row")).to_contain_text(["PLACE", "Québec", "Québec"])
    dialog.get_by_role("radio", name="TSV").check()
    dialog.get_by_role("button", name=words["submit"]).click()
    wait_until_ready(page, words)
    expect(page.get_by_role("tab", name=words["preview"])).to_have_count(0)
    with page.expect_download() as result:
        page.get_by_role("button", name=words["download"], exact=True).click()
    result.value.save_as(tmp_path / "linelist.tsv")
    head, *rows = (tmp_path / "linelist.tsv").read_text(encoding="utf-8-sig").splitlines()
    assert head.split("\t") == ["SAMPLE PUID", "SAMPLE NAME", "PROJECT PUID", "PLACE", "ORGANISM"]
    assert [row.split("\t")[3] for row in rows] == ["Québec", "Québec"]


@both_languages
def test_un_format_au_moins_est_necessaire(language: str, open_page: Open, lab: Laboratory) -> None:
    words = WORDS[language]
    page = open_page(ANALYST, f"/projects/{lab.project}/samples", language=language)
    page.get_by_role("checkbox", name=f"{words['select']} EC-00").check()
    page.get_by_role("button", name=words["create"]).click()
    page.get_by_role("menuitem", name=words["sample export"]).click()
    formats = page.get_by_role("group", name=words["formats"])
    expect(formats.get_by_role("checkbox", checked=True)).to_have_count(3)
    formats.get_by_role("button", name=words["none"]).click()
    expect(formats.get_by_role("checkbox", checked=True)).to_have_count(0)
    expect(page.get_by_role("dialog")).to_contain_text(words["needed"])
    expect(page.get_by_role("button", name=words["submit"])).to_be_disabled()


@both_languages
def test_creer_une_exportation_danalyse_dune_execution_utilisateur(
    language: str, open_page: Open, lab: Laboratory, tmp_path: Path
) -> None:
    words = WORDS[language]
    page = open_page(ANALYST, "/", language=language)
    page.get_by_role("navigation", name="Navigation").get_by_role("link", name=words["runs"]).click()
    page.get_by_role("link", name=USER_RUN).click()
    export_analysis(page, words, lab.user_run, tmp_path, files=3)


@both_languages
def test_creer_une_exportation_danalyse_dune_execution_automatisee(
    language: str, open_page: Open, lab: Laboratory, tmp_path: Path
) -> None:
    words = WORDS[language]
    page = open_page(ANALYST, "/", language=language)
    to_project(page, words)
    expect(page.get_by_role("link", name=words["samples"], exact=True)).to_be_visible()
    page.get_by_role("navigation", name="Navigation").get_by_role("link", name=words["runs"]).click()
    page.get_by_role("link", name=AUTOMATED_RUN).click()
    export_analysis(page, words, lab.automated_run, tmp_path, files=2)


def export_analysis(page: Page, words: dict[str, str], run: str, folder: Path, *, files: int) -> dict[str, bytes]:
    page.get_by_role("button", name=words["create"]).click()
    dialog = page.get_by_role("dialog", name=words["analysis export"])
    dialog.get_by_label(words["name"]).fill("Résultats de la semaine")
    dialog.get_by_role("button", name=words["submit"]).click()
    wait_until_ready(page, words)
    with page.expect_download() as result:
        page.get_by_role("button", name=words["download"], exact=True).click()
    inside = unpacked(result.value, folder)
    assert len([path for path in inside if path.startswith(f"{run}/")]) == files
    assert f"{run}/summary.txt.gz" in inside
    return inside


@both_languages
def test_plusieurs_executions_deviennent_une_exportation(
    language: str, open_page: Open, lab: Laboratory, tmp_path: Path
) -> None:
    words = WORDS[language]
    second = completed_run(
        lab.stack, lab.stack.person(ANALYST), lab.project, lab.samples[2:3], f"Deux {language}", automated=False
    )
    page = open_page(ANALYST, "/", language=language)
    page.get_by_role("link", name=words["runs"], exact=True).first.click()
    for name in (USER_RUN, f"Deux {language}"):
        page.get_by_role("checkbox", name=f"{words['select']} {name}").check()
    inside = export_analysis(page, words, lab.user_run, tmp_path, files=3)
    assert len([path for path in inside if path.startswith(f"{second}/")]) == 2


@both_languages
def test_un_modele_choisit_les_champs(language: str, open_page: Open, lab: Laboratory, tmp_path: Path) -> None:
    words = WORDS[language]
    page = open_page(ANALYST, f"/projects/{lab.project}/samples", language=language)
    page.get_by_role("checkbox", name=f"{words['select']} EC-00").check()
    page.get_by_role("button", name=words["create"]).click()
    page.get_by_role("menuitem", name=words["linelist export"]).click()
    dialog = page.get_by_role("dialog", name=words["linelist export"])
    dialog.get_by_label(words["template"]).select_option(label=TEMPLATE)
    chosen = dialog.get_by_role("listbox", name=words["chosen fields"]).get_by_role("option")
    expect(chosen).to_contain_text(["place", "collected by"])
    dialog.get_by_role("button", name=words["submit"]).click()
    wait_until_ready(page, words)
    with page.expect_download() as result:
        page.get_by_role("button", name=words["download"], exact=True).click()
    result.value.save_as(tmp_path / "linelist.csv")
    head, row = csv.reader((tmp_path / "linelist.csv").read_text(encoding="utf-8-sig").splitlines())
    assert head[3:] == ["PLACE", "COLLECTED BY"]
    assert row[3:] == ["Québec", ""]


@both_languages
def test_telecharger_une_exportation(language: str, open_page: Open, lab: Laboratory, tmp_path: Path) -> None:
    words = WORDS[language]
    made = lab.export()
    page = open_page(ANALYST, "/exports", language=language)
    row = page.get_by_role("row").filter(has_text=made["id"][:8])
    with page.expect_download() as result:
        row.get_by_role("link", name=words["download"]).click()
    assert "manifest.txt" in unpacked(result.value, tmp_path)
    page.goto(f"/exports/{made['id']}")
    with page.expect_download() as result:
        page.get_by_role("button", name=words["download"], exact=True).click()
    assert "manifest.txt" in unpacked(result.value, tmp_path)


@both_languages
def test_supprimer_une_exportation(language: str, open_page: Open, lab: Laboratory) -> None:
    words = WORDS[language]
    first, second = lab.export(), lab.export()
    page = open_page(ANALYST, "/exports", language=language)
    row = page.get_by_role("row").filter(has_text=first["id"][:8])
    row.get_by_role("button", name=words["delete"]).click()
    page.get_by_role("dialog").get_by_role("button", name=words["delete"]).click()
    expect(row).to_have_count(0)
    page.goto(f"/exports/{second['id']}")
    page.get_by_role("button", name=words["remove"], exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name=words["remove"]).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(words["exports"])
    expect(page.get_by_role("row").filter(has_text=second["id"][:8])).to_have_count(0)
