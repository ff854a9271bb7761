"""Bindings of buckets and prefixes to groups and projects: their uploaders may register the objects there."""

import re
from typing import Any

from chalicelib.catalog.files.registration import SOURCE, source_key
from chalicelib.catalog.namespaces.table import META
from chalicelib.catalog.puid_rows import PUID, puid_key
from infra.deployment import Client, DeploymentFailed

_URI = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(?P<prefix>([^\x00]*/)?)")


class Bindings:
    """The bindings of a deployment, in its table of namespaces."""

    def __init__(self, client: Client, table: str) -> None:
        self._dynamodb, self._table = client("dynamodb"), table

    def bind(self, namespace: str, uri: str) -> None:
        """Bind a prefix, which ends with a slash (or is empty: the whole bucket), to a group or project by id or PUID,
        and all below it. Raises DeploymentFailed."""
        self._dynamodb.put_item(TableName=self._table, Item=self._key(namespace, uri))

    def unbind(self, namespace: str, uri: str) -> None:
        """Remove a binding. What is registered stays registered. Raises DeploymentFailed if there is none."""
        removed = self._dynamodb.delete_item(
            TableName=self._table, Key=self._key(namespace, uri), ReturnValues="ALL_OLD"
        )
        if "Attributes" not in removed:
            raise DeploymentFailed(f"{uri} is not bound to {namespace}")

    def of(self, namespace: str) -> list[str]:
        """The URIs that are bound to a group or project itself. Raises DeploymentFailed for an unknown one."""
        hash_key, _ = source_key(self._id(namespace), "", "")
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
            ExpressionAttributeValues={":pk": {"S": hash_key}, ":sk": {"S": SOURCE}},
        )
        return [row["sk"]["S"].removeprefix(SOURCE) for page in pages for row in page["Items"]]

    def _key(self, namespace: str, uri: str) -> dict[str, Any]:
        found = _URI.fullmatch(uri)
        if found is None:
            raise DeploymentFailed(f"{uri!r} is no bucket or prefix; it must be s3://bucket/ or s3://bucket/prefix/")
        hash_key, range_key = source_key(self._id(namespace), found["bucket"], found["prefix"])
        return {"pk": {"S": hash_key}, "sk": {"S": range_key}}

    def _id(self, id_or_puid: str) -> str:
        named = self._get(puid_key(id_or_puid), PUID)
        identity: str = named["target_id"]["S"] if named else id_or_puid
        if not self._get(f"NS#{identity}", META):
            raise DeploymentFailed(f"there is no group or project {id_or_puid!r}: give its id or PUID")
        return identity

    def _get(self, hash_key: str, range_key: str) -> dict[str, Any]:
        found = self._dynamodb.get_item(TableName=self._table, Key={"pk": {"S": hash_key}, "sk": {"S": range_key}})
        row: dict[str, Any] = found.get("Item", {})
        return row


def readable(uri: str, registered_objects: str) -> bool:
    """May the functions read what is below this URI, by the parameter `RegisteredObjects` (ARNs, comma-separated)?"""
    resource = uri.removeprefix("s3://")
    patterns = [arn.split(":::", 1)[-1] for arn in registered_objects.split(",") if arn]
    return any(pattern.endswith("*") and resource.startswith(pattern[:-1]) for pattern in patterns)


def buckets_of(registered_objects: str) -> dict[str, str]:
    """The parameter `RegisteredBuckets`: the ARNs of the buckets of `RegisteredObjects`; none where there are none."""
    arns = dict.fromkeys(arn.partition("/")[0] for arn in registered_objects.split(",") if "/" in arn)
    return {"RegisteredBuckets": ",".join(arns)} if arns else {}
