"""The log of this process: JSON lines, made on first use. Tokens and presigned URLs never go into it."""

from functools import cache

from aws_lambda_powertools import Logger


@cache
def logger() -> Logger:
    """The logger; its `service` is the stack's name (POWERTOOLS_SERVICE_NAME)."""
    return Logger()
