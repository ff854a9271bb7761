"""Seqport's client: exports of sequencing data. See `seqport.client`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from seqport import version

if TYPE_CHECKING:
    from seqport.client import AsyncClient, Client

__version__ = version.VERSION
__all__ = ["AsyncClient", "Client", "__version__"]


def __getattr__(name: str) -> Any:
    """The clients are imported when they are used, so that `seqport --help` starts quickly."""
    if name in {"AsyncClient", "Client"}:
        from seqport import client

        return getattr(client, name)
    raise AttributeError(name)
