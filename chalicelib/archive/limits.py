"""The limits that an archive is packed within."""

from dataclasses import dataclass

MIB = 1 << 20
GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class Limits:
    """S3's multipart limits, in bytes and counts, and the sizes that the planner aims at.

    Source: "Amazon S3 multipart upload limits" in the S3 user guide.
    """

    min_part: int = 5 * MIB
    max_part: int = 5 * GIB
    max_parts: int = 10_000
    max_archive: int = 50_000 * GIB
    copy_range: int = GIB  # the longest copied range, before 10,000 parts make larger ones necessary
    short_copy_range: int = 256 * MIB  # the same of an archive of at most `short_copies` copies
    short_copies: int = 5_120  # as many as 40 workers have at once: more would wait for each other
    segment: int = 256 * MIB  # of a segment, before 10,000 parts make larger ones necessary: its copy takes 5 s
    segment_range: int = 256 * MIB  # the longest copied range inside a segment; in a short one it is a quarter of it
    stitch: int = 8 * MIB  # of a part of small files only, as long as there are at most `stitches`
    stitches: int = 480  # twelve for each of 40 workers
    longest_stitch: int = 32 * MIB  # the longest part of small files only
    tail_part: int = 32 * MIB  # of the finisher's parts
    tail_row: int = 2048  # of manifests, report and directory for each entry, reserved for the tail's parts
