"""Pages as users see them: settled, in every theme and zoom, and which
accessibility violations axe-core finds."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path

from playwright.sync_api import Page, expect

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
LANGUAGES, THEMES = ("en", "fr"), ("light", "dark")
# A window of 1280 × 1024 as it is, and at 400 %: 320 × 256 CSS pixels of four device pixels each (WCAG 2.2, 1.4.10).
ZOOMS = (1, 4)
WINDOW = (1280, 1024)

# Counts the requests that are under way, which `settle` waits for.
COUNT_REQUESTS = """
    globalThis.underWay = 0;
    const ask = globalThis.fetch;
    globalThis.fetch = (...parameters) => {
      globalThis.underWay += 1;
      return ask(...parameters).finally(() => setTimeout(() => (globalThis.underWay -= 1)));
    };
"""
_STILL = """() => globalThis.underWay === 0 && document.querySelector("h1") && !document.querySelector(".loading")
    && document.fonts.status === "loaded"
    && new Promise((resolve) =>
      requestAnimationFrame(() => requestAnimationFrame(() => resolve(globalThis.underWay === 0))))"""
_LOAD_LANGUAGE = """async (code) => {
    const {name} = performance.getEntriesByType("resource").find((one) => one.name.endsWith("/language.js"));
    await (await import(name)).loadLanguage(code);
}"""


def settle(page: Page) -> None:
    """Wait until a page has its heading, and no request is pending."""
    page.wait_for_load_state("load")
    page.wait_for_function(_STILL)


def looks(page: Page) -> Iterator[str]:
    """Switch a page through themes and zoom levels, without reloading it; yields each one's name."""
    devtools = page.context.new_cdp_session(page)
    first = page.evaluate("() => [document.documentElement.lang, document.documentElement.dataset.theme]")
    for zoom, language, theme in product(ZOOMS, LANGUAGES, THEMES):
        width, height = (length // zoom for length in WINDOW)
        metrics = {"width": width, "height": height, "deviceScaleFactor": zoom, "mobile": False}
        devtools.send("Emulation.setDeviceMetricsOverride", metrics)
        _show_in(page, language, theme)
        yield f"{language}, {theme}, {zoom * 100} %"
    _show_in(page, *first)
    devtools.send("Emulation.clearDeviceMetricsOverride")
    devtools.detach()


def _show_in(page: Page, language: str, theme: str) -> None:
    page.evaluate(_LOAD_LANGUAGE, language)
    page.evaluate("(theme) => { document.documentElement.dataset.theme = theme }", theme)
    expect(page.locator("html")).to_have_attribute("lang", language)
    settle(page)


def violations(page: Page) -> list[str]:
    """The violations that axe-core finds, each with the beginning of the element."""
    # Through the debugger's own world, which the pages' policy for scripts does not bind.
    if not page.evaluate("() => 'axe' in globalThis"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']}).then((result) => result.violations)")
    return [
        f"{violation['id']}: {node['html'][:200]} {node['any'][:1]}"
        for violation in found
        for node in violation["nodes"]
    ]


def sideways(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


def barriers(page: Page, place: str) -> list[str]:
    """All violations of a page, or of the dialog or menu open on it, in any theme and zoom."""
    wrong = []
    settle(page)
    for look in looks(page):
        wrong += [f"{place} ({look}): {result}" for result in violations(page)]
        if (wide := sideways(page)) > 0:
            wrong.append(f"{place} ({look}) is {wide} px too wide")
    return wrong
