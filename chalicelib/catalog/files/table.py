"""Rows of the files table."""

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute

from chalicelib.attributes import Integer, Timestamp
from chalicelib.catalog.files.model import File
from chalicelib.catalog.puid_rows import PuidRow
from chalicelib.tables import Mapper, Row, TableName

DELETED = "DELETED"  # the partition of objects to be deleted
UPLOADS = "files/"  # where the catalog bucket holds what was uploaded through the service


class FileRow(Row):
    """`SAMPLE#<sample>` / `FILE#<file>`: one file of a sample."""

    class Meta:
        table_name = TableName("files_table")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    file_id = UnicodeAttribute()
    puid = UnicodeAttribute()
    puid_given = BooleanAttribute()
    filename = UnicodeAttribute()
    size = Integer()
    bucket = UnicodeAttribute()
    key = UnicodeAttribute()
    complete = BooleanAttribute()
    created_at = Timestamp()
    etag = UnicodeAttribute(default="")
    version_id = UnicodeAttribute(null=True)
    crc32 = Integer(null=True)
    sha256 = UnicodeAttribute(null=True)
    direction = UnicodeAttribute(null=True)
    type = UnicodeAttribute(null=True)
    paired_with = UnicodeAttribute(null=True)
    is_managed = BooleanAttribute()
    upload_id = UnicodeAttribute(null=True)
    part_size = Integer(default=0)
    concurrent_mate_id = UnicodeAttribute(null=True)
    declared_mate = UnicodeAttribute(null=True)
    declared_direction = UnicodeAttribute(null=True)


class FilePointerRow(Row):
    """`FILE#<file>` / `POINTER`, `OBJECT#<uri>` / `FILE#<file>`: the sample that a file belongs to."""

    class Meta:
        table_name = TableName("files_table")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    sample_id = UnicodeAttribute()


class OutputPointerRow(Row):
    """`OBJECT#<uri>` / `OUTPUT#<output>`: an output of a workflow execution is this object."""

    class Meta:
        table_name = TableName("files_table")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)


class DeletedObjectRow(Row):
    """`DELETED` / `<when>#<uri>`: the object of a deleted file, to be deleted at that time."""

    class Meta:
        table_name = TableName("files_table")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    bucket = UnicodeAttribute()
    key = UnicodeAttribute()


class FilePuidRow(PuidRow):
    """A PUID row of the files table."""

    class Meta:
        table_name = TableName("files_table")


_MAPPER = Mapper(
    File, FileRow, names={"id": "file_id"}, computed={"sample_id": lambda row: row.pk.removeprefix("SAMPLE#")}
)


def file_of(row: FileRow) -> File:
    """The file of a row."""
    return _MAPPER.value(row)


def file_row(file: File) -> FileRow:
    """The row of a file."""
    return _MAPPER.row(file, f"SAMPLE#{file.sample_id}", f"FILE#{file.id}")
