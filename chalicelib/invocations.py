"""What every function of a workflow does around its work: ids on all lines of its log, its outcome and its time."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib import metrics
from chalicelib.log import logger

_IDS = ("export_id", "attempt", "plan", "round", "batch", "import_id", "namespace_id")


def run(
    step: str, function: Callable[[Mapping[str, Any]], dict[str, Any]], event: Mapping[str, Any], context: object
) -> dict[str, Any]:
    """The function's result for this event. All lines of the log meanwhile have the event's ids and the request's, so
    that one query follows an export (docs/operate.md)."""
    ids = {name: event[name] for name in _IDS if name in event}
    keys = {"step": step, "request_id": getattr(context, "aws_request_id", None), **ids}
    started = time.monotonic()
    outcome = "raised"
    with logger().append_context_keys(**keys):
        try:
            result = function(event)
            outcome = str(result.get("outcome", "done"))
        except Exception:
            logger().exception("the step failed")
            raise
        finally:
            seconds = round(time.monotonic() - started, 3)
            logger().info("the step ended", outcome=outcome, seconds=seconds)
            metrics.emit("StepTime", seconds, "Seconds", step=step)
    return result
