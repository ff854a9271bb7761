"""Alarms and the dashboard of the template. `docs/operate.md` has a recipe for each alarm, under its name.

The namespace `Seqport` has the metrics of `chalicelib/metrics.py`; the others are AWS's own. Source: CloudWatch User
Guide, "AWS services that publish CloudWatch metrics".
"""

import json
from dataclasses import dataclass
from typing import Any, Literal

from chalicelib.metrics import NAMESPACE

_STACK = {"Ref": "AWS::StackName"}
_REGION = "${AWS::Region}"
_TYPES = ("sample", "linelist", "analysis")
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm on one metric: if `statistic` exceeds `threshold` (or is less, with `below`) in `periods` periods of
    `seconds` in a row. Missing data are good, unless `missing` says that the metric must be there."""

    description: str
    namespace: str
    metric: str
    dimensions: dict[str, Any]
    statistic: Literal["Sum", "Maximum", "Average"] = "Sum"
    threshold: float = 0
    seconds: int = 300
    periods: int = 1
    below: bool = False
    missing: Literal["notBreaching", "breaching"] = "notBreaching"

    def resource(self) -> Json:
        """The alarm as a resource of the template."""
        given = {"Fn::If": ["HasAlarmTopic", [{"Ref": "AlarmTopic"}], {"Ref": "AWS::NoValue"}]}
        topic = {"Fn::If": ["HasAlarmEmail", [{"Ref": "Alarms"}], given]}
        return {
            "Type": "AWS::CloudWatch::Alarm",
            "Properties": {
                "AlarmDescription": f"{self.description} (docs/operate.md)",
                "Namespace": self.namespace,
                "MetricName": self.metric,
                "Dimensions": [{"Name": name, "Value": value} for name, value in self.dimensions.items()],
                "Statistic": self.statistic,
                "Period": self.seconds,
                "EvaluationPeriods": self.periods,
                "Threshold": self.threshold,
                "ComparisonOperator": "LessThanThreshold" if self.below else "GreaterThanThreshold",
                "TreatMissingData": self.missing,
                "AlarmActions": topic,
                "OKActions": topic,
            },
        }


def alarms(functions: tuple[str, ...]) -> dict[str, Json]:
    """All alarms, by their logical ids."""
    machine = {"StateMachineArn": {"Ref": "ExportStateMachine"}}
    api = {"ApiName": _STACK, "Stage": "live"}
    found = {
        "ExecutionsFailedAlarm": Alarm("Exports failed", "AWS/States", "ExecutionsFailed", machine),
        "ExecutionsTimedOutAlarm": Alarm("Exports timed out", "AWS/States", "ExecutionsTimedOut", machine),
        "ApiErrorsAlarm": Alarm("The API responds with 5xx", "AWS/ApiGateway", "5XXError", api, threshold=5),
        "CleanUpOverdueAlarm": Alarm(
            "The clean-up did not run for half an hour", "AWS/Lambda", "Invocations",
            {"FunctionName": {"Ref": "CleanUp"}}, threshold=1, seconds=1800, below=True, missing="breaching",
        ),
        "QueueTimeAlarm": Alarm(
            "Exports wait for more than an hour", NAMESPACE, "QueueTime", {"service": _STACK}, "Maximum", threshold=3600
        ),
        "MailsRefusedAlarm": Alarm(
            "SES refuses mails", NAMESPACE, "Mails", {"service": _STACK, "outcome": "refused"}
        ),
        # From these rates on SES reviews an account ("Reputation metrics", SES Developer Guide).
        "BounceRateAlarm": Alarm(
            "Mails of the account bounce", "AWS/SES", "Reputation.BounceRate", {}, "Maximum", 0.05, 3600
        ),
        "ComplaintRateAlarm": Alarm(
            "Mails of the account are reported as spam", "AWS/SES", "Reputation.ComplaintRate", {}, "Maximum", 0.001,
            3600,
        ),
        "ArrivalsDeadLettersAlarm": Alarm(
            "Objects arrived in the catalog bucket that could not be registered", "AWS/SQS",
            "ApproximateNumberOfMessagesVisible", {"QueueName": {"Fn::GetAtt": ["ArrivalsDeadLetters", "QueueName"]}},
            "Maximum",
        ),
    }  # fmt: skip
    for function in functions:
        dimensions = {"FunctionName": {"Ref": function}}
        found[f"{function}ErrorsAlarm"] = Alarm(
            f"{function} raises errors", "AWS/Lambda", "Errors", dimensions, threshold=2
        )
        found[f"{function}ThrottlesAlarm"] = Alarm(
            f"{function} is throttled", "AWS/Lambda", "Throttles", dimensions, threshold=20, periods=3
        )
    return {name: alarm.resource() for name, alarm in found.items()}


@dataclass(frozen=True, slots=True)
class _Widget:
    title: str
    metrics: list[list[Any]]
    statistic: str = "Sum"

    def body(self, x: int, y: int) -> Json:
        properties = {
            "title": self.title, "metrics": self.metrics, "stat": self.statistic, "period": 300, "region": _REGION,
            "view": "timeSeries",
        }  # fmt: skip
        return {"type": "metric", "x": x, "y": y, "width": 12, "height": 6, "properties": properties}


def dashboard(functions: tuple[str, ...]) -> Json:
    """The dashboard: what users get above, what it takes below."""

    def ours(name: str, *dimensions: str) -> list[Any]:
        return [NAMESPACE, name, "service", "${AWS::StackName}", *dimensions]

    def of_type(event: str) -> list[list[Any]]:
        return [[*ours("Exports", "event", event, "type", type_), {"label": f"{type_} {event}"}] for type_ in _TYPES]

    lambdas = [["AWS/Lambda", "ConcurrentExecutions", "FunctionName", f"${{{function}}}"] for function in functions]
    widgets = [
        _Widget("Exports", [*of_type("created"), *of_type("ready"), *of_type("failed")]),
        _Widget("Bytes exported, and bytes through functions", [
            *(ours("ExportedBytes", "type", type_) for type_ in _TYPES),
            ours("BytesThroughFunctions"),
        ]),
        _Widget("Time in the queue (s)", [ours("QueueTime")], "Maximum"),
        _Widget("Estimated cost of assembling archives ($)", [ours("EstimatedCost")]),
        _Widget("Time of a step (s)", [ours("StepTime", "step", step) for step in
                ("plan", "assemble", "finish", "render_linelist", "notify")], "p95"),
        _Widget("API", [["AWS/ApiGateway", metric, "ApiName", "${AWS::StackName}", "Stage", "live"]
                        for metric in ("Count", "4XXError", "5XXError")]),
        _Widget("API, time (ms)", [["AWS/ApiGateway", "Latency", "ApiName", "${AWS::StackName}", "Stage", "live"]],
                "p95"),
        _Widget("Functions at once", lambdas, "Maximum"),
        _Widget("Mails", [ours("Mails", "outcome", outcome) for outcome in
                ("sent", "refused", "unsure", "bounced", "complaint", "rejected")]),
        _Widget("Webhooks", [ours("WebhookDeliveries", "outcome", outcome) for outcome in
                ("delivered", "retried", "failed")]),
    ]  # fmt: skip
    body = {"widgets": [widget.body(12 * (i % 2), 6 * (i // 2)) for i, widget in enumerate(widgets)]}
    return {
        "Type": "AWS::CloudWatch::Dashboard",
        "Properties": {
            "DashboardName": {"Fn::Sub": "${AWS::StackName}-${AWS::Region}"},
            "DashboardBody": {"Fn::Sub": json.dumps(body)},
        },
    }
