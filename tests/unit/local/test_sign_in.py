from pathlib import Path

import pytest
from seqport.sign_in import REDIRECT_URI

from infra.local.issuer import SignInRefused, issuer
from infra.local.sign_in import SignIn

ORIGIN = "http://127.0.0.1:8000"
QUERY = {"email": "ana@example.org", "state": "s", "code_challenge": "c", "code_challenge_method": "S256"}


@pytest.fixture
def sign_in(tmp_path: Path) -> SignIn:
    return SignIn(issuer(ORIGIN, tmp_path))


@pytest.mark.parametrize(
    "uri",
    [
        None,
        "",
        "/signed-in",
        f"{ORIGIN}/",
        f"{ORIGIN}/signed-in/",
        f"{ORIGIN}/signed-in?next=x",
        f"{ORIGIN}/signed-in#x",
        f"{ORIGIN}/signed-in\r\nSet-Cookie: a=b",
        f"{ORIGIN}.example.com/signed-in",
        "http://ana@127.0.0.1:8000/signed-in",
        "http://127.0.0.1:8001/signed-in",
        "https://127.0.0.1:8000/signed-in",
        "https://evil.example.com/signed-in",
        "javascript:alert(1)//signed-in",
        "http://localhost:8001/signed-in",
    ],
)
def test_codes_are_sent_to_the_registered_page_only(sign_in: SignIn, uri: str | None) -> None:
    query = QUERY if uri is None else {**QUERY, "redirect_uri": uri}
    with pytest.raises(SignInRefused) as refused:
        sign_in.authorize(query, ORIGIN)
    assert refused.value.pointer == "/redirect_uri"


@pytest.mark.parametrize("uri", [f"{ORIGIN}/signed-in", REDIRECT_URI])
def test_a_code_is_returned_with_the_state(sign_in: SignIn, uri: str) -> None:
    back = sign_in.authorize({**QUERY, "redirect_uri": uri}, ORIGIN)
    assert back.startswith(f"{uri}?code=")
    assert back.endswith("&state=s")
