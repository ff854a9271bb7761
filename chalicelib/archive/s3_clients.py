"""The S3 clients of the engine: boto3 for everything, and fast clients for reads and parts."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3
from botocore.handlers import convert_body_to_file_like_object

from chalicelib.archive.bucket_urls import is_aws
from chalicelib.archive.fast_multipart import FastMultipartClient
from chalicelib.archive.obstore_reader import ObstoreReader

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True, slots=True)
class S3Clients:
    """boto3's client, and the fast ones if any. `once` is a client that never repeats a call by itself:
    a copy that times out continues in the store, and each repeat would add another."""

    s3: "S3Client"
    reads: ObstoreReader | None = None
    parts: FastMultipartClient | None = None
    once: "S3Client | None" = None

    @property
    def copier(self) -> "S3Client":
        """The client for copies."""
        return self.once or self.s3

    @property
    def is_aws(self) -> bool:
        """Is it S3 itself, which runs any number of copies at once? Other servers share a few disks."""
        return is_aws(self.s3.meta.endpoint_url)


def with_fast_paths(session: boto3.Session, s3: "S3Client", once: "S3Client | None" = None) -> S3Clients:
    """The clients with fast paths: parts are sent from their buffers, bodies and parts by the fast clients.

    The SDK makes a file of a part's bytes, which copies them, and sends that in pieces of 16 KiB.
    """
    s3.meta.events.unregister("before-parameter-build.s3.UploadPart", convert_body_to_file_like_object)
    return S3Clients(s3, ObstoreReader(session, s3), FastMultipartClient(session, s3), once)
