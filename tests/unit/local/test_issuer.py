from pathlib import Path

import jwt
import pytest

from infra.local.issuer import SignInRefused, issuer, names_of
from infra.local.servers import LocalStackError


def test_a_token_is_verified_by_the_published_key(tmp_path: Path) -> None:
    made = issuer("http://127.0.0.1:1/local", tmp_path)
    key = jwt.PyJWK(made.jwks()["keys"][0])
    token = made.token({"email": "Ana.Lopez@example.org", "locale": "fr"})
    claims = jwt.decode(token, key.key, algorithms=["RS256"], audience="seqport", issuer=made.url)
    assert (claims["email"], claims["given_name"], claims["family_name"], claims["locale"]) == (
        "ana.lopez@example.org", "Ana", "Lopez", "fr",
    )  # fmt: skip
    assert claims["exp"] - claims["iat"] == 12 * 3600


def test_the_same_person_and_key_after_a_restart(tmp_path: Path) -> None:
    first, second = issuer("http://x", tmp_path), issuer("http://x", tmp_path)
    assert first.jwks() == second.jwks()
    subjects = {
        jwt.decode(started.token({"email": "a@example.org"}), options={"verify_signature": False})["sub"]
        for started in (first, second)
    }
    assert len(subjects) == 1
    assert (tmp_path / "issuer.pem").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("profile", "pointer"),
    [
        ({}, "/email"),
        ({"email": 5}, "/email"),
        ({"email": "a@example.com"}, "/email"),
        ({"email": "a@notexample.org"}, "/email"),
        ({"email": "a@example.org\n"}, "/email"),
        ({"email": "a@example.org", "locale": "de"}, "/locale"),
        ({"email": "a@example.org", "first_name": 1}, "/first_name"),
    ],
)
def test_refused_sign_in_has_a_reason(tmp_path: Path, profile: dict[str, object], pointer: str) -> None:
    with pytest.raises(SignInRefused) as refused:
        issuer("http://x", tmp_path).token(profile)
    assert refused.value.pointer == pointer


@pytest.mark.parametrize(
    ("email", "names"),
    [
        ("ana.lopez@example.org", ("Ana", "Lopez")),
        ("owner@demo.example.org", ("Owner", "Demo")),
        ("a-b_c@example.org", ("A", "B C")),
    ],
)
def test_names_are_guessed_from_the_address(email: str, names: tuple[str, str]) -> None:
    assert names_of(email) == names


def test_a_damaged_key_is_named(tmp_path: Path) -> None:
    (tmp_path / "issuer.pem").write_text("x")
    with pytest.raises(LocalStackError, match="damaged"):
        issuer("http://x", tmp_path)
