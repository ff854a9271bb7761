"""The role that signs links to exports, where there is one."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from moto import mock_aws

from chalicelib import aws


@pytest.fixture
def role(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name in ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in (("DEFAULT_REGION", "ca-west-1"), ("ACCESS_KEY_ID", "AKIA"), ("SECRET_ACCESS_KEY", "s")):
        monkeypatch.setenv(f"AWS_{name}", value)
    with mock_aws():
        aws.forget_clients()
        made = boto3.client("iam").create_role(RoleName="downloads", AssumeRolePolicyDocument="{}")
        yield made["Role"]["Arn"]
    aws.forget_clients()


def is_signed_by_a_session(client: Any) -> bool:
    url = urlsplit(client.generate_presigned_url("get_object", Params={"Bucket": "exports", "Key": "k"}))
    assert url.hostname == "exports.s3.ca-west-1.amazonaws.com"
    query = parse_qs(url.query)
    return query["X-Amz-Credential"][0].startswith("ASIA") and "X-Amz-Security-Token" in query


def test_links_are_signed_by_a_session_of_the_role(role: str) -> None:
    assert is_signed_by_a_session(aws.s3_as(role, valid_for=timedelta(minutes=20)))
    assert not is_signed_by_a_session(aws.s3())


def test_a_session_is_used_until_it_would_end_before_a_link(role: str) -> None:
    first = aws.s3_as(role, valid_for=timedelta(minutes=20))
    assert aws.s3_as(role, valid_for=timedelta(minutes=59)) is first
    second = aws.s3_as(role, valid_for=timedelta(minutes=61))
    assert second is not first
    assert aws.s3_as(role, valid_for=timedelta(minutes=20)) is second


def test_roles_are_assumed_at_the_region_s_own_endpoint(role: str) -> None:
    assert aws.session().client("sts").meta.endpoint_url == "https://sts.ca-west-1.amazonaws.com"
