"""The permissions that a call of an AWS API needs.

Sources: "Actions, resources, and condition keys" of each service (Service Authorization Reference), and "Required
permissions for Amazon S3 API operations" (S3 User Guide).
"""

from collections.abc import Iterator, Mapping
from email.utils import parseaddr
from typing import Any

from chalicelib.settings import settings

Call = tuple[str, str]  # an action, and the resource that it is on
_TRANSACTION = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}
_ON_OBJECT = {
    "PutObject": ["s3:PutObject"],
    "CreateMultipartUpload": ["s3:PutObject"],
    "UploadPart": ["s3:PutObject"],
    "CompleteMultipartUpload": ["s3:PutObject"],
    "AbortMultipartUpload": ["s3:AbortMultipartUpload"],
    "ListParts": ["s3:ListMultipartUploadParts"],
    "DeleteObject": ["s3:DeleteObject"],
}
_READS = {"GetObject", "HeadObject", "GetObjectAttributes"}
_ON_BUCKET = {"ListObjectsV2": "s3:ListBucket", "ListMultipartUploads": "s3:ListBucketMultipartUploads"}


def needed(service: str, operation: str, parameters: Mapping[str, Any]) -> Iterator[Call]:
    """The actions of a call with their resources. Raises KeyError for a call that is not known here."""
    match service:
        case "dynamodb":
            yield from _dynamodb(operation, parameters)
        case "s3":
            yield from _s3(operation, parameters)
        case "sesv2":
            action = {"SendEmail": "ses:SendEmail"}[operation]
            yield action, f"identity/{_address(parameters)}"
            if parameters.get("ConfigurationSetName") == settings().mail_configuration_set:
                yield action, "configuration-set/MailConfigurationSet"
        case "sts":
            yield {"AssumeRole": "sts:AssumeRole"}[operation], parameters["RoleArn"].rpartition("/")[2]
        case "stepfunctions":
            yield _states(operation, parameters)
        case "sqs":
            yield {"SendMessage": "sqs:SendMessage"}[operation], "ArrivalsDeadLetters"
        case _:
            raise KeyError(service)


def needed_when_missing(service: str, operation: str, parameters: Mapping[str, Any]) -> Iterator[Call]:
    """What a read that finds no object needs besides: without it S3 responds 403 instead of 404 (GetObject). In buckets
    that are not ours both mean the same to us."""
    if service != "s3" or operation not in {*_READS, "UploadPartCopy"}:
        return
    source = parameters["CopySource"] if operation == "UploadPartCopy" else parameters
    if bucket_name(source["Bucket"]) != source["Bucket"]:
        yield "s3:ListBucket", bucket_name(source["Bucket"])


def context_of(service: str, parameters: Mapping[str, Any]) -> dict[str, str]:
    """The condition keys of a call, and the parameters that policies compare them with."""
    values = {"MailFrom": settings().mail_from}
    if service == "sesv2":
        values["ses:FromAddress"] = _address(parameters)
    return values


def bucket_name(bucket: str) -> str:
    """A bucket's logical id, or its own name if it is none of ours."""
    s = settings()
    ours = {s.catalog_bucket: "CatalogBucket", s.work_bucket: "WorkBucket", s.exports_bucket: "ExportsBucket"}
    return ours.get(bucket, bucket)


def _dynamodb(operation: str, parameters: Mapping[str, Any]) -> Iterator[Call]:
    if operation == "TransactWriteItems":
        for item in parameters["TransactItems"]:
            yield from ((f"dynamodb:{_TRANSACTION[kind]}", write["TableName"]) for kind, write in item.items())
    elif "RequestItems" in parameters:
        yield from ((f"dynamodb:{operation}", table) for table in parameters["RequestItems"])
    elif operation != "DescribeTable":  # of moto's set-up only
        index = f"/index/{parameters['IndexName']}" if "IndexName" in parameters else ""
        yield f"dynamodb:{operation}", parameters["TableName"] + index


def _s3(operation: str, parameters: Mapping[str, Any]) -> Iterator[Call]:
    bucket = bucket_name(parameters["Bucket"])
    if operation in _ON_BUCKET:
        yield _ON_BUCKET[operation], bucket
    elif operation == "DeleteObjects":
        yield from (("s3:DeleteObject", f"{bucket}/{item['Key']}") for item in parameters["Delete"]["Objects"])
    elif operation in _READS:
        version = "Version" if parameters.get("VersionId") else ""
        yield f"s3:GetObject{version}", f"{bucket}/{parameters['Key']}"
        if operation == "GetObjectAttributes":
            yield f"s3:GetObject{version}Attributes", f"{bucket}/{parameters['Key']}"
    elif operation == "UploadPartCopy":
        source = parameters["CopySource"]
        version = "Version" if source.get("VersionId") else ""
        yield "s3:PutObject", f"{bucket}/{parameters['Key']}"
        yield f"s3:GetObject{version}", f"{bucket_name(source['Bucket'])}/{source['Key']}"
    else:
        yield from ((action, f"{bucket}/{parameters['Key']}") for action in _ON_OBJECT[operation])


def _states(operation: str, parameters: Mapping[str, Any]) -> Call:
    if operation == "StartExecution":
        return "states:StartExecution", "ExportStateMachine"
    kinds = {"DescribeExecution": "states:DescribeExecution", "StopExecution": "states:StopExecution"}
    name = parameters["executionArn"].rsplit(":", 1)[-1]
    return kinds[operation], f"execution:ExportStateMachine:{name}"


def _address(parameters: Mapping[str, Any]) -> str:
    return parseaddr(parameters["FromEmailAddress"])[1]
