"""Alarms and dashboard: on metrics that exist, and with a recipe for each."""

import ast
import json
import re
from typing import Any

from chalicelib.exports.audit import Action
from chalicelib.exports.notification import Sent
from chalicelib.exports.types.registry import TYPES
from chalicelib.mail.delivery import Undelivered
from chalicelib.metrics import NAMESPACE
from infra.monitoring import alarms, dashboard
from infra.package import FUNCTIONS, ROOT, resources

ALARMS = alarms(FUNCTIONS)
RECIPES = (ROOT / "docs" / "operate.md").read_text(encoding="utf-8")


def emitted() -> dict[str, set[str]]:
    """The metrics that the code emits, each with its dimensions."""
    found = {}
    for path in (ROOT / "chalicelib").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_call = isinstance(node, ast.Call) and ast.unparse(node.func) == "metrics.emit"
            if is_call and isinstance(node, ast.Call) and isinstance(node.args[0], ast.Constant):
                found[str(node.args[0].value)] = {"service", *(str(keyword.arg) for keyword in node.keywords)}
    return found


def widgets() -> list[dict[str, Any]]:
    body = json.loads(dashboard(FUNCTIONS)["Properties"]["DashboardBody"]["Fn::Sub"])
    return [widget["properties"] for widget in body["widgets"]]


def dashboard_metrics() -> list[tuple[str, str, dict[str, str]]]:
    rows = [[part for part in row if isinstance(part, str)] for widget in widgets() for row in widget["metrics"]]
    return [(row[0], row[1], dict(zip(row[2::2], row[3::2], strict=True))) for row in rows]


def test_own_metrics_are_emitted_with_exactly_these_dimensions() -> None:
    own = {
        resource["Properties"]["MetricName"]: {row["Name"] for row in resource["Properties"]["Dimensions"]}
        for resource in ALARMS.values()
        if resource["Properties"]["Namespace"] == NAMESPACE
    }
    own |= {name: set(dimensions) for namespace, name, dimensions in dashboard_metrics() if namespace == NAMESPACE}
    assert own
    assert own == emitted()


def test_values_of_dimensions_exist() -> None:
    values: dict[str, set[str]] = {
        "type": set(TYPES),
        "event": set(Action),
        "outcome": {*Sent, "refused", *Undelivered, "delivered", "retried", "failed"},
    }
    for _, _, dimensions in dashboard_metrics():
        for name in values.keys() & dimensions.keys():
            assert dimensions[name] in values[name]


def test_every_alarm_has_a_recipe() -> None:
    for name in ALARMS:
        general = re.sub(r"^.*(?=(Errors|Throttles)Alarm)", "…", name) if name != "ApiErrorsAlarm" else name
        assert f"`{general}`" in RECIPES, general


def test_everything_is_in_the_template() -> None:
    template = resources()["Resources"]
    assert {*ALARMS, "Dashboard"} <= set(template)
    names = set(re.findall(r"\$\{(\w+)\}", dashboard(FUNCTIONS)["Properties"]["DashboardBody"]["Fn::Sub"]))
    assert names == set(FUNCTIONS)
