"""What it cost to assemble an archive: an estimate from its requests and the time of its functions.

Prices are AWS's public ones of us-east-1 on arm64, without free tiers; storage and downloads are not part of it. The
time of runs that were killed is unknown.
"""

import os
import time

from chalicelib.archive.plan_file import Traffic

_GET, _WRITE = 0.0004 / 1000, 0.005 / 1000  # $ a request to S3
_GB_SECOND, _INVOCATION = 0.0000133334, 0.2e-6  # $ of Lambda
_STATE = 0.025 / 1000  # $ a transition of Step Functions' state machine
_STATES, _STATES_OF_BATCH, _FUNCTIONS = 7, 2, 3  # Plan, Finish and Notify


def gb_seconds(since: float) -> float:
    """The time of this function since a moment of `time.monotonic`, times its memory."""
    memory = int(os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1024"))  # MB
    return (time.monotonic() - since) * memory / 1024


def dollars(traffic: Traffic, batches: int) -> float:
    """An estimate of what this work cost, with this number of batches."""
    writes = traffic.requests - traffic.gets
    requests = traffic.gets * _GET + writes * _WRITE
    functions = traffic.gb_seconds * _GB_SECOND + (batches + _FUNCTIONS) * _INVOCATION
    return requests + functions + (_STATES + _STATES_OF_BATCH * batches) * _STATE
