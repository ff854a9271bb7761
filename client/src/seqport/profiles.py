"""Profiles: the servers that the user signed in to, and their tokens.

`config.ini` has a section for each profile with its `url` and the id of its token, and names the default. The token is
in the system's keyring where the package keyring is installed and works, else in `credentials.ini`, which only the user
can read (mode 0600)."""

from __future__ import annotations

import configparser
import contextlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import platformdirs

from seqport import errors
from seqport.messages import translate as _

DEFAULT = "default"
_SETTINGS = "seqport"  # the section of what is no profile
_SERVICE = "seqport"


@dataclass(frozen=True)
class Profile:
    """A server and the token for it; `token_id` names the personal access token there, to be deleted by signing out."""

    name: str
    url: str
    token: str | None = field(default=None, repr=False)
    token_id: str | None = None


def config_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """SEQPORT_CONFIG_DIR, or the folder of the platform."""
    given = environment.get("SEQPORT_CONFIG_DIR")
    return Path(given) if given else platformdirs.user_config_path("seqport")


def state_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where interrupted uploads are recorded: SEQPORT_STATE_DIR, or the folder of the platform."""
    given = environment.get("SEQPORT_STATE_DIR")
    return Path(given) if given else platformdirs.user_state_path("seqport")


class Profiles:
    """The profiles in a folder."""

    def __init__(self, folder: Path) -> None:
        self._config, self._credentials = folder / "config.ini", folder / "credentials.ini"

    def names(self) -> list[str]:
        """All profiles, the default first."""
        config = _read(self._config)
        default = self._default(config)
        return sorted(
            (name for name in config.sections() if name != _SETTINGS), key=lambda name: (name != default, name)
        )

    def get(self, name: str | None) -> Profile | None:
        """The profile of this name, or the default; None if there is none."""
        config = _read(self._config)
        name = name or self._default(config)
        if name == _SETTINGS or not config.has_option(name, "url"):
            return None
        token_id = config.get(name, "token_id", fallback=None)
        return Profile(name, config.get(name, "url"), self._token(name), token_id)

    def put(self, profile: Profile) -> str:
        """Store a profile as the default; returns where its token is: `keyring` or a path."""
        config = _read(self._config)
        config[profile.name] = {"url": profile.url, **({"token_id": profile.token_id} if profile.token_id else {})}
        config[_SETTINGS] = {"default": profile.name}
        _write(self._config, config)
        return self._put_token(profile.name, profile.token)

    def remove(self, name: str) -> None:
        """Forget a profile and its token."""
        self._put_token(name, None)
        config = _read(self._config)
        config.remove_section(name)
        if self._default(config) == name:
            config.remove_section(_SETTINGS)
        _write(self._config, config)

    @staticmethod
    def _default(config: configparser.ConfigParser) -> str:
        chosen = config.get(_SETTINGS, "default", fallback=None)
        profiles = [name for name in config.sections() if name != _SETTINGS]
        return chosen or (profiles[0] if len(profiles) == 1 else DEFAULT)

    def _token(self, name: str) -> str | None:
        stored = _read(self._credentials).get(name, "token", fallback=None)
        if stored is not None:
            return stored
        keyring = _keyring()
        if keyring is None:
            return None
        try:
            token: str | None = keyring.get_password(_SERVICE, name)
        except Exception:  # noqa: BLE001 - each backend has errors of its own, and all mean that there is no token
            return None
        return token

    def _put_token(self, name: str, token: str | None) -> str:
        keyring = _keyring()
        credentials = _read(self._credentials)
        credentials.remove_section(name)
        place = "keyring"
        if keyring is None or not _put_into(keyring, name, token):
            place = str(self._credentials)
            if token is not None:
                credentials[name] = {"token": token}
        if credentials.sections() or self._credentials.exists():
            _write(self._credentials, credentials)
        return place


def _keyring() -> Any:
    """The module keyring if it is installed and has a backend."""
    try:
        import keyring
        from keyring.backends import fail
    except ImportError:
        return None
    return None if isinstance(keyring.get_keyring(), fail.Keyring) else keyring


def _put_into(keyring: Any, name: str, token: str | None) -> bool:
    try:
        if token is None:
            with contextlib.suppress(keyring.errors.PasswordDeleteError):
                keyring.delete_password(_SERVICE, name)
        else:
            keyring.set_password(_SERVICE, name, token)
    except Exception:  # noqa: BLE001 - a locked or broken keyring: the file takes its place
        return False
    return True


def _read(path: Path) -> configparser.ConfigParser:
    config = configparser.ConfigParser(interpolation=None)
    try:
        config.read(path, encoding="utf-8")
    except configparser.Error as error:
        raise errors.LocalFiles(
            _("{path} is damaged: {reason}.").format(path=path, reason=str(error).splitlines()[0]),
            hint=_("Correct or delete it, then sign in again."),
        ) from error
    return config


def _write(path: Path, config: configparser.ConfigParser) -> None:
    """Replace the file by one that only the user can read."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _replacing(path) as descriptor, os.fdopen(descriptor, "w", encoding="utf-8") as file:
        config.write(file)


@contextlib.contextmanager
def _replacing(path: Path) -> Iterator[int]:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # mode 0600
    try:
        yield descriptor
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
