"""Files that operating systems and tools leave beside data; they are never registered."""

import re

_NAMES = {".ds_store", "thumbs.db", "ehthumbs.db", "desktop.ini", ".directory", ".localized"}
_PATTERNS = (
    re.compile(r"\._.*", re.DOTALL),  # AppleDouble: what macOS keeps of a file on other file systems
    re.compile(r".*_\$folder\$", re.DOTALL),  # Hadoop's and EMR's markers of folders
    re.compile(r"\..+\.[A-Za-z0-9]{6}", re.DOTALL),  # rsync, while it writes
    re.compile(
        r".+\.(fastq|fq|fasta|fa|bam|cram|vcf|gz|bz2|xz|zip|csv|tsv|txt|json)\.[0-9A-Fa-f]{8}",
        re.IGNORECASE | re.DOTALL,
    ),
    re.compile(r".+\.(part|partial|filepart|crdownload|download|tmp|swp)", re.IGNORECASE | re.DOTALL),
    re.compile(r"(~\$|\.~lock\.|\.nfs[0-9a-f]{16}|\.fuse_hidden).*", re.DOTALL),
)  # the fourth: `aws s3 cp` and `aws s3 sync`, while they write


def is_system_file(filename: str) -> bool:
    """Is it the name of a file that an operating system or a transfer tool creates for its own use?"""
    return filename.lower() in _NAMES or any(pattern.fullmatch(filename) for pattern in _PATTERNS)
