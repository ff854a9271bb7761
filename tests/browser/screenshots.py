"""`make screenshots`: the screenshots in docs/images, taken from a running local stack with its demo catalog."""

import os
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from infra.demo.api import Api
from tests.browser.conftest import FLAGS, chromium_path
from tests.browser.drag_and_paste import DROP, PASTE

IMAGES = Path(__file__).parents[2] / "docs" / "images"
URL = f"http://127.0.0.1:{os.environ.get('PORT') or 8000}"
PERSON = "analyst@demo.example.org"
PROJECT = "Outbreak 2026-07"
READS = [(f"OB26-{n:04}_S{n}_L001_R{mate}_001.fastq.gz", "@" * 900_000) for n in (8, 9, 10, 11) for mate in (1, 2)]


def take(page: Page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    page.screenshot(path=IMAGES / f"{name}.png")


def main() -> None:
    api = Api.signed_in(URL, PERSON)
    project = next(project["id"] for project in api.all("/projects") if project["name"] == PROJECT)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        for language, theme in (("en", "light"), ("fr", "dark")):
            context = browser.new_context(
                viewport={"width": 1200, "height": 760}, base_url=URL, timezone_id="America/Toronto"
            )
            context.add_init_script(
                f"localStorage.setItem('seqport.language', '{language}');"
                f"localStorage.setItem('seqport.theme', '{theme}');"
                f"sessionStorage.setItem('seqport.token', '{api.token}');"
            )
            page = context.new_page()
            page.goto(f"/projects/{project}/samples")
            page.locator("tbody input").first.wait_for()
            for row in range(3):
                page.locator("tbody input").nth(row).check()
            page.locator(".create-export .menu-button").click()
            take(page, f"samples-{language}")
            page.keyboard.press("Escape")
            page.evaluate(DROP, [None, READS])
            page.locator("dialog .estimate").wait_for()
            take(page, f"upload-{language}")
            page.locator("dialog footer button").first.click()
            page.locator(".filters > button").last.click()
            page.locator("[role=grid] td").nth(1).click()
            page.evaluate(PASTE, "Canada: Québec\tHomo sapiens\nCanada: Québec\tBos taurus")
            take(page, f"edit-{language}")
            page.locator(".edit-bar button").nth(1).click()
            page.locator(".edit-bar button").last.click()
            page.locator(".create-export .menu-button").click()
            page.get_by_role("menuitem").first.click()
            page.locator("dialog .estimate strong").wait_for()
            take(page, f"sample-export-{language}")
            page.get_by_role("dialog").get_by_role("textbox").fill("Outbreak 2026-07, week 30")
            page.get_by_role("dialog").locator("footer .primary").click()
            page.locator(".page-heading button.primary:enabled").wait_for(timeout=90_000)
            page.goto(page.url)
            take(page, f"export-{language}")
            page.get_by_role("tab").nth(1).click()
            page.get_by_role("treeitem").first.wait_for()
            page.locator(".panel .filters button").first.click()
            take(page, f"preview-{language}")
            page.goto("/exports")
            page.locator("tbody tr").first.wait_for()
            take(page, f"exports-{language}")
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
