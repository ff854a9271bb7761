import pytest

from chalicelib.catalog.files.formats import FILE_FORMATS, format_of

CASES = {
    "fasta": ["a.fa", "a.fna", "a.FASTA", "a.fasta.gz", "a.fa.GZ"],
    "fastq": ["a.fq", "a.fastq", "A B.FASTQ.gz", "a.fq.gz"],
    "text": ["a.txt", "a.rtf", "a.txt.gz"],
    "csv": ["a.csv", "a.csv.gz"],
    "tsv": ["a.tsv", "a.tsv.gz"],
    "spreadsheet": ["a.xls", "a.xlsx"],
    "json": ["a.json", "a.json.gz"],
    "genbank": ["a.gbk", "a.gbf", "a.genbank", "a.gbk.gz"],
    "image": ["a.png", "a.jpg", "a.JPEG", "a.gif", "a.bmp", "a.tiff", "a.svg", "a.webp"],
    "unknown": ["a", "a.gz", "a.xlsx.gz", "a.png.gz", "a.bam", "fa", "a.fa.bz2", "a.fastqc"],
}


@pytest.mark.parametrize(("file_format", "names"), CASES.items())
def test_format_follows_from_the_suffix(file_format: str, names: list[str]) -> None:
    assert {name: format_of(name) for name in names} == dict.fromkeys(names, file_format)


def test_all_formats_are_known() -> None:
    assert set(FILE_FORMATS) == set(CASES)
