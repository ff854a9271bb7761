"""The deployment bucket: nobody else's is ever used."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.deployment import Deployer, DeploymentFailed


class S3:
    """An S3 whose bucket of this name does not exist (404), or belongs to another account (403)."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.created: list[dict[str, Any]] = []
        self.put: list[dict[str, Any]] = []

    def head_bucket(self, **parameters: Any) -> None:
        assert parameters["ExpectedBucketOwner"] == "111122223333"
        raise ClientError({"Error": {"Code": self.code}}, "HeadBucket")

    def create_bucket(self, **parameters: Any) -> None:
        self.created.append(parameters)

    def put_public_access_block(self, **parameters: Any) -> None:
        self.put.append(parameters)

    put_object = put_public_access_block


@pytest.fixture
def package(tmp_path: Any) -> Any:
    (tmp_path / "deployment.zip").write_bytes(b"zip")
    (tmp_path / "sam.json").write_text('{"Resources": {}}')
    return tmp_path


def deployer(s3: S3, region: str) -> Deployer:
    return Deployer(lambda _: s3, "seqport-x", "bucket", region, "111122223333")


def test_a_bucket_of_another_account_is_refused(package: Any) -> None:
    s3 = S3("403")
    with pytest.raises(DeploymentFailed, match="belongs to another account"):
        deployer(s3, "ca-central-1").upload(package, {})
    assert s3.created == s3.put == []


@pytest.mark.parametrize(
    ("region", "constraint"), [("us-east-1", None), ("ca-central-1", {"LocationConstraint": "ca-central-1"})]
)
def test_a_missing_bucket_is_created_in_the_region(package: Any, region: str, constraint: Any) -> None:
    s3 = S3("404")
    deployer(s3, region).upload(package, {})
    (created,) = s3.created
    assert created.get("CreateBucketConfiguration") == constraint
    assert {parameters["ExpectedBucketOwner"] for parameters in s3.put} == {"111122223333"}
