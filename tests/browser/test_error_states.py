"""What users see when something is wrong: excluded, failed, gone, forbidden or unreachable; and how they go on."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.accessibility import settle
from tests.browser.seed_data import ANALYST, GROUP, Laboratory, bring_back, failed_export
from tests.stack import exports

Open = Callable[..., Page]


def test_skipped_items_are_listed_with_their_reasons(open_page: Open, lab: Laboratory) -> None:
    ana = lab.stack.person(ANALYST)
    without = lab.samples[5]
    made = exports.wait(ana, exports.create(ana, lab.project, [lab.samples[0], without], ["text"])["id"])
    page = open_page(ANALYST, "/exports")
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name=made["id"][:8]))
    expect(row.locator(".status")).to_have_text("Ready · 1 excluded")
    expect(row.locator(".status")).to_have_attribute("data-status", "incomplete")
    page.goto(f"/exports/{made['id']}")
    expect(page.locator("main .state")).to_contain_text("Ready · 1 excluded")
    result = page.get_by_role("group").filter(has_text="1 item was excluded")
    result.get_by_text("1 item was excluded").click()
    expect(result.get_by_role("listitem")).to_have_text(
        f"{without['name']} {without['puid']} – has no file of the chosen formats"
    )
    result.get_by_role("link", name=without["name"]).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(without["name"])


def test_a_failed_export_says_why_and_can_be_tried_again(open_page: Open, lab: Laboratory) -> None:
    failed = failed_export(lab)
    page = open_page(ANALYST, f"/exports/{failed['id']}")
    expect(page.locator("main .state")).to_have_text("Failed")
    expect(page.get_by_role("alert")).to_contain_text("Something went wrong on our side. Nothing of yours is lost.")
    expect(page.get_by_role("button", name="Download")).to_be_disabled()
    bring_back(lab, failed)
    page.get_by_role("button", name="Retry").click()
    expect(page.get_by_role("button", name="Download")).to_be_enabled(timeout=60_000)
    expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize(
    ("language", "title", "text"),
    [("en", "This is no longer here", "the same export again"), ("fr", "n’existe plus", "la même exportation")],
)
def test_removed_export_is_distinguished_from_one_that_never_existed(
    language: str, title: str, text: str, open_page: Open, lab: Laboratory
) -> None:
    made = lab.export(name="Bientôt retirée")
    assert lab.stack.person(ANALYST).call("DELETE", f"/exports/{made['id']}").status == 204
    page = open_page(ANALYST, f"/exports/{made['id']}", language=language)
    expect(page.get_by_role("heading", level=1)).to_contain_text(title)
    expect(page.get_by_role("alert")).to_contain_text(text)
    page.goto("/exports/never-was")
    expect(page.get_by_role("heading", level=1)).not_to_contain_text(title)


def test_without_a_connection_the_page_says_so_and_comes_back_by_itself(open_page: Open, lab: Laboratory) -> None:
    page = open_page(ANALYST, "/projects")
    settle(page)
    page.context.set_offline(True)
    page.get_by_role("navigation", name="Navigation").get_by_role("link", name="Groups").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("No connection")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("No connection")
    page.context.set_offline(False)
    expect(page.get_by_role("link", name=GROUP, exact=True)).to_be_visible()


def test_typed_text_survives_a_lost_connection(open_page: Open, lab: Laboratory) -> None:
    page = open_page(ANALYST, f"/projects/{lab.project}/samples")
    page.get_by_role("checkbox", name="Select EC-00").check()
    page.get_by_role("button", name="Create Export").click()
    page.get_by_role("menuitem", name="Sample Export").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name (optional)").fill("Kept")
    settle(page)
    page.context.set_offline(True)
    dialog.get_by_role("button", name="Submit").click()
    expect(dialog.get_by_role("alert")).to_contain_text("The service can't be reached.")
    page.context.set_offline(False)
    dialog.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Kept")


def test_a_page_beyond_the_users_role_names_who_can_grant_access(open_page: Open, lab: Laboratory) -> None:
    answer: dict[str, Any] = {
        "status": 403,
        "body": '{"title": "Forbidden", "detail": "This needs the Maintainer role."}',
    }
    page = open_page(ANALYST, "/")
    page.route("**/api/v1/exports/one", lambda route: route.fulfill(**answer))
    page.goto("/exports/one")
    expect(page.get_by_role("heading", level=1)).to_have_text("You may not see this")
    expect(page.get_by_role("alert")).to_contain_text("A maintainer of the project or group can change that.")


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Waiting to begin: number 3 in the queue"), ("fr", "En attente\u00a0: numéro 3 dans la file")],
)
def test_an_export_that_waits_shows_its_position_in_the_queue(
    open_page: Open, lab: Laboratory, language: str, words: str
) -> None:
    made = lab.export(name="Waiting")
    page = open_page(ANALYST, "/", language=language)

    def waiting(route: Route) -> None:
        body = route.fetch().json()
        body["status"] = "processing"
        body["progress"] |= {"step": "queued", "percent": 0, "queue_position": 3}
        route.fulfill(json=body)

    page.route(f"**/api/v1/exports/{made['id']}", waiting)
    page.goto(f"/exports/{made['id']}")
    expect(page.get_by_text(words)).to_be_visible()


@pytest.mark.parametrize(
    ("language", "at_export", "at_account", "create", "kind"),
    [
        ("en", "your address refused it", "this address refused our email", "Create Export", "Sample Export"),
        ("fr", "votre adresse l’a refusé", "cette adresse a refusé notre courriel", "Créer une exportation",
         "Exportation d’échantillon"),
    ],
)  # fmt: skip
def test_a_mail_that_bounced_is_shown_at_the_export_and_where_mails_are_requested(
    language: str, at_export: str, at_account: str, create: str, kind: str, open_page: Open, lab: Laboratory
) -> None:
    made = lab.export(email_notification=True)
    assert lab.stack.bounce(made["id"], ANALYST)["outcome"] == "bounced"
    page = open_page(ANALYST, f"/exports/{made['id']}", language=language)
    expect(page.locator("main dl")).to_contain_text(at_export)
    page.goto(f"/projects/{lab.project}/samples")
    page.get_by_role("checkbox").nth(1).check()
    page.get_by_role("button", name=create).click()
    page.get_by_role("menuitem", name=kind).click()
    expect(page.get_by_role("dialog")).to_contain_text(at_account)
