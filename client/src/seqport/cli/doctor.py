"""`seqport doctor`: what works and what does not, in the order in which it must."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

import click

from seqport import errors
from seqport.cli import text
from seqport.cli.group import Command
from seqport.cli.session import Session
from seqport.client import Client
from seqport.messages import translate as _
from seqport.profiles import config_folder
from seqport.version import VERSION

_VARIABLES: dict[str, Callable[[], str]] = {
    "SEQPORT_URL": lambda: _("the server, instead of the profile's"),
    "SEQPORT_TOKEN": lambda: _("the token, instead of the profile's"),
    "SEQPORT_PROFILE": lambda: _("the profile, instead of the default"),
    "SEQPORT_CONFIG_DIR": lambda: _("where profiles and tokens are"),
    "SEQPORT_STATE_DIR": lambda: _("where interrupted uploads are recorded"),
    "HTTPS_PROXY, NO_PROXY": lambda: _("the proxy to the internet"),
    "SSL_CERT_FILE": lambda: _("certificates to trust (Linux)"),
    "LANG": lambda: _("the language: fr… is French"),
}
_STATUSES: dict[int, Callable[[], str]] = {
    0: lambda: _("success"),
    1: lambda: _("another error"),
    2: lambda: _("an argument is wrong"),
    3: lambda: _("not signed in, or the token is invalid"),
    4: lambda: _("not allowed"),
    5: lambda: _("not found"),
    6: lambda: _("the export expired or was deleted"),
    7: lambda: _("not ready yet"),
    8: lambda: _("the server refuses the input"),
    9: lambda: _("the export failed"),
    10: lambda: _("network or server do not respond: run the same command again to continue"),
    11: lambda: _("the disk is full, or a file can't be written"),
    12: lambda: _("content differs from its checksum"),
    130: lambda: _("interrupted: run the same command again to continue"),
}
_MAX_SKEW_SECONDS = 300  # S3 refuses requests that are signed 15 minutes off; tokens tolerate less


@click.command("doctor", cls=Command, help=_("Check the set-up: configuration, network, clock, token, disk."))
@click.option("--reference", is_flag=True, help=_("List exit statuses and environment variables instead."))
@click.pass_obj
def doctor_command(session: Session, reference: bool) -> None:
    if reference:
        session.show(
            {
                "exit_statuses": {str(status): meaning() for status, meaning in _STATUSES.items()},
                "environment": {name: meaning() for name, meaning in _VARIABLES.items()},
            },
            "\n".join(
                [
                    _("Exit statuses"),
                    *(f"  {status:<4} {meaning()}" for status, meaning in _STATUSES.items()),
                    _("Environment variables"),
                    *(f"  {name:<22} {meaning()}" for name, meaning in _VARIABLES.items()),
                ]
            ),
        )
        return
    checks: list[dict[str, object]] = []
    failure: errors.SeqportError | None = None
    for name, check in _checks(session):
        try:
            checks.append({"check": name, "ok": True, "detail": check()})
        except errors.SeqportError as error:
            checks.append({"check": name, "ok": False, "detail": str(error)})
            failure = error
            break  # what follows depends on it
    marks = {True: "✓", False: "✗"}
    session.show({"checks": checks}, "\n".join(f"{marks[bool(c['ok'])]} {c['check']}: {c['detail']}" for c in checks))
    if failure is not None:
        raise click.exceptions.Exit(failure.exit_status)


def _checks(session: Session) -> Iterator[tuple[str, Callable[[], str]]]:
    yield (
        _("program"),
        lambda: f"seqport {VERSION}, Python {platform.python_version()}, {platform.platform(terse=True)}",
    )
    clients: list[Client] = []

    def configuration() -> str:
        clients.append(session.client())
        return _("{url}, configuration in {folder}").format(url=clients[0].transport.url, folder=config_folder())

    yield _("configuration"), configuration
    client = clients[0]
    yield _("server"), lambda: _("version {version}").format(version=client.api.get_health()["version"])
    yield _("clock"), lambda: _clock(client)
    yield _("token"), lambda: _token(client)
    yield _("disk"), lambda: _("{size} free here").format(size=text.size(shutil.disk_usage(os.curdir).free))


def _clock(client: Client) -> str:
    date = client.transport.request("GET", "/health").headers.get("date")
    if date is None:
        return _("not known")
    skew = (datetime.now(timezone.utc) - parsedate_to_datetime(date)).total_seconds()
    if abs(skew) > _MAX_SKEW_SECONDS:
        raise errors.SeqportError(
            _("This computer's clock differs by {seconds:.0f} seconds from the server's.").format(seconds=skew),
            hint=_("Correct it: set the time by NTP."),
        )
    return _("within {seconds:.0f} s of the server's").format(seconds=abs(skew))


def _token(client: Client) -> str:
    me = client.api.get_me()
    return _("valid, of {email}").format(email=me["email"])
