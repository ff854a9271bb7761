"""Where webhooks may lead."""

import socket
from ipaddress import ip_address
from typing import Any

import pytest

from chalicelib.webhooks.addresses import NotAllowed, Target, is_public, resolve, target_of, violation


@pytest.mark.parametrize(
    "text",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.1", "224.0.0.1",
        "255.255.255.255", "192.0.2.1", "198.18.0.1", "240.0.0.1", "::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254",
        "ff02::1", "2001:db8::1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::1", "2001:0:1::1", "64:ff9b:1::1",
    ],
)  # fmt: skip
def test_private_and_special_addresses_are_not_public(text: str) -> None:
    """IANA's IPv4 and IPv6 Special-Purpose Address Registries; the addresses of EC2's metadata service."""
    assert not is_public(ip_address(text))


@pytest.mark.parametrize("text", ["1.1.1.1", "52.94.76.1", "2606:4700:4700::1111", "::ffff:1.1.1.1"])
def test_other_addresses_are_public(text: str) -> None:
    assert is_public(ip_address(text))


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("https://hooks.example.org/a?b=c", None),
        ("https://hooks.example.org:8443/", None),
        ("http://hooks.example.org/", "Must begin with https://."),
        ("ftp://hooks.example.org/", "Must begin with https://."),
        ("https://user:word@hooks.example.org/", "Must have no user name or password."),
        ("https://hooks.example.org/#x", "Must have no fragment."),
        ("https://10.0.0.1/", "The host has an address that is not public."),
        ("https://[::1]/", "The host has an address that is not public."),
        ("https://", "Must be a URL such as https://host/path."),
        ("https://hooks.example.org:x/", "Must be a URL such as https://host/path."),
        ("https://hooks.example.org/a b", "Must be a URL such as https://host/path."),
        ("https://hooks.example.org/\r\nX: y", "Must be a URL such as https://host/path."),
        ("https://[::1/", "Must be a URL such as https://host/path."),
        (f"https://h.org/{'x' * 2_000}", "Must be a URL such as https://host/path."),
    ],
)
def test_a_url_s_rule(url: str, rule: str | None) -> None:
    found = violation(url, any_host=False)
    assert (found if found is None else str(found)) == rule


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000/x", "https://10.0.0.1/"])
def test_on_a_laptop_any_host_is_allowed(url: str) -> None:
    assert violation(url, any_host=True) is None


def answering(*addresses: str) -> Any:
    """A resolver that gives these addresses."""

    def resolved(host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET6 if ":" in one else socket.AF_INET, 1, 6, "", (one, port)) for one in addresses]

    return resolved


@pytest.mark.parametrize(
    "addresses",
    [("10.0.0.1",), ("1.1.1.1", "10.0.0.1"), ("2606:4700:4700::1111", "fe80::1%eth0"), ("::ffff:127.0.0.1",)],
)
def test_a_name_with_any_private_address_is_refused(
    monkeypatch: pytest.MonkeyPatch, addresses: tuple[str, ...]
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answering(*addresses))
    with pytest.raises(NotAllowed):
        resolve(Target("https", "hooks.example.org", 443, "/"), any_host=False)


def test_the_address_that_was_checked_is_the_one_to_connect_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answering("2606:4700:4700::1111", "1.1.1.1"))
    assert resolve(target_of("https://hooks.example.org/x", any_host=False), any_host=False) == "1.1.1.1"


def test_the_host_header_has_the_port_unless_it_is_the_scheme_s_own() -> None:
    hosts = [target_of(f"https://h.org{port}/", any_host=False).host_header for port in ("", ":443", ":8443")]
    assert hosts == ["h.org", "h.org", "h.org:8443"]
