"""Webhooks in the pages: created, tested, changed and deleted, for oneself and for a group."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import violations
from tests.browser.seed_data import OWNER
from tests.stack import exports
from tests.stack.local_stack import Running

Open = Callable[..., Page]
WORDS: dict[str, dict[str, Any]] = {
    "en": {
        "title": "Webhooks", "url": "URL", "create": "Create the webhook", "secret": "The webhook's secret",
        "close": "Close", "test": "Send a test", "deliveries": "Deliveries", "delivered": "Delivered",
        "disable": "Disable", "enable": "Enable", "disabled": "It was disabled here.", "rotate": "Change the secret",
        "delete": "Delete", "rule": "Must have no fragment.",
    },
    "fr": {
        "title": "Webhooks", "url": "URL", "create": "Créer le webhook", "secret": "Le secret du webhook",
        "close": "Fermer", "test": "Envoyer un essai", "deliveries": "Envois", "delivered": "Livré",
        "disable": "Désactiver", "enable": "Activer", "disabled": "Il a été désactivé ici.",
        "rotate": "Changer le secret", "delete": "Supprimer", "rule": "Ne doit pas contenir de fragment.",
    },
}  # fmt: skip


@pytest.fixture
def receiver() -> Iterator[tuple[str, list[Any]]]:
    """A server's URL, and the events that it gets."""
    events: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            events.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook", events
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("place", ["own", "group"])
def test_webhooks_are_created_tested_and_deleted(
    language: str, place: str, open_page: Open, stack: Running, receiver: tuple[str, list[Any]]
) -> None:
    words, (url, events) = WORDS[language], receiver
    path = "/webhooks"
    if place == "group":
        project = exports.project(stack.person(OWNER))
        path = f"/projects/{project['id']}/webhooks"
    page = open_page(OWNER, path, language=language)
    expect(page.get_by_role("heading", name=words["title"], exact=True)).to_be_visible()
    page.get_by_label(words["url"], exact=True).fill(f"{url}#x")
    page.get_by_role("button", name=words["create"]).click()
    expect(page.get_by_role("alert")).to_have_text(words["rule"])
    page.get_by_label(words["url"], exact=True).fill(url)
    page.get_by_role("button", name=words["create"]).click()
    secret = page.get_by_role("dialog", name=words["secret"])
    expect(secret.get_by_text(re.compile(r"^whsec_"))).to_be_visible()
    secret.get_by_role("button", name=words["close"]).last.click()
    card = page.get_by_role("region", name=url)
    card.get_by_role("button", name=words["test"]).click()
    expect(card.get_by_text(words["delivered"])).to_be_visible(timeout=30_000)
    assert [event["type"] for event in events] == ["test"]
    assert violations(page) == []
    card.get_by_role("button", name=words["disable"]).click()
    expect(card.get_by_text(words["disabled"])).to_be_visible()
    card.get_by_role("button", name=words["enable"]).click()
    expect(card.get_by_text(words["disabled"])).to_have_count(0)
    card.get_by_role("button", name=words["rotate"]).click()
    page.get_by_role("dialog").get_by_role("button", name=words["rotate"]).click()
    expect(page.get_by_role("dialog", name=words["secret"])).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name=words["close"]).last.click()
    card.get_by_role("button", name=words["delete"]).click()
    page.get_by_role("dialog").get_by_role("button", name=words["delete"]).click()
    expect(card).to_have_count(0)
