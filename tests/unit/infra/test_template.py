"""The packaged template, which is deployed to AWS and to a laptop alike."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from chalicelib.settings import PARAMETERS, Source, resource_name, settings_from
from infra.package import FUNCTIONS, package, resources

BUCKETS = ("CatalogBucket", "WorkBucket", "ExportsBucket")
TABLES = ("UsersTable", "SecretsTable", "NamespacesTable", "SamplesTable", "FilesTable", "RunsTable", "ExportsTable",
          "AuditTable", "ImportsTable")  # fmt: skip


@pytest.fixture(scope="session")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return package()


@pytest.fixture(scope="session")
def template(packaged: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((packaged / "sam.json").read_text())
    return read


def of_type(template: dict[str, Any], kind: str) -> dict[str, Any]:
    return {name: resource for name, resource in template["Resources"].items() if resource["Type"] == kind}


def test_every_packaged_handler_exists_in_the_app(template: dict[str, Any]) -> None:
    import app

    functions = of_type(template, "AWS::Serverless::Function")
    assert set(functions) == set(FUNCTIONS)
    for name, function in functions.items():
        module, _, handler = function["Properties"]["Handler"].partition(".")
        assert module == "app", name
        assert callable(getattr(app, handler)), name


def test_route_tree_has_one_path_variable_per_position() -> None:
    """API Gateway refuses a second one, and the emulator finds no routes below it."""
    import app

    variables: dict[str, set[str]] = {}
    for route in app.app.routes:
        before = ""
        for part in route.strip("/").split("/"):
            if part.startswith("{"):
                variables.setdefault(before, set()).add(part)
            before += f"/{part}"
    assert {place: names for place, names in variables.items() if len(names) > 1} == {}


def test_merging_adds_no_incomplete_resource(template: dict[str, Any]) -> None:
    assert all("Type" in resource for resource in template["Resources"].values())
    assert set(resources()["Resources"]) <= set(template["Resources"])


def test_every_function_has_its_role_memory_timeout_environment_and_log_retention(template: dict[str, Any]) -> None:
    functions = of_type(template, "AWS::Serverless::Function")
    roles = {name: json.dumps(function["Properties"]["Role"]) for name, function in functions.items()}
    assert len(set(roles.values())) == len(functions)
    groups = json.dumps(of_type(template, "AWS::Logs::LogGroup"))
    for name, function in functions.items():
        properties = function["Properties"]
        assert properties["MemorySize"] >= 256
        assert properties["Timeout"] <= (29 if name == "APIHandler" else 900)
        everywhere = settings_from(Source.RESOURCE, *PARAMETERS)
        assert {setting.name.upper() for setting in everywhere} <= set(properties["Environment"]["Variables"])
        assert f"${{{name}}}" in groups
    assert all(group["Properties"]["RetentionInDays"] for group in of_type(template, "AWS::Logs::LogGroup").values())


def test_every_setting_has_a_resource_a_parameter_or_a_function_that_gets_it(template: dict[str, Any]) -> None:
    for setting in settings_from(Source.RESOURCE):
        assert resource_name(setting) in template["Resources"]
    for setting in settings_from(*PARAMETERS):
        parameter = template["Parameters"][resource_name(setting)]
        assert parameter["Description"] == setting.metadata["description"]
    functions = of_type(template, "AWS::Serverless::Function").values()
    given = {name for function in functions for name in function["Properties"]["Environment"]["Variables"]}
    assert {setting.name.upper() for setting in settings_from(Source.FUNCTION)} <= given
    everything = settings_from(Source.RESOURCE, *PARAMETERS, Source.FUNCTION)
    assert given <= {setting.name.upper() for setting in everything} | {
        "AWS_ENDPOINT_URL_S3",
        "POWERTOOLS_SERVICE_NAME",
    }


def statements(template: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    found = []
    for name, role in of_type(template, "AWS::IAM::Role").items():
        for policy in role["Properties"].get("Policies", []):
            found += [(name, statement) for statement in policy["PolicyDocument"]["Statement"]]
    return found


def test_no_role_has_wildcard_actions_or_resources(template: dict[str, Any]) -> None:
    for role, statement in statements(template):
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        assert not [action for action in actions if action.endswith("*")], role
        if statement["Resource"] == "*":
            # Deliveries of vended logs have no resource ("Enable logging from AWS services", CloudWatch Logs), nor has
            # the list of streams ("Actions, resources, and condition keys for Amazon DynamoDB").
            assert all(action.startswith("logs:") or action == "dynamodb:ListStreams" for action in actions), role
    assert len(statements(template)) > 30


def test_only_roles_that_need_it_may_delete_or_send(template: dict[str, Any]) -> None:
    def holders(action: str) -> set[str]:
        return {role for role, statement in statements(template) if action in json.dumps(statement["Action"])}

    assert holders("ses:SendEmail") == {"NotifyRole", "FailRole", "CleanUpRole"}
    assert holders("s3:DeleteObject") == {"CleanUpRole", "FinishRole"}
    (finish,) = [
        statement
        for role, statement in statements(template)
        if role == "FinishRole" and "DeleteObject" in str(statement)
    ]
    assert finish["Resource"] == {"Fn::Sub": "${WorkBucket.Arn}/work/*/segments/*"}
    assert holders("states:StartExecution") == {"ApiHandlerRole", "CleanUpRole"}
    assert holders("lambda:InvokeFunction") == {"ApiHandlerRole", "CleanUpRole", "ExportStateMachineRole"}


def actions_on(template: dict[str, Any], table: str) -> dict[str, set[str]]:
    """The actions that each role may use on a table."""
    found: dict[str, set[str]] = {}
    for role, statement in statements(template):
        if f'"{table}"' in json.dumps(statement["Resource"]):
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            found.setdefault(role, set()).update(action.removeprefix("dynamodb:") for action in actions)
    return found


def test_the_audit_trail_is_append_only(template: dict[str, Any]) -> None:
    for role, actions in actions_on(template, "AuditTable").items():
        assert actions <= ({"PutItem", "Query"} if role == "ApiHandlerRole" else {"PutItem"}), role


def test_only_sign_in_and_the_api_can_read_secrets(template: dict[str, Any]) -> None:
    assert set(actions_on(template, "SecretsTable")) == {"ApiHandlerRole", "AuthorizeRole"}
    assert actions_on(template, "SecretsTable")["AuthorizeRole"] == {"GetItem"}


@pytest.mark.parametrize("bucket", BUCKETS)
def test_buckets_are_private_encrypted_tidy_and_tls_only(template: dict[str, Any], bucket: str) -> None:
    properties = template["Resources"][bucket]["Properties"]
    assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
    assert properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    rules = properties["LifecycleConfiguration"]["Rules"]
    days = 7 if bucket == "CatalogBucket" else 1  # people's uploads may take days
    assert {"DaysAfterInitiation": days} in [rule.get("AbortIncompleteMultipartUpload") for rule in rules]
    assert (14 in [rule.get("ExpirationInDays") for rule in rules]) == (bucket == "WorkBucket")
    policy = template["Resources"][f"{bucket}Policy"]["Properties"]["PolicyDocument"]["Statement"][0]
    assert policy["Effect"] == "Deny"
    assert policy["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert "BucketName" not in properties


def test_only_workers_reserve_concurrency_and_only_if_the_parameter_is_set(template: dict[str, Any]) -> None:
    functions = of_type(template, "AWS::Serverless::Function")
    key = "ReservedConcurrentExecutions"
    reserved = {
        name: resource["Properties"][key] for name, resource in functions.items() if key in resource["Properties"]
    }
    limit = ["HasWorkerConcurrency", {"Ref": "WorkerConcurrency"}, {"Ref": "AWS::NoValue"}]
    assert reserved == {"Assemble": {"Fn::If": limit}}


def roles_that_use(template: dict[str, Any], text: str) -> set[str]:
    """The functions' roles that read or write objects whose resource has this text."""
    return {
        role
        for role, statement in statements(template)
        if ("GetObject" in str(statement["Action"]) or "PutObject" in str(statement["Action"]))
        and text in json.dumps(statement["Resource"])
    }


