"""Ports for servers: free, different, and none that an outgoing connection could take meanwhile."""

import socket

import pytest

from infra.local import servers
from infra.local.servers import HOST, LocalStackError, free_ports, is_free


def test_ports_are_free_new_and_below_the_ephemeral_range() -> None:
    first, second = free_ports(13), free_ports(13)
    assert len({*first, *second}) == 26
    assert all(10_240 <= port < 32_768 and is_free(port) for port in (*first, *second))


def test_a_port_in_use_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    (port,) = free_ports(1)
    with socket.socket() as taken:
        taken.bind((HOST, port))
        taken.listen()
        monkeypatch.setattr(servers, "_own_ports", lambda: iter([port, port + 1, port + 2]))
        assert port not in free_ports(1)
        monkeypatch.setattr(servers, "_own_ports", lambda: iter([port]))
        with pytest.raises(LocalStackError, match="free ports"):
            free_ports(1)
