"""Which existing S3 objects may be registered, and by whom. They are neither copied nor removed."""

from dataclasses import dataclass

from pynamodb.attributes import UnicodeAttribute

from chalicelib.access.roles import Role
from chalicelib.catalog.files import repository as files
from chalicelib.catalog.files.model import File
from chalicelib.catalog.files.s3_objects import StoredObject, head_object
from chalicelib.catalog.namespaces import permissions
from chalicelib.catalog.namespaces import repository as namespaces
from chalicelib.catalog.namespaces.model import Namespace
from chalicelib.catalog.samples import repository as samples
from chalicelib.errors import Invalid, Violation, validation_error
from chalicelib.names import MAX_NAME
from chalicelib.tables import Row, TableName

SOURCE = "SOURCE#"  # what the range keys of bindings begin with
# S3 User Guide, "General purpose bucket naming rules" and "Naming Amazon S3 objects": characters, and UTF-8 bytes.
_LONGEST_BUCKET, _LONGEST_KEY = 63, 1_024


@dataclass(frozen=True, slots=True)
class RegistrableObject:
    """An object that may be registered: its location, its state in S3, and its default file name:
    that of the file which the user reads, else the end of its key."""

    bucket: str
    key: str
    stored: StoredObject
    filename: str


class SourceRow(Row):
    """`NS#<namespace>` / `SOURCE#s3://<bucket>/<prefix>`: uploaders of this namespace may register objects there."""

    class Meta:
        table_name = TableName("namespaces_table")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


def source_key(namespace_id: str, bucket: str, prefix: str) -> tuple[str, str]:
    """The key of the row by which objects under a bucket and prefix may be registered in a namespace and all below it.
    Operators write it (`make bind-source`)."""
    return f"NS#{namespace_id}", f"{SOURCE}s3://{bucket}/{prefix}"


def find(user_id: str, namespace: Namespace, s3_uri: str, *, own: tuple[str, str] | None = None) -> RegistrableObject:
    """The object of this URI.

    It must lie under a bucket and prefix that is bound to the namespace or a group above, under `own` (bucket and
    prefix), or be that of a file that the user may read as an analyst. Whatever is wrong, the refusal is the same.
    """
    place = _place_of(s3_uri)
    if place is None:
        raise _refusal()
    is_own = own is not None and place[0] == own[0] and place[1].startswith(own[1])
    filename = name_of(place[1])
    if not (is_own or _is_bound(namespace, place)):
        file = _readable_file(user_id, place)
        if file is None:
            raise _refusal()
        filename = file.filename
    stored = head_object(*place)
    if stored is None:
        raise _refusal()
    return RegistrableObject(*place, stored, filename)


def name_of(key: str) -> str:
    """The end of an object's key, as a file's name: what can't be printed is an underscore."""
    name = key.rsplit("/", 1)[-1][:MAX_NAME]
    return "".join(character if character.isprintable() else "_" for character in name)


def _refusal() -> Invalid:
    violation = Violation("/s3_uri", "This object does not exist or can't be registered here.")
    return validation_error([violation], slug="source-not-allowed")


def _place_of(s3_uri: str) -> tuple[str, str] | None:
    """Bucket and key of `s3://bucket/key`, which is taken literally: any key that S3 can have and that names a file.

    Names `.` and `..` are refused: stores that treat them as folders would leave the bound prefix.
    """
    if not s3_uri.startswith("s3://"):
        return None
    bucket, _, key = s3_uri.removeprefix("s3://").partition("/")
    if len(bucket) > _LONGEST_BUCKET or len(key.encode()) > _LONGEST_KEY:
        return None
    names = key.split("/")
    is_file = bool(names[-1]) and not {".", ".."} & set(names) and "\x00" not in key
    return (bucket, key) if bucket and is_file else None


def sources(namespace: Namespace) -> list[str]:
    """The URIs below which objects may be registered in a namespace: `s3://bucket/prefix/`, those of groups above
    too."""
    rows = (
        row
        for namespace_id in namespace.lineage
        for row in SourceRow.query(f"NS#{namespace_id}", SourceRow.sk.startswith(SOURCE), consistent_read=True)
    )
    return [f"{row.sk.removeprefix(SOURCE).removesuffix('/')}/" for row in rows]


def require_source(namespace: Namespace, uri: str, pointer: str) -> str:
    """The URI of a folder, with a slash at its end, whose objects may be registered in a namespace. Invalid, with this
    pointer, if it is none or not bound."""
    folder = f"{uri.rstrip('/')}/"
    place = _place_of(f"{folder}file")
    if place is None or not _is_bound(namespace, place):
        rule = "This folder does not exist or its objects can't be registered here."
        raise validation_error([Violation(pointer, rule)], slug="source-not-allowed")
    return folder


def _is_bound(namespace: Namespace, place: tuple[str, str]) -> bool:
    return f"s3://{place[0]}/{place[1]}".startswith(tuple(sources(namespace)))


def _readable_file(user_id: str, place: tuple[str, str]) -> File | None:
    for file in files.with_uri(f"s3://{place[0]}/{place[1]}"):
        sample = samples.find_many([file.sample_id]).get(file.sample_id)
        if sample is None:
            continue
        role = permissions.effective_role(user_id, namespaces.find(sample.project_id))
        if role is not None and role >= Role.ANALYST:
            return file
    return None
