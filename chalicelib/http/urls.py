"""URLs of resources, for `Location` headers."""

from chalicelib.settings import settings

PREFIX = "/api/v1"


def location(path: str) -> str:
    """The URL of a path of the API, under the stage's prefix where there is one."""
    return f"{settings().pages_url}{PREFIX}{path}"
