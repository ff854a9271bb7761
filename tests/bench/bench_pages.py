"""`make bench-pages`: how long a page of 1,000 rows and a preview of 100,000 nodes keep the browser from answering.

Long tasks are those of more than 50 ms (Long Tasks API, W3C). The manifest of 100,000 nodes is put in the place of a
small export's own, so that it is fetched a level at a time, as one of that size is.
"""

import json
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from infra.local.prefetch import warm
from tests.browser.conftest import FLAGS, chromium_path
from tests.stack import exports
from tests.stack.local_stack import Running, running

ROWS, NODES = 1_000, 100_000
_WATCH = """
  window.longTasks = [];
  new PerformanceObserver((list) => longTasks.push(...list.getEntries().map((one) => Math.round(one.duration))))
    .observe({type: "longtask", buffered: true});
"""


def manifest(nodes: int) -> bytes:
    """A project's folder with this many nodes: samples of one attachment with one file."""
    file = {"name": "reads.fastq.gz", "type": "file", "metadata": {"format": "fastq"}}
    samples = []
    for number in range(nodes // 3):
        attachment = {
            "name": f"INXT_ATT_{number}",
            "type": "folder",
            "irida-next-type": "attachment",
            "children": [file],
        }
        sample = {"name": f"INXT_SAM_{number}", "type": "folder", "irida-next-type": "sample"}
        samples.append({**sample, "irida-next-name": f"S{number}", "children": [attachment]})
    project = {"name": "INXT_PRJ_A", "type": "folder", "irida-next-type": "project", "children": samples}
    return json.dumps({"type": "Samples Export", "date": "2026-11-24", "children": [project]}).encode()


def reported(page: Page, what: str) -> None:
    tasks: list[int] = sorted(page.evaluate("longTasks"), reverse=True)
    print(f"{what}: {len(tasks)} long tasks, the longest {tasks[0] if tasks else 0} ms {tasks[:5]}", flush=True)
    page.evaluate("longTasks.length = 0")


def measure(stack: Running) -> None:
    warm(stack.url)
    ana = stack.person("ana@example.org")
    project = exports.project(ana)["id"]
    bodies = [{"name": f"S-{number:04d}"} for number in range(ROWS)]
    samples: list[Any] = ana.post(f"/projects/{project}/samples/batch", {"samples": bodies})["samples"]
    exports.upload(ana, samples[0]["id"], "notes.txt", b"text")
    made = exports.wait(ana, exports.create(ana, project, samples[:1], ["text"])["id"])
    stack.replace_manifest(made["id"], manifest(NODES))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        context = browser.new_context(viewport={"width": 1280, "height": 860}, base_url=stack.url)
        context.add_init_script(f"sessionStorage.setItem('seqport.token', '{ana.token}');{_WATCH}")
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(f"/projects/{project}/samples?limit={ROWS}")
        page.locator("tbody tr").nth(ROWS - 1).wait_for()
        reported(page, f"{ROWS:,} rows, drawn")
        page.locator("thead input").check()
        page.locator(".selected strong").wait_for()
        reported(page, f"{ROWS:,} rows, all selected")
        page.goto(f"/exports/{made['id']}?tab=preview")
        page.get_by_role("treeitem").nth(5).wait_for()
        reported(page, f"{NODES:,} nodes, first drawn")
        page.get_by_role("tree").focus()
        for _ in range(30):
            page.keyboard.press("End")
            page.wait_for_timeout(150)
        reported(page, f"{NODES:,} nodes, scrolled to the end again and again")
        browser.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, running(Path(folder) / "home", SFN_WAIT_SCALE="0") as up:
        measure(up)
