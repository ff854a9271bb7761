"""The service's own secret, made on first use: signs opaque values we hand to clients and accept back, such as
cursors."""

import base64
import hmac
import secrets
from functools import cache

from pynamodb.attributes import UnicodeAttribute

from chalicelib.tables import Row, TableName

_SIGNATURE = 12  # bytes: forging takes 2^95 requests on average
_PLACE = ("SIGNING_KEY", "1")


class _KeyRow(Row):
    """`SIGNING_KEY` / `1`, in the secrets table, which is encrypted at rest."""

    class Meta:
        table_name = TableName("secrets_table")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    secret = UnicodeAttribute()


@cache
def _key() -> bytes:
    for row in _KeyRow.query(_PLACE[0], _KeyRow.sk == _PLACE[1], consistent_read=True):
        return base64.b64decode(row.secret)
    row = _KeyRow(*_PLACE, secret=base64.b64encode(secrets.token_bytes(32)).decode())
    row.save_if(_KeyRow.pk.does_not_exist())
    return base64.b64decode(_KeyRow.get(*_PLACE, consistent_read=True).secret)


def forget_key() -> None:
    """Drop the cached key, for tests."""
    _key.cache_clear()


def sign(purpose: str, text: str) -> str:
    """A signature of `text` for this purpose; URL-safe, 16 characters."""
    digest = hmac.digest(_key(), f"{purpose}\n{text}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest[:_SIGNATURE]).decode()


def is_signed(purpose: str, text: str, signature: str) -> bool:
    """Did `sign` make this signature?"""
    return signature.isascii() and hmac.compare_digest(sign(purpose, text), signature)
