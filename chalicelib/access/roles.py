"""Roles, in rising order; who has one has all below it."""

from enum import IntEnum


class Role(IntEnum):
    """A role on a group or project. JSON carries the lower-cased names."""

    GUEST = 1
    UPLOADER = 2
    ANALYST = 3
    MAINTAINER = 4
    OWNER = 5

    @property
    def label(self) -> str:
        """The name that JSON carries."""
        return self.name.lower()


ROLE_LABELS = tuple(role.label for role in Role)


def role_of_label(label: str) -> Role:
    """The role of this name; KeyError for an unknown one."""
    return Role[label.upper()]
