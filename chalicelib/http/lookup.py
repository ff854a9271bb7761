"""The resources of paths and bodies, and the roles that callers need on them."""

from chalicelib.access.roles import Role
from chalicelib.access.users import User
from chalicelib.catalog.files import repository as files
from chalicelib.catalog.files.model import File
from chalicelib.catalog.namespaces import permissions
from chalicelib.catalog.namespaces import repository as namespaces
from chalicelib.catalog.namespaces.model import Namespace
from chalicelib.catalog.puid import Kind, is_puid
from chalicelib.catalog.samples import repository as samples
from chalicelib.catalog.samples.model import Sample
from chalicelib.errors import Message, NotFound, Violation, message, validation_error
from chalicelib.settings import settings


def namespace_of(id_or_puid: str, user: User, least: Role) -> Namespace:
    """The group or project of a path, on which the user has at least this role."""
    namespace = namespaces.find(id_or_puid)
    permissions.require(user.id, namespace, least)
    return namespace


def project_of(id_or_puid: str, user: User, least: Role) -> Namespace:
    """The project of a path, on which the user has at least this role."""
    project = namespace_of(id_or_puid, user, least)
    if project.type != "project":
        raise NotFound("Project not found.")
    return project


def parent_of(id_or_puid: str, user: User, pointer: str) -> Namespace:
    """The group named in a body, in which the user is at least maintainer."""
    parent = namespace_of(id_or_puid, user, Role.MAINTAINER)
    if parent.type != "group":
        raise validation_error([Violation(pointer, "Must be a group.")])
    return parent


def sample_of(id_or_puid: str, user: User, least: Role) -> Sample:
    """The sample of a path, on whose project the user has at least this role; NotFound without any."""
    return sample_and_role(id_or_puid, user, least)[0]


def sample_and_role(id_or_puid: str, user: User, least: Role) -> tuple[Sample, Role]:
    """As `sample_of`, with the role that the user has there."""
    sample = samples.find(id_or_puid)
    try:
        return sample, permissions.require(user.id, namespaces.find(sample.project_id), least)
    except NotFound:
        raise NotFound("Sample not found.") from None


def file_and_role(id_or_puid: str, user: User) -> tuple[File, Role]:
    """The file of a path, in whose project the user is at least uploader, and their role there."""
    file = files.find(id_or_puid)
    try:
        _, role = sample_and_role(file.sample_id, user, Role.UPLOADER)
    except NotFound:
        raise NotFound("File not found.") from None
    return file, role


def check_puid(puid: str | None, kind: Kind) -> None:
    """Raise Invalid for a given PUID that is not of this kind."""
    if puid is not None and not is_puid(puid, kind, settings().puid_prefix):
        raise validation_error([Violation("/puid", puid_rule(kind))])


def puid_rule(kind: Kind) -> Message:
    """The pattern of PUIDs of this kind."""
    return message(
        "A PUID must be {begin} followed by ten of A-Z and 2-7.", begin=f"{settings().puid_prefix}_{kind.value}_"
    )
