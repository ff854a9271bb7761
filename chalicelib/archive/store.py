"""The object store as the engine meets it: the SDK for everything, and lean clients for what there is much of."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3
from botocore.handlers import convert_body_to_file_like_object

from chalicelib.archive.lean_parts import LeanParts
from chalicelib.archive.lean_reads import LeanReads

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True, slots=True)
class Store:
    """The SDK's client, and the lean ones where there are some."""

    s3: "S3Client"
    reads: LeanReads | None = None
    parts: LeanParts | None = None


def lean_store(session: boto3.Session, s3: "S3Client") -> Store:
    """The store of a client: parts are sent from where they lie, and bodies and parts travel lean.

    The SDK makes a file of a part's bytes, which copies them, and sends that in pieces of 16 KiB.
    """
    s3.meta.events.unregister("before-parameter-build.s3.UploadPart", convert_body_to_file_like_object)
    return Store(s3, LeanReads(session, s3), LeanParts(session, s3))
