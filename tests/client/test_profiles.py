"""Stored servers and tokens."""

import stat
from collections.abc import Iterator
from pathlib import Path

import keyring
import keyring.errors
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail
from seqport import errors
from seqport.client import connect
from seqport.profiles import Profile, Profiles

PROD = Profile("prod", "https://seqport.example.org", "token-1", "t1")
TEST = Profile("test", "https://test.example.org", "token-2", "t2")


class MemoryKeyring(KeyringBackend):
    """A fake keyring, which may be locked."""

    priority = -1.0  # never chosen by itself

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # the library has no type here
        self.passwords: dict[tuple[str, str], str] = {}
        self.is_locked = False

    def _check(self) -> None:
        if self.is_locked:
            raise keyring.errors.KeyringLocked

    def get_password(self, service: str, username: str) -> str | None:
        self._check()
        return self.passwords.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._check()
        self.passwords[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._check()
        if self.passwords.pop((service, username), None) is None:
            raise keyring.errors.PasswordDeleteError


@pytest.fixture(autouse=True)
def no_keyring() -> Iterator[None]:
    """The tests leave the keyring of this computer alone."""
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())  # type: ignore[no-untyped-call] # the library has no type here
    yield
    keyring.set_keyring(before)


@pytest.fixture
def system_keyring(no_keyring: None) -> MemoryKeyring:
    fake = MemoryKeyring()
    keyring.set_keyring(fake)
    return fake


def test_profile_is_read_back_and_the_last_one_is_the_default(tmp_path: Path) -> None:
    profiles = Profiles(tmp_path / "new" / "folder")
    profiles.put(PROD)
    profiles.put(TEST)
    assert profiles.get("prod") == PROD
    assert profiles.get(None) == TEST
    assert profiles.names() == ["test", "prod"]


def test_files_are_readable_by_their_user_only(tmp_path: Path) -> None:
    place = Profiles(tmp_path).put(PROD)
    assert place == str(tmp_path / "credentials.ini")
    for path in tmp_path.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "token-1" not in (tmp_path / "config.ini").read_text()


def test_removed_profile_leaves_no_token(tmp_path: Path) -> None:
    profiles = Profiles(tmp_path)
    profiles.put(PROD)
    profiles.put(TEST)
    profiles.remove("test")
    assert profiles.get("test") is None
    assert profiles.get(None) == PROD
    assert "token-2" not in (tmp_path / "credentials.ini").read_text()


def test_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "config.ini").write_text("no section")
    with pytest.raises(errors.LocalFiles, match=r"config\.ini"):
        Profiles(tmp_path).get(None)


def test_environment_takes_precedence(tmp_path: Path) -> None:
    Profiles(tmp_path).put(PROD)
    environment = {"SEQPORT_CONFIG_DIR": str(tmp_path), "SEQPORT_TOKEN": "other"}
    assert connect(environment=environment).token == "other"
    assert connect(environment=environment).url == PROD.url


def test_stored_token_is_sent_to_its_own_server_only(tmp_path: Path) -> None:
    Profiles(tmp_path).put(PROD)
    environment = {"SEQPORT_CONFIG_DIR": str(tmp_path), "SEQPORT_URL": "https://other.example.org"}
    assert connect(environment=environment).token is None
    assert connect(environment={**environment, "SEQPORT_URL": f"{PROD.url}/"}).token == "token-1"


def test_missing_configuration_says_what_to_do(tmp_path: Path) -> None:
    environment = {"SEQPORT_CONFIG_DIR": str(tmp_path)}
    with pytest.raises(errors.UsageError, match="seqport login"):
        connect(environment=environment)
    with pytest.raises(errors.UsageError, match="nowhere"):
        connect(profile="nowhere", environment=environment)


def test_token_is_in_the_keyring_and_in_no_file(tmp_path: Path, system_keyring: MemoryKeyring) -> None:
    profiles = Profiles(tmp_path)
    assert profiles.put(PROD) == "keyring"
    assert list(system_keyring.passwords.values()) == ["token-1"]
    assert all("token-1" not in path.read_text() for path in tmp_path.iterdir())
    assert profiles.get("prod") == PROD
    profiles.remove("prod")
    assert system_keyring.passwords == {}
    assert profiles.get("prod") is None


def test_token_moves_to_a_file_while_the_keyring_is_locked(tmp_path: Path, system_keyring: MemoryKeyring) -> None:
    profiles = Profiles(tmp_path)
    system_keyring.is_locked = True
    assert profiles.put(PROD) == str(tmp_path / "credentials.ini")
    assert profiles.get("prod") == PROD
    system_keyring.is_locked = False
    assert profiles.put(PROD) == "keyring"
    assert "token-1" not in (tmp_path / "credentials.ini").read_text()
    system_keyring.is_locked = True
    locked = profiles.get("prod")
    assert locked is not None
    assert locked.token is None
