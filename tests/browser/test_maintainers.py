"""What maintainers do beside samples (share, save templates, see who exported what), and several exports at once."""

import re
from collections.abc import Callable
from uuid import uuid4

from playwright.sync_api import Page, expect

from tests.browser.accessibility import violations
from tests.browser.seed_data import ANALYST, OWNER, Laboratory
from tests.stack import exports
from tests.stack.local_stack import Running

Open = Callable[..., Page]


def test_a_project_is_shared_with_a_group_and_no_longer(open_page: Open, stack: Running) -> None:
    api = stack.person(OWNER)
    project = exports.project(api)
    name = f"Friends {uuid4().hex[:6]}"
    group = api.post("/groups", {"name": name, "path": name.replace(" ", "-").lower()})
    page = open_page(OWNER, f"/projects/{project['id']}/members")
    expect(page.get_by_text("It is not shared with any group.")).to_be_visible()
    page.get_by_role("button", name="Share with a group").click()
    dialog = page.get_by_role("dialog", name="Share with a group")
    dialog.get_by_label("Group", exact=True).select_option(group["id"])
    dialog.get_by_label("Highest role").select_option("guest")
    assert violations(page) == []
    dialog.get_by_role("button", name="Share", exact=True).click()
    row = page.get_by_role("region", name="Shared with groups").get_by_role("row", name=name)
    expect(row).to_contain_text("Guest")
    (link,) = api.get(f"/namespaces/{project['id']}/links")["items"]
    assert (link["group_id"], link["role"], link["expires_at"]) == (group["id"], "guest", None)
    row.get_by_role("button", name=f"Remove {name}").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_text("It is not shared with any group.")).to_be_visible()
    assert api.get(f"/namespaces/{project['id']}/links")["items"] == []


def test_columns_become_a_template(open_page: Open, stack: Running) -> None:
    api = stack.person(OWNER)
    project = exports.project(api)
    api.post(f"/projects/{project['id']}/samples", {"name": "S", "metadata": {"host": "h", "place": "p"}})
    page = open_page(OWNER, f"/projects/{project['id']}/samples")
    page.get_by_role("button", name="Columns").click()
    dialog = page.get_by_role("dialog", name="Columns")
    dialog.get_by_role("checkbox", name="host").uncheck()
    dialog.get_by_text("Save as a template").click()
    dialog.get_by_label("Name of the template").fill("Places")
    assert violations(page) == []
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_label("Metadata template").get_by_role("option")).to_have_text(["Choose a template", "Places"])
    (template,) = api.get(f"/namespaces/{project['id']}/metadata-templates")["items"]
    assert (template["name"], template["fields"]) == ("Places", ["place"])


def test_maintainers_see_who_exported_what(open_page: Open, lab: Laboratory) -> None:
    made = lab.export(name="Seen")
    page = open_page(OWNER, f"/projects/{lab.project}/samples")
    page.get_by_role("link", name="Export activity").click()
    table = page.get_by_role("region", name="Export activity")
    rows = table.get_by_role("row").filter(has_text=made["id"][:8])
    expect(rows).to_contain_text(["Ready", "Created"])
    expect(rows.last).to_contain_text("Ana")
    expect(page.get_by_role("img", name=re.compile("exports? created in the last 30 days"))).to_be_visible()
    assert violations(page) == []
    stranger = open_page(ANALYST, f"/projects/{lab.project}/samples")
    expect(stranger.get_by_role("link", name="EC-00")).to_be_visible()
    expect(stranger.get_by_role("link", name="Export activity")).to_have_count(0)


def test_several_exports_are_downloaded_and_deleted_together(open_page: Open, lab: Laboratory) -> None:
    names = [f"Bulk {uuid4().hex[:6]}" for _ in range(2)]
    for name in names:
        lab.export(name=name)
    page = open_page(ANALYST, "/exports?q=Bulk")
    for name in names:
        page.get_by_role("checkbox", name=f"Select {name}").check()
    bar = page.get_by_text("2 exports selected").locator("..")
    first, second = (f"{name}.zip" for name in names)
    with (
        page.expect_download(lambda download: download.suggested_filename == first),
        page.expect_download(lambda download: download.suggested_filename == second),
    ):
        bar.get_by_role("button", name="Download 2").click()
    bar.get_by_role("button", name="Delete 2").click()
    dialog = page.get_by_role("dialog", name="Delete 2 exports?")
    expect(dialog.get_by_role("listitem")).to_have_count(2)
    assert violations(page) == []
    dialog.get_by_role("button", name="Delete").click()
    for name in names:
        expect(page.get_by_role("link", name=name)).to_have_count(0)


def test_the_storage_of_a_project_is_shown_by_format(open_page: Open, lab: Laboratory) -> None:
    page = open_page(ANALYST, f"/projects/{lab.project}")
    page.get_by_text("Storage by file format").click()
    table = page.get_by_role("table", name="Storage by file format")
    expect(table.get_by_role("row")).to_contain_text(["FASTQ", "FASTA", "Text"])  # the largest first
    expect(table.get_by_role("row", name="FASTQ")).to_contain_text("6 files")
    assert violations(page) == []
