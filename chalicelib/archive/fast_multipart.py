"""UploadPart and UploadPartCopy at about a quarter of the SDK's CPU: its signature, over pooled connections."""

from typing import TYPE_CHECKING
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import boto3
import urllib3
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config

from chalicelib.archive.bucket_urls import bucket_url
from chalicelib.archive.entries import Source
from chalicelib.archive.obstore_reader import is_plain

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# The payload is verified by its CRC-32, as in chalicelib/aws.py.
_UNSIGNED = Config(s3={"payload_signing_enabled": False})
_TIMEOUT = urllib3.Timeout(connect=5, read=300)
Address = tuple[str, str, str, int]  # of a part: bucket, key, upload id, number


class NoAnswer(Exception):
    """The store did not answer in time, and may still carry out the request."""


class FastMultipartClient:
    """Parts of multipart uploads. Best effort: None only means “not done here”; the caller falls back to boto3, with
    its retries and the errors that the engine understands. Writing a part twice is the same as writing it once."""

    def __init__(self, session: boto3.Session, s3: "S3Client") -> None:
        credentials = session.get_credentials()
        if credentials is None:
            raise ValueError("there are no credentials for the object store")
        self._credentials = credentials
        self._endpoint, self._region = s3.meta.endpoint_url, s3.meta.region_name
        self._http = urllib3.PoolManager(maxsize=96, timeout=_TIMEOUT, retries=False)

    def put(self, part: Address, body: bytes | bytearray, checksum: str | None) -> str | None:
        """Upload a part, verified by its CRC-32 in base64; returns its ETag."""
        try:
            answer = self._send(part, {} if checksum is None else {"x-amz-checksum-crc32": checksum}, body)
        except NoAnswer:  # sending the same bytes again is harmless
            return None
        return None if answer is None else answer.headers.get("ETag")

    def copy(
        self, part: Address, source: Source, start: int, length: int, *, is_whole: bool
    ) -> tuple[str, str | None] | None:
        """Have a source, or a range of it, copied to a part; its ETag, and the CRC-32 in base64 from S3. Raises
        NoAnswer when none came in time: S3 may go on copying."""
        if not is_plain(source.key):
            return None
        version = "" if source.version_id is None else "?" + urlencode({"versionId": source.version_id})
        headers = {
            "x-amz-copy-source": f"{source.bucket}/{source.key}{version}",
            "x-amz-copy-source-if-match": source.etag,
        }
        if not is_whole:
            headers["x-amz-copy-source-range"] = f"bytes={start}-{start + length - 1}"
        answer = self._send(part, headers, b"")
        return None if answer is None else _copied(answer.data)

    def _send(self, part: Address, headers: dict[str, str], body: bytes | bytearray) -> urllib3.BaseHTTPResponse | None:
        bucket, key, upload_id, number = part
        if not is_plain(key):
            return None
        query = urlencode({"partNumber": number, "uploadId": upload_id})
        url = f"{bucket_url(self._endpoint, bucket)}/{key}?{query}"
        request = AWSRequest("PUT", url, dict(headers))
        request.context["client_config"] = _UNSIGNED
        S3SigV4Auth(self._credentials.get_frozen_credentials(), "s3", self._region).add_auth(request)
        try:
            # A bytearray is sent as it is: urllib3 accepts any buffer.
            answer = self._http.request("PUT", url, body=body, headers=dict(request.headers.items()))  # type: ignore[arg-type]
        except urllib3.exceptions.ReadTimeoutError as error:
            raise NoAnswer(str(error)) from error
        except (urllib3.exceptions.HTTPError, OSError):
            return None
        return answer if answer.status == 200 else None


def _copied(document: bytes) -> tuple[str, str | None] | None:
    """The values of a CopyPartResult; None for an error, which can have status 200 too."""
    try:
        root = ET.fromstring(document)  # noqa: S314 - the answer of the object store
    except ET.ParseError:
        return None
    values = {element.tag.rpartition("}")[2]: element.text for element in root}
    etag = values.get("ETag")
    return (etag, values.get("ChecksumCRC32")) if root.tag.endswith("CopyPartResult") and etag else None
