"""The format of a file, from the end of its name: case ignored, the first match wins."""

_PLAIN = {
    "fasta": (".fa", ".fna", ".fasta"),
    "fastq": (".fq", ".fastq"),
    "text": (".txt", ".rtf"),
    "csv": (".csv",),
    "tsv": (".tsv",),
    "spreadsheet": (".xls", ".xlsx"),
    "json": (".json",),
    "genbank": (".gbk", ".gbf", ".genbank"),
    "image": (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tiff", ".svg", ".webp"),
}
_GZIPPED = {"fasta", "fastq", "text", "csv", "tsv", "json", "genbank"}
_ENDINGS = tuple(
    (ending + gz, name)
    for name, endings in _PLAIN.items()
    for ending in endings
    for gz in (("", ".gz") if name in _GZIPPED else ("",))
)
FILE_FORMATS: tuple[str, ...] = (*_PLAIN, "unknown")


def format_of(filename: str) -> str:
    """One of FILE_FORMATS."""
    lowered = filename.lower()
    return next((name for ending, name in _ENDINGS if lowered.endswith(ending)), "unknown")
