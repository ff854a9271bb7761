"""Clients of the local stack's servers."""

import boto3

from infra.deployment import Client, clients


def local_clients(endpoint: str, access_key: str, secret_key: str, region: str) -> Client:
    """A maker of clients for the server at an endpoint; it has no hosts for buckets."""
    session = boto3.Session(aws_access_key_id=access_key, aws_secret_access_key=secret_key, region_name=region)
    return clients(session, endpoint, path_style=True)
