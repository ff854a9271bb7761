from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from chalicelib.mail.messages import expiring_message, failed_message, ready_message

LINK = "https://example.org/exports/1"
EXPIRES = datetime(2026, 11, 28, 4, 59, 59, tzinfo=UTC)


def ready(locale: str, *, name: str = "Outbreak <7>", first_name: str = "Ana", skipped: int = 0):  # type: ignore[no-untyped-def]
    return ready_message(
        name=name,
        first_name=first_name,
        locale=locale,
        link=LINK,
        expires_at=EXPIRES,
        time_zone="America/Toronto",
        skipped=skipped,
    )


@pytest.mark.parametrize(
    ("locale", "subject", "greeting", "until"),
    [
        ("en", "Export Ready - Outbreak <7>", "Hello Ana,", "November 27, 2026 at 23:59 (EST)"),
        ("fr", "Prêt pour l'exportation – Outbreak <7>", "Bonjour Ana,", "27 novembre 2026 à 23 h 59 (HNE)"),
    ],
)
def test_ready_mail_is_in_the_users_language(locale: str, subject: str, greeting: str, until: str) -> None:
    message = ready(locale)
    assert message.subject == subject
    assert message.text.startswith(greeting)
    assert until in message.text
    assert LINK in message.text
    assert LINK in message.html


def test_names_are_escaped_in_html() -> None:
    html = ready("en", name='<script>alert("1")</script>').html
    seen: list[str] = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            seen.append(tag)

    Tags().feed(html)
    assert "script" not in seen


@pytest.mark.parametrize("locale", ["en", "fr"])
def test_the_html_part_has_a_button_to_the_page_and_says_what_the_text_says(locale: str) -> None:
    message = ready(locale, skipped=2)
    links: list[tuple[str | None, str | None]] = []
    words: list[str] = []

    class Content(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag == "a":
                links.append((dict(attrs)["href"], dict(attrs)["style"]))
            if tag == "html":
                assert dict(attrs)["lang"] == locale

        def handle_data(self, data: str) -> None:
            words.append(data.strip())

    Content().feed(message.html)
    ((address, style),) = links
    assert address == LINK
    assert "background:" in (style or "")
    for line in message.text.split("\n\n"):
        assert line.strip() in words or line.endswith(LINK)
    assert LINK in words


def test_a_subject_is_one_line() -> None:
    assert "\n" not in ready("en", name="a\r\nBcc: x@example.org").subject


@pytest.mark.parametrize(
    ("locale", "skipped", "words"),
    [
        ("en", 1, "1 item could"),
        ("en", 2, "2 items could"),
        ("fr", 1, "1 élément n’a pas"),
        ("fr", 3, "3 éléments n’ont pas"),
    ],
)
def test_skipped_items_are_in_the_mail(locale: str, skipped: int, words: str) -> None:
    assert words in ready(locale, skipped=skipped).text


@pytest.mark.parametrize(("locale", "again"), [("en", "try again"), ("fr", "relancer")])
def test_a_failure_mail_has_the_reason_and_whether_to_retry(locale: str, again: str) -> None:
    def text(*, retryable: bool) -> str:
        return failed_message(
            name="x", first_name="Ana", locale=locale, link=LINK, reason="Because.", retryable=retryable
        ).text

    assert "Because." in text(retryable=True)
    assert again in text(retryable=True)
    assert again not in text(retryable=False)


@pytest.mark.parametrize(("locale", "greeting"), [("en", "Hello,"), ("fr", "Bonjour,")])
def test_user_without_a_name_is_greeted(locale: str, greeting: str) -> None:
    failed = failed_message(name="x", first_name="", locale=locale, link=LINK, reason="Because.", retryable=False)
    for message in (ready(locale, first_name=""), failed):
        assert message.text.startswith(f"{greeting}\n")


def test_an_incomplete_export_says_so_in_the_subject() -> None:
    assert ready("en", skipped=2).subject == "Export Ready - Outbreak <7> (2 excluded)"
    assert ready("fr", skipped=1).subject == "Prêt pour l'exportation – Outbreak <7> (1 exclu)"
    assert ready("fr", skipped=3).subject.endswith("(3 exclus)")


@pytest.mark.parametrize(
    ("locale", "subject", "until", "hint"),
    [
        ("en", "Export Expiring - O", "expires on November 27, 2026 at 23:59 (EST)", "extend it once"),
        ("fr", "Expiration prochaine de l'exportation – O", "expirera le 27 novembre 2026 à 23 h 59", "la prolonger"),
    ],
)
def test_the_reminder_says_when_the_export_expires(locale: str, subject: str, until: str, hint: str) -> None:
    for is_extendable in (True, False):
        message = expiring_message(
            name="O",
            first_name="Ana",
            locale=locale,
            link=LINK,
            expires_at=EXPIRES,
            time_zone="America/Toronto",
            is_extendable=is_extendable,
        )
        assert message.subject == subject
        assert until in message.text
        assert (hint in message.text) == is_extendable
