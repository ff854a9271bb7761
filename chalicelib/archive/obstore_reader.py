"""GetObject by obstore."""

import re
from functools import lru_cache
from typing import TYPE_CHECKING

import boto3
from obstore.auth.boto3 import Boto3CredentialProvider
from obstore.exceptions import BaseError
from obstore.store import S3Store

from chalicelib.archive.bucket_urls import bucket_url, is_virtual_hosted
from chalicelib.archive.entries import Source

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from obstore import GetOptions

# Keys with other characters go through boto3: fast clients would encode some of them differently.
_PLAIN_KEY = re.compile(r"[A-Za-z0-9_.=-]+(/[A-Za-z0-9_.=-]+)*")
_PIECE = 1 << 20
_DOTS = re.compile(r"(^|/)\.{1,2}(/|$)")


def is_plain(key: str) -> bool:
    """Can this key be used in a URL without encoding?"""
    return _PLAIN_KEY.fullmatch(key) is not None and _DOTS.search(key) is None


class ObstoreReader:
    """GetObject by obstore, at about a sixth of the SDK's CPU for a small object (docs/decisions/0005)."""

    def __init__(self, session: boto3.Session, s3: "S3Client") -> None:
        provider = Boto3CredentialProvider(session)
        endpoint, region = s3.meta.endpoint_url, s3.meta.region_name

        @lru_cache(maxsize=64)
        def bucket(name: str) -> S3Store:
            is_host = is_virtual_hosted(endpoint, name)
            return S3Store(
                name,
                endpoint=bucket_url(endpoint, name) if is_host else endpoint,
                region=region,
                credential_provider=provider,
                virtual_hosted_style_request=is_host,
                client_options={"allow_http": True, "connect_timeout": "5s", "timeout": "60s"},
                retry_config={"max_retries": 0},
            )

        self._bucket = bucket

    def read_into(self, view: memoryview, source: Source, start: int, size: int) -> bool:
        """Fill `view` from `start`, if the object is the planned one and has this size; False says only that the bytes
        did not come: boto3 then repeats the request and reports why."""
        if not is_plain(source.key):
            return False
        options: GetOptions = {"if_match": source.etag, "range": (start, start + len(view))}
        if source.version_id is not None:
            options["version"] = source.version_id
        at = 0
        try:
            # In pieces: the whole of a larger body would be held twice.
            found = self._bucket(source.bucket).get(source.key, options=options)
            if found.meta["size"] != size:
                return False
            for piece in found.stream(_PIECE):
                view[at : at + len(piece)] = piece
                at += len(piece)
        except (BaseError, OSError, ValueError):  # a missing object, for example, is a FileNotFoundError
            return False
        return at == len(view)
