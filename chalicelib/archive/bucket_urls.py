"""The URLs of buckets, for the clients that build their requests themselves."""

from urllib.parse import urlsplit

_AWS = (".amazonaws.com", ".amazonaws.com.cn")


def is_aws(endpoint: str) -> bool:
    """Is this endpoint S3 itself, in any of AWS's partitions?"""
    return (urlsplit(endpoint).hostname or "").endswith(_AWS)


def is_virtual_hosted(endpoint: str, bucket: str) -> bool:
    """Is the bucket addressed by its host name? S3 requires it of new buckets, but TLS certificates don't match names
    with dots, and other servers have no host names for buckets. Source: S3 User Guide, "Virtual hosting of buckets"."""
    return is_aws(endpoint) and "." not in bucket


def bucket_url(endpoint: str, bucket: str) -> str:
    """The URL of a bucket at this endpoint, without a slash at its end."""
    if not is_virtual_hosted(endpoint, bucket):
        return f"{endpoint}/{bucket}"
    scheme, host = endpoint.split("://", 1)
    return f"{scheme}://{bucket}.{host}"
