"""Sessions: shared by tabs, resumed where the browser allows no window, and never begun by somebody else's code."""

from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect

from tests.browser.accessibility import settle
from tests.browser.seed_data import ANALYST, OWNER, Laboratory
from tests.browser.sessions import sign_in
from tests.stack.local_stack import Running

Open = Callable[..., Page]


def test_tabs_share_sign_in_and_sign_out(open_page: Open, lab: Laboratory) -> None:
    first = open_page(None, "/exports")
    first.get_by_role("main").get_by_role("button", name="Sign in").click()
    sign_in(first, ANALYST)
    expect(first.get_by_role("heading", level=1)).to_have_text("Data Exports")
    second = first.context.new_page()
    second.goto(f"/projects/{lab.project}/samples")
    expect(second.get_by_role("checkbox", name="Select EC-00")).to_be_visible()
    settle(second)
    first.get_by_role("button", name="Ana Analyst").click()
    first.get_by_role("menuitem", name="Sign out").click()
    expect(second.get_by_role("main").get_by_role("button", name="Sign in")).to_be_visible()
    expect(second.get_by_role("checkbox", name="Select EC-00")).to_have_count(0)
    assert [tab.evaluate("sessionStorage.getItem('seqport.token')") for tab in (first, second)] == [None, None]


def test_a_session_resumes_without_a_popup_window(open_page: Open, lab: Laboratory) -> None:
    page = open_page(ANALYST, f"/projects/{lab.project}/samples")
    page.evaluate("window.open = () => null")
    page.get_by_role("checkbox", name="Select EC-00").check()
    page.get_by_role("button", name="Create Export").click()
    page.get_by_role("menuitem", name="Sample Export").click()
    page.get_by_label("Name (optional)").fill("Typed before the block")
    page.route("**/api/v1/exports", lambda route: route.fulfill(status=401, body="{}"), times=1)
    page.get_by_role("button", name="Submit").click()
    ended = page.get_by_role("dialog", name="Your session has ended")
    ended.get_by_role("button", name="Sign in again").click()
    expect(ended.get_by_role("alert")).to_contain_text("The browser allowed no window.")
    with page.context.expect_page() as opened:
        ended.get_by_role("link", name="Sign in in a new tab").click()
    sign_in(opened.value, ANALYST)
    expect(page.get_by_role("heading", level=1)).to_have_text("Typed before the block")


def test_another_user_who_signs_in_sees_nothing_of_the_previous_one(open_page: Open, lab: Laboratory) -> None:
    page = open_page(ANALYST, f"/projects/{lab.project}/samples")
    page.get_by_role("checkbox", name="Select EC-00").check()
    page.route("**/api/v1/**", lambda route: route.fulfill(status=401, body="{}"), times=1)
    page.get_by_role("button", name="Next").click()
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Sign in again").click()
    sign_in(opened.value, OWNER)
    expect(page.get_by_role("button", name="Olga Owner")).to_be_visible()
    expect(page).to_have_url(f"{lab.stack.url}/")


def test_unrequested_authorization_code_is_refused(open_page: Open) -> None:
    page = open_page(None, "/signed-in?code=somebody-elses")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    settle(page)
    assert page.evaluate("sessionStorage.getItem('seqport.token')") is None
    expect(page.get_by_role("button", name="Sign in").first).to_be_visible()


def test_the_first_visit_speaks_the_browsers_language(browser: Browser, stack: Running) -> None:
    for locale, heading in (("fr-CA", "Se connecter"), ("en-CA", "Sign in"), ("de-DE", "Sign in")):
        context = browser.new_context(base_url=stack.url, locale=locale)
        page = context.new_page()
        page.goto("/")
        expect(page.get_by_role("button", name=heading).first).to_be_visible()
        assert page.evaluate("localStorage.getItem('seqport.language')") is None
        context.close()
