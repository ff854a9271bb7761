"""Stored servers and tokens."""

import stat
from pathlib import Path

import pytest
from seqport import errors
from seqport.client import connect
from seqport.profiles import Profile, Profiles

PROD = Profile("prod", "https://seqport.example.org", "token-1", "t1")
TEST = Profile("test", "https://test.example.org", "token-2", "t2")


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
