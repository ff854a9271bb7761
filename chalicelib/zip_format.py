"""The records of a zip file with stored or deflated entries, as bytes (APPNOTE.TXT 6.3.10).

Sizes and CRC-32 are in the local header, never in a data descriptor, so that the archive can be read from a pipe.
zip64 fields appear only where a value overflows, because some readers fail on needless ones. Times are written
twice: in MS-DOS format, which has no time zone and which readers take for local time, and as an extended timestamp in
UTC.
"""

import struct
from datetime import UTC, datetime

MAX_16 = 0xFFFF
MAX_32 = 0xFFFFFFFF
_UTF8 = 0x0800  # §4.4.4, bit 11
_STORED, _DEFLATED = 0, 8  # §4.4.5
_UNIX = 3 << 8  # §4.4.2, version made by: upper byte
_REGULAR_FILE = 0o100644 << 16
_ZIP64_EXTRA = 0x0001  # §4.5.3
# §4.6.1 registers the id; the layout is Info-ZIP's (proginfo/extrafld.txt): flags (bit 0: modification time), seconds
# since 1970 as a signed 32-bit number. The central directory's has the modification time alone too.
_TIMESTAMP_EXTRA, _HAS_MODIFIED, _TIMESTAMP_LENGTH = 0x5455, 1, 9
_LAST_TIMESTAMP = 0x7FFFFFFF


def dos_time(moment: datetime) -> tuple[int, int]:
    """(time, date) in MS-DOS format (§4.4.6) of an aware moment, in UTC, within 1980 to 2107."""
    utc = moment.astimezone(UTC)
    if utc.year < 1980:
        utc = datetime(1980, 1, 1, tzinfo=UTC)
    elif utc.year > 2107:
        utc = datetime(2107, 12, 31, 23, 59, 58, tzinfo=UTC)
    return utc.hour << 11 | utc.minute << 5 | utc.second // 2, (utc.year - 1980) << 9 | utc.month << 5 | utc.day


def is_zip64(size: int) -> bool:
    """Does a file of this size need zip64 fields in its local header?"""
    return size >= MAX_32


def _flags(name: str) -> int:
    return 0 if name.isascii() else _UTF8


def local_header_length(name: str, size: int) -> int:
    """The length in bytes of what `local_header` gives."""
    return 30 + len(name.encode()) + _TIMESTAMP_LENGTH + (20 if is_zip64(size) else 0)


def _timestamp(moment: datetime) -> bytes:
    seconds = min(max(int(moment.timestamp()), 0), _LAST_TIMESTAMP)
    return struct.pack("<HHBi", _TIMESTAMP_EXTRA, 5, _HAS_MODIFIED, seconds)


def local_header(name: str, size: int, modified: datetime, crc: int, deflated: int | None = None) -> bytes:
    """The local file header (§4.3.7) of a stored entry, or of one of so many `deflated` bytes; a zip64 extra field
    there carries both sizes (§4.5.3)."""
    encoded, (time, date) = name.encode(), dos_time(modified)
    method, packed = (_STORED, size) if deflated is None else (_DEFLATED, deflated)
    big = is_zip64(max(size, packed))
    extra = (struct.pack("<HHQQ", _ZIP64_EXTRA, 16, size, packed) if big else b"") + _timestamp(modified)
    shown, shown_packed = (MAX_32, MAX_32) if big else (size, packed)
    version = 45 if big else 20
    fixed = struct.pack(
        "<IHHHHHIIIHH",
        0x04034B50, version, _flags(name), method, time, date, crc, shown_packed, shown, len(encoded), len(extra),
    )  # fmt: skip
    return fixed + encoded + extra


def central_header(
    name: str, size: int, modified: datetime, crc: int, offset: int, deflated: int | None = None
) -> bytes:
    """The entry's header in the central directory (§4.3.12), pointing to its local header at `offset`;
    `deflated` as for `local_header`."""
    encoded, (time, date) = name.encode(), dos_time(modified)
    method, packed = (_STORED, size) if deflated is None else (_DEFLATED, deflated)
    overflowing = b"".join(struct.pack("<Q", value) for value in (size, packed, offset) if value >= MAX_32)
    extra = struct.pack("<HH", _ZIP64_EXTRA, len(overflowing)) + overflowing if overflowing else b""
    extra += _timestamp(modified)
    version = 45 if overflowing else 20
    fixed = struct.pack(
        "<IHHHHHHIIIHHHHHII",
        0x02014B50, _UNIX | version, version, _flags(name), method, time, date, crc,
        min(packed, MAX_32), min(size, MAX_32), len(encoded), len(extra), 0, 0, 0, _REGULAR_FILE, min(offset, MAX_32),
    )  # fmt: skip
    return fixed + encoded + extra


def end_records(entries: int, directory_size: int, directory_offset: int) -> bytes:
    """What closes the archive: the end of central directory record (§4.3.16), after zip64's two (§4.3.14, §4.3.15)
    where one of the numbers overflows."""
    zip64 = b""
    if entries >= MAX_16 or directory_size >= MAX_32 or directory_offset >= MAX_32:
        zip64 = struct.pack(
            "<IQHHIIQQQQ",
            0x06064B50, 44, _UNIX | 45, 45, 0, 0, entries, entries, directory_size, directory_offset,
        ) + struct.pack("<IIQI", 0x07064B50, 0, directory_offset + directory_size, 1)  # fmt: skip
    return zip64 + struct.pack(
        "<IHHHHIIH",
        0x06054B50, 0, 0, min(entries, MAX_16), min(entries, MAX_16),
        min(directory_size, MAX_32), min(directory_offset, MAX_32), 0,
    )  # fmt: skip
