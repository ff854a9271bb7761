"""`seqport login`, `logout`, `whoami`."""

from __future__ import annotations

import contextlib
import sys
import webbrowser
from urllib.parse import urlsplit

import click

from seqport import errors, sign_in
from seqport.cli.group import Command
from seqport.cli.session import Session
from seqport.messages import translate as _
from seqport.operations import Operations
from seqport.profiles import DEFAULT, Profile, Profiles, config_folder
from seqport.transport import Transport

_MAX_FOLDERS = 2


@click.command(
    "login",
    cls=Command,
    help=_(
        "Sign in to the server at URL, in a browser. The server gives a personal access token for this computer, "
        "which is stored in the system's keyring, or in a file that only you can read."
    ),
)
@click.argument("url")
@click.option("--device", is_flag=True, help=_("Sign in on another device, with a code that is shown here."))
@click.option("--token", is_flag=True, help=_("Use a personal access token that you made: read from standard input."))
@click.pass_obj
def login_command(session: Session, url: str, device: bool, token: bool) -> None:
    url = server_of(url)
    name = session.profile or DEFAULT
    if token:
        secret = click.prompt(_("Token"), hide_input=True, err=True) if sys.stdin.isatty() else sys.stdin.read().strip()
        profile = Profile(name, url, secret)
    else:
        settings = Operations(Transport(url)).get_sign_in()
        if device:
            access = sign_in.by_device(settings, _show_code, session.stop)
        else:
            access = sign_in.by_browser(settings, _open, session.stop)
        made = sign_in.personal_access_token(url, access)
        profile = Profile(name, url, made["token"], made["id"])
    me = Operations(Transport(url, profile.token)).get_me()
    place = Profiles(config_folder()).put(profile)
    where = _("the system's keyring") if place == "keyring" else place
    session.show(
        {"profile": name, "url": url, "email": me["email"], "token_in": place},
        _("Signed in to {url} as {email}. The token is in {place}.").format(url=url, email=me["email"], place=where),
    )


@click.command("logout", cls=Command, help=_("Sign out: delete the token, here and at the server."))
@click.pass_obj
def logout_command(session: Session) -> None:
    profiles = Profiles(config_folder())
    profile = profiles.get(session.profile)
    if profile is None:
        raise errors.UsageError(_("You are not signed in."))
    if profile.token_id is not None:
        # A token that is expired or revoked is what was wanted.
        with contextlib.suppress(errors.NotSignedIn, errors.NotFound):
            Operations(Transport(profile.url, profile.token)).delete_token(profile.token_id)
    profiles.remove(profile.name)
    session.show({"profile": profile.name, "url": profile.url}, _("Signed out of {url}.").format(url=profile.url))


@click.command("whoami", cls=Command, help=_("Show the server and the user."))
@click.pass_obj
def whoami_command(session: Session) -> None:
    client = session.client()
    me = client.api.get_me()
    session.show(
        {"url": client.transport.url, **me},
        _("{first} {last} ({email}) at {url}").format(
            first=me["first_name"], last=me["last_name"], email=me["email"], url=client.transport.url
        ),
    )


def server_of(url: str) -> str:
    """The address of the server, whatever page of it the user copied: the shortest path below which there is the API
    (without a domain of its own, a deployment's pages are below the path of a stage). Raises SeqportError."""
    parts = urlsplit(url if "://" in url else f"https://{url}")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise errors.UsageError(_("{url} is not the address of a server.").format(url=url))
    if parts.scheme == "http" and parts.hostname not in {"localhost", "127.0.0.1", "::1"}:
        raise errors.UsageError(_("{url} is not encrypted.").format(url=url), hint=_("Use https://."))
    folders = [name for name in parts.path.split("/") if name][:_MAX_FOLDERS]
    host = f"{parts.scheme}://{parts.netloc}"
    candidates = ["/".join([host, *folders[:count]]) for count in range(len(folders) + 1)]
    for candidate in candidates[:-1]:
        with contextlib.suppress(errors.SeqportError):
            Operations(Transport(candidate)).get_health()
            return candidate
    Operations(Transport(candidates[-1])).get_health()
    return candidates[-1]


def _open(url: str) -> None:
    click.echo(_("Sign in in your browser. If it does not open, open this address:"), err=True)
    click.echo(url, err=True)
    with contextlib.suppress(webbrowser.Error):
        webbrowser.open(url)


def _show_code(code: sign_in.DeviceCode) -> None:
    click.echo(_("Open {url} and enter the code {code}").format(url=code.url, code=code.user_code), err=True)