@pytest.mark.parametrize(
    ("policy", "condition", "text"),
    [("BucketsKeyPolicy", "HasBucketsKey", "Bucket.Arn}/"), ("SourceKeysPolicy", "HasSourceKeys", "RegisteredObjects")],
)
def test_roles_that_use_objects_may_use_the_keys_that_encrypt_them(
    template: dict[str, Any], policy: str, condition: str, text: str
) -> None:
    resource = template["Resources"][policy]
    assert resource["Condition"] == condition
    assert {role["Ref"] for role in resource["Properties"]["Roles"]} == roles_that_use(template, text)
    assert "kms:Decrypt" in resource["Properties"]["PolicyDocument"]["Statement"][0]["Action"]


@pytest.mark.parametrize("bucket", BUCKETS)
def test_buckets_are_encrypted_with_the_operator_s_key_if_there_is_one(template: dict[str, Any], bucket: str) -> None:
    (rule,) = template["Resources"][bucket]["Properties"]["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    default = rule["ServerSideEncryptionByDefault"]
    assert default["SSEAlgorithm"] == {"Fn::If": ["HasBucketsKey", "aws:kms", "AES256"]}
    assert default["KMSMasterKeyID"]["Fn::If"][:2] == ["HasBucketsKey", {"Ref": "BucketsKey"}]


def test_only_uploads_and_runs_of_the_catalog_bucket_raise_events(template: dict[str, Any]) -> None:
    with_events = [name for name in BUCKETS if "NotificationConfiguration" in template["Resources"][name]["Properties"]]
    assert with_events == ["CatalogBucket"]
    (event,) = template["Resources"]["RegisterArrival"]["Properties"]["Events"].values()
    detail = event["Properties"]["Pattern"]["detail"]
    assert detail["bucket"] == {"name": [{"Ref": "CatalogBucket"}]}
    assert detail["object"] == {"key": [{"prefix": "uploads/"}, {"prefix": "runs/"}]}


def test_unregistrable_events_go_to_a_dead_letter_queue_with_an_alarm(template: dict[str, Any]) -> None:
    queue = {"Fn::GetAtt": ["ArrivalsDeadLetters", "Arn"]}
    (event,) = template["Resources"]["RegisterArrival"]["Properties"]["Events"].values()
    assert event["Properties"]["DeadLetterConfig"]["Arn"] == queue
    retries = template["Resources"]["RegisterArrivalRetries"]["Properties"]
    assert retries["DestinationConfig"]["OnFailure"]["Destination"] == queue
    alarm = template["Resources"]["ArrivalsDeadLettersAlarm"]
    assert alarm["Properties"]["Dimensions"][0]["Value"] == {"Fn::GetAtt": ["ArrivalsDeadLetters", "QueueName"]}


@pytest.mark.parametrize("table", TABLES)
def test_tables_are_on_demand_recoverable_encrypted_and_kept(template: dict[str, Any], table: str) -> None:
    resource = template["Resources"][table]
    properties = resource["Properties"]
    assert properties["BillingMode"] == "PAY_PER_REQUEST"
    assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert properties["SSESpecification"] == {"SSEEnabled": True}
    assert resource["DeletionPolicy"] == "Retain"
    assert "TableName" not in properties


def test_the_deployment_package_imports_with_nothing_else_installed(packaged: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(packaged / "deployment.zip") as archive:
        archive.extractall(tmp_path)
    imports = "app, holidays, pydantic, jwt, cryptography, tzdata"
    script = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import {imports}, chalicelib, importlib, pkgutil;"
        " names = [module.name for module in pkgutil.walk_packages(chalicelib.__path__, 'chalicelib.')];"
        " [importlib.import_module(name) for name in names]; assert app.app.routes; print(app.app.app_name)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "seqport"), done.stderr
    modules = {path for path in tmp_path.rglob("*.py") if "chalicelib" in path.parts or "botocore" in path.parts}
    tag = sys.implementation.cache_tag
    compiled = {path for path in modules if (path.parent / "__pycache__" / f"{path.stem}.{tag}.pyc").exists()}
    assert compiled == modules
    assert not (tmp_path / "tests").exists()
    assert not (tmp_path / "infra").exists()
