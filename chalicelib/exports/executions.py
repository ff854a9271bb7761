"""The exports' executions of the state machine."""

import json
from enum import Enum, auto

from botocore.exceptions import ClientError

from chalicelib import aws
from chalicelib.exports.model import Export
from chalicelib.settings import settings


class Execution(Enum):
    """The status of an execution in Step Functions."""

    RUNNING = auto()
    ENDED = auto()
    UNKNOWN = auto()


def _arn(export: Export) -> str:
    return f"{settings().state_machine_arn.replace(':stateMachine:', ':execution:')}:{export.execution_name}"


def start(export: Export) -> None:
    """Start the execution of the export's present attempt. Its name is fixed, so starting twice is harmless."""
    state = {"export_id": export.id, "attempt": export.attempt, "plan": 1}
    try:
        aws.stepfunctions().start_execution(
            stateMachineArn=settings().state_machine_arn, name=export.execution_name, input=json.dumps(state)
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ExecutionAlreadyExists":
            raise


def state_of(export: Export) -> Execution:
    """Whether the execution of the present attempt runs, has ended, or isn't known."""
    try:
        answer = aws.stepfunctions().describe_execution(executionArn=_arn(export))
    except ClientError as error:
        if error.response["Error"]["Code"] == "ExecutionDoesNotExist":
            return Execution.UNKNOWN
        raise
    return Execution.RUNNING if answer["status"] == "RUNNING" else Execution.ENDED


def stop(export: Export) -> None:
    """Stop the execution of the present attempt, if it runs."""
    try:
        aws.stepfunctions().stop_execution(executionArn=_arn(export), cause="the export was removed or is stuck")
    except ClientError as error:
        if error.response["Error"]["Code"] not in {"ExecutionDoesNotExist", "ValidationException"}:
            raise
