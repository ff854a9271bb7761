"""A lab that starts from nothing in the pages, by visible words: group, project, samples, samplesheet, colleague."""

import re
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import violations
from tests.browser.seed_data import Laboratory

Open = Callable[..., Page]
WORDS: dict[str, dict[str, str]] = {
    "fr": {
        "projects": "Projets", "groups": "Groupes", "nothing": "Vous n’êtes encore membre d’aucun projet.",
        "new group": "Nouveau groupe", "new project": "Nouveau projet", "name": "Nom", "create": "Créer",
        "samples": "Échantillons", "add": "Ajouter des échantillons", "new sample": "Nouvel échantillon",
        "import": "Importer une feuille d’échantillons", "choose": "Choisir un fichier",
        "other": "Choisir un autre fichier", "start": "Importer", "errors": "3 erreurs à corriger d’abord",
        "row": "Ligne", "done": "L’importation est terminée.", "close": "Fermer", "members": "Membres",
        "add member": "Ajouter un membre", "email": "Adresse courriel", "role": "Rôle", "plus": "Ajouter",
        "analyst": "Analyste", "joined": "Vous avez maintenant accès à Éclosion 1.",
        "summary": "3 lignes · 2 nouveaux échantillons · 1 échantillon modifié",
    },
    "en": {
        "projects": "Projects", "groups": "Groups", "nothing": "You are not a member of any project yet.",
        "new group": "New group", "new project": "New project", "name": "Name", "create": "Create",
        "samples": "Samples", "add": "Add samples", "new sample": "New sample",
        "import": "Import a samplesheet", "choose": "Choose a file", "other": "Choose another file",
        "start": "Import", "errors": "3 errors must be corrected first", "row": "Row",
        "done": "The import is complete.", "close": "Close", "members": "Members", "add member": "Add a member",
        "email": "Email address", "role": "Role", "plus": "Add", "analyst": "Analyst",
        "joined": "You are now a member of Éclosion 1.",
        "summary": "3 rows · 2 new samples · 1 changed sample",
    },
}  # fmt: skip
WRONG = (
    "sample,organism,count,fastq_1\nEC-1,E. coli,3,\n,none,4,\nEC-2,Salmonella,5,s3://nowhere/x.fastq.gz\n,none,6,\n"
)
RIGHT = "sample,organism,count\nEC-1,E. coli,3\nEC-2,Salmonella,5\nEC-3,E. coli,7\n"
both_languages = pytest.mark.parametrize("language", WORDS)


@both_languages
def test_a_lab_starts_from_nothing(language: str, open_page: Open, lab: Laboratory, tmp_path: Path) -> None:
    words = WORDS[language]
    suffix = uuid4().hex[:6]
    owner = f"nora.new.{suffix}@example.org"
    page = open_page(owner, "/projects", language=language)
    sidebar = page.get_by_role("navigation", name="Navigation")
    expect(page.get_by_text(words["nothing"])).to_be_visible()

    sidebar.get_by_role("link", name=words["groups"]).click()
    page.get_by_role("button", name=words["new group"]).click()
    dialog = page.get_by_role("dialog", name=words["new group"])
    dialog.get_by_label(words["name"], exact=True).fill(f"Laboratoire d’été {suffix}")
    assert violations(page) == []
    dialog.get_by_role("button", name=words["create"], exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Laboratoire d’été {suffix}")

    page.get_by_role("button", name=words["new project"]).click()
    dialog = page.get_by_role("dialog", name=words["new project"])
    dialog.get_by_label(words["name"], exact=True).fill("Éclosion 1")
    dialog.get_by_role("button", name=words["create"], exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Éclosion 1")

    sidebar.get_by_role("link", name=words["samples"]).click()
    page.get_by_role("button", name=words["add"]).click()
    page.get_by_role("menuitem", name=words["new sample"]).click()
    dialog = page.get_by_role("dialog", name=words["new sample"])
    dialog.get_by_label(words["name"], exact=True).fill("EC-1")
    dialog.get_by_role("button", name=words["create"], exact=True).click()
    expect(page.get_by_role("link", name="EC-1")).to_be_visible()

    page.get_by_role("button", name=words["add"]).click()
    page.get_by_role("menuitem", name=words["import"]).click()
    dialog = page.get_by_role("dialog", name=words["import"])
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(WRONG)
    dialog.get_by_label(words["choose"]).set_input_files(sheet)
    expect(dialog.get_by_role("alert")).to_contain_text(words["errors"])
    places = dialog.get_by_role("alert").get_by_role("listitem")
    expect(places).to_contain_text([f"{words['row']} 3", f"{words['row']} 4, fastq_1", f"{words['row']} 5"])
    expect(dialog.get_by_role("button", name=words["start"], exact=True)).to_be_disabled()
    assert violations(page) == []
    sheet.write_text(RIGHT)  # the same file, corrected
    dialog.get_by_label(words["other"]).set_input_files(sheet)
    expect(dialog.get_by_role("status")).to_contain_text(words["summary"])
    expect(dialog.get_by_role("row")).to_have_count(4)
    dialog.get_by_role("button", name=words["start"], exact=True).click()
    expect(dialog.get_by_role("status")).to_contain_text(words["done"], timeout=60_000)
    dialog.get_by_role("button", name=words["close"], exact=True).last.click()
    expect(page.get_by_role("link", name="EC-3")).to_be_visible()
    expect(page.get_by_role("columnheader", name=re.compile("^organism"))).to_be_visible()

    sidebar.get_by_role("link", name=words["members"]).click()
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_role("button", name=words["add member"]).click()
    dialog = page.get_by_role("dialog", name=words["add member"])
    colleague = f"new.colleague.{suffix}@example.org"
    dialog.get_by_label(words["email"]).fill(colleague)
    dialog.get_by_label(words["role"]).select_option(label=words["analyst"])
    dialog.get_by_role("button", name=words["plus"], exact=True).click()
    invited = page.get_by_role("region", name="Invitations").get_by_role("row").filter(has_text=colleague)
    expect(invited).to_contain_text(words["analyst"])
    assert violations(page) == []
    theirs = open_page(colleague, "/projects", language=language)
    expect(theirs.get_by_text(words["joined"])).to_be_visible()
    theirs.get_by_role("link", name="Éclosion 1").click()
    expect(theirs.get_by_role("heading", level=1)).to_have_text(words["samples"])
    page.reload()
    expect(page.get_by_role("region", name=words["members"]).get_by_role("row")).to_have_count(3)
    expect(page.get_by_role("region", name="Invitations")).to_have_count(0)
