"""What the mails say, in English and French, as text and as HTML. They link to the export's page, never to its file."""

from dataclasses import dataclass
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

_MONTHS_FR = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
_MONTHS_EN = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


# Canadian time zones as the Office québécois de la langue française abbreviates them.
_ZONES_FR = {
    "NST": "HNT", "NDT": "HAT", "AST": "HNA", "ADT": "HAA", "EST": "HNE", "EDT": "HAE", "CST": "HNC", "CDT": "HAC",
    "MST": "HNR", "MDT": "HAR", "PST": "HNP", "PDT": "HAP",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Message:
    """A mail without its addresses."""

    subject: str
    text: str
    html: str


def _day(moment: datetime, time_zone: str, locale: str) -> str:
    local = moment.astimezone(ZoneInfo(time_zone))
    if locale == "fr":
        day = "1er" if local.day == 1 else str(local.day)
        zone = _ZONES_FR.get(f"{local:%Z}", f"{local:%Z}")
        return f"{day} {_MONTHS_FR[local.month - 1]} {local.year} à {local:%H} h {local:%M} ({zone})"
    return f"{_MONTHS_EN[local.month - 1]} {local.day}, {local.year} at {local:%H:%M} ({local:%Z})"


# The greeting, what the link says, and a colon.
_PHRASES = {"en": ("Hello", "View the export", ":"), "fr": ("Bonjour", "Voir l’exportation", "\u00a0:")}
_CLOSING = "Seqport"
_BUTTON = (
    "display:inline-block;background:#0f5c67;border:solid #0f5c67;border-width:10px 20px;border-radius:7px;"
    "color:#ffffff;font-weight:600;text-decoration:none"
)


def _render(locale: str, subject: str, first_name: str, sentences: list[str], link: str) -> Message:
    hello, label, colon = _PHRASES["fr" if locale == "fr" else "en"]
    greeting = f"{hello} {first_name}," if first_name else f"{hello},"  # many access tokens do not say a name
    text = "\n\n".join([greeting, *sentences, f"{label}{colon} {link}", _CLOSING]) + "\n"
    return Message(" ".join(subject.split()), text, _html(locale, [greeting, *sentences], label, link))


def _html(locale: str, paragraphs: list[str], label: str, link: str) -> str:
    """The HTML part. Styles are inline, because mail programs drop style sheets; the button is a link with a border as
    wide as its padding, which Outlook for Windows draws, and the address stands below it for those that show none."""
    body = "".join(f"<p>{escape(line)}</p>\n" for line in paragraphs)
    language = "fr" if locale == "fr" else "en"
    return f"""<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark"></head>
<body style="margin:0;padding:24px;font-family:'Segoe UI',Helvetica,Arial,sans-serif;font-size:16px;line-height:1.5">
<div style="max-width:560px">
{body}<p style="margin:24px 0"><a href="{escape(link)}" style="{_BUTTON}">{escape(label)}</a></p>
<p style="font-size:13px;color:#51646b;word-break:break-all">{escape(link)}</p>
<p>{escape(_CLOSING)}</p>
</div></body></html>
"""


def ready_message(
    *, name: str, first_name: str, locale: str, link: str, expires_at: datetime, time_zone: str, skipped: int
) -> Message:
    """The export is ready: until when it can be downloaded, and how many things it does not hold."""
    day = _day(expires_at, time_zone, locale)
    if locale == "fr":
        sentences = [f"Votre exportation « {name} » est prête. Vous pouvez la télécharger jusqu’au {day}."]
        if skipped:
            what = (
                "1 élément n’a pas pu être inclus" if skipped == 1 else f"{skipped} éléments n’ont pas pu être inclus"
            )
            sentences.append(f"{what}; le rapport de l’exportation en donne la raison.")
        excluded = f" ({skipped} exclu{'s' if skipped > 1 else ''})" if skipped else ""
        return _render(locale, f"Prêt pour l'exportation – {name}{excluded}", first_name, sentences, link)
    sentences = [f"Your export “{name}” is ready. You can download it until {day}."]
    if skipped:
        what = "1 item could not be included" if skipped == 1 else f"{skipped} items could not be included"
        sentences.append(f"{what}; the export's report says why.")
    excluded = f" ({skipped} excluded)" if skipped else ""
    return _render(locale, f"Export Ready - {name}{excluded}", first_name, sentences, link)


def expiring_message(
    *,
    name: str,
    first_name: str,
    locale: str,
    link: str,
    expires_at: datetime,
    time_zone: str,
    is_extendable: bool,
) -> Message:
    """The export expires soon and was not downloaded: when, and whether it can be extended."""
    day = _day(expires_at, time_zone, locale)
    if locale == "fr":
        sentences = [f"Votre exportation « {name} » n’a pas encore été téléchargée. Elle expirera le {day}."]
        if is_extendable:
            sentences.append("Vous pouvez la prolonger une fois depuis sa page.")
        return _render(locale, f"Expiration prochaine de l'exportation – {name}", first_name, sentences, link)
    sentences = [f"Your export “{name}” has not been downloaded yet. It expires on {day}."]
    if is_extendable:
        sentences.append("You can extend it once from its page.")
    return _render(locale, f"Export Expiring - {name}", first_name, sentences, link)


def failed_message(*, name: str, first_name: str, locale: str, link: str, reason: str, retryable: bool) -> Message:
    """The export failed: why, and whether trying again can help."""
    if locale == "fr":
        sentences = [f"Votre exportation « {name} » a échoué. {reason}"]
        if retryable:
            sentences.append("Vous pouvez la relancer depuis sa page.")
        return _render(locale, f"Échec de l'exportation – {name}", first_name, sentences, link)
    sentences = [f"Your export “{name}” failed. {reason}"]
    if retryable:
        sentences.append("You can try again from its page.")
    return _render(locale, f"Export Failed - {name}", first_name, sentences, link)
