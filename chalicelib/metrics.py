"""Metrics in CloudWatch's embedded metric format: lines of the log, of which CloudWatch makes metrics.

All are in the namespace `Seqport`, with the dimension `service`, the stack's name. Source: "Embedded metric format
specification", CloudWatch User Guide.
"""

from typing import Literal

NAMESPACE = "Seqport"
Unit = Literal["Count", "Bytes", "Seconds", "None"]


def emit(name: str, value: float, unit: Unit = "Count", **dimensions: str) -> None:
    """Add a value to a metric. Dimensions must have few values: each combination is a metric that is paid for."""
    from aws_lambda_powertools.metrics import MetricUnit, single_metric  # noqa: PLC0415 - cold starts

    from chalicelib.log import logger  # noqa: PLC0415

    with single_metric(
        name, MetricUnit(unit), value, namespace=NAMESPACE, default_dimensions={"service": logger().service}
    ) as metric:
        for dimension, text in dimensions.items():
            metric.add_dimension(dimension, text)
