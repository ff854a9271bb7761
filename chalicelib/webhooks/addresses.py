"""Where webhooks may lead: over HTTPS to public addresses only, so that nobody reaches what is only reachable from
inside of a network ("Server Side Request Forgery", Standard Webhooks specification).

Names are resolved when a request is sent, and the request goes to the address that was checked: a name that is resolved
again could give another one.
"""

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from chalicelib.errors import Message, message

MAX_URL = 2_000  # characters
_Address = IPv4Address | IPv6Address
# IPv6 addresses that stand for an IPv4 address: RFC 6052 and 8215 (translation), RFC 3056 (6to4), RFC 4380 (Teredo).
_EMBEDDING = [ip_network(text) for text in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")]


class NotAllowed(Exception):
    """A URL that webhooks may not have, or whose host has an address that is not public."""

    def __init__(self, rule: Message) -> None:
        super().__init__(rule)
        self.rule = rule


@dataclass(frozen=True, slots=True)
class Target:
    """A URL in parts, for a request to one of the host's addresses. `path` with the query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def host_header(self) -> str:
        """The value of the header Host."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


_DEFAULT_PORTS = {"https": 443, "http": 80}


def violation(url: str, *, any_host: bool) -> Message | None:
    """The rule that a URL breaks, or None. `any_host`: private addresses and HTTP are allowed, for tests."""
    try:
        target = target_of(url, any_host=any_host)
    except NotAllowed as error:
        return error.rule
    literal = _literal(target.host)
    if not any_host and literal is not None and not is_public(literal):
        return _NOT_PUBLIC
    return None


_NOT_PUBLIC = message("The host has an address that is not public.")
_NOT_A_URL = message("Must be a URL such as https://host/path.")


def target_of(url: str, *, any_host: bool) -> Target:
    """The parts of a URL. Raises NotAllowed."""
    try:
        parts = urlsplit(url)
        port = parts.port
        host = (parts.hostname or "").encode("idna").decode()
    except (ValueError, UnicodeError):
        raise NotAllowed(_NOT_A_URL) from None
    if not url.isascii() or not url.isprintable() or " " in url or not host or len(url) > MAX_URL:
        raise NotAllowed(_NOT_A_URL)
    if parts.scheme != "https" and not (any_host and parts.scheme == "http"):
        raise NotAllowed(message("Must begin with https://."))
    if parts.username is not None or parts.password is not None:
        raise NotAllowed(message("Must have no user name or password."))
    if parts.fragment:
        raise NotAllowed(message("Must have no fragment."))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port or _DEFAULT_PORTS[parts.scheme], path)


def resolve(target: Target, *, any_host: bool) -> str:
    """An address of the host. Raises NotAllowed if any of its addresses is not public, OSError if it has none."""
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(row[4][0]) for row in found))
    if not any_host and not all(is_public(ip_address(address.partition("%")[0])) for address in addresses):
        raise NotAllowed(_NOT_PUBLIC)
    # Functions outside of a VPC have no IPv6.
    return next((address for address in addresses if ":" not in address), addresses[0])


def is_public(address: _Address) -> bool:
    """Is an address globally reachable, by IANA's registries of special-purpose addresses, and no multicast one? Those
    that stand for an IPv4 address are not: they could lead to any."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    if mapped is not None:
        return is_public(mapped)
    embeds = any(address.version == network.version and address in network for network in _EMBEDDING)
    return address.is_global and not address.is_multicast and not address.is_reserved and not embeds


def _literal(host: str) -> _Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
