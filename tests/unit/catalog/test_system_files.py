import pytest

from chalicelib.catalog.files.system_files import is_system_file


@pytest.mark.parametrize(
    "name",
    [
        "._x_R1.fastq.gz",
        ".DS_Store",
        "Thumbs.db",
        "thumbs.DB",
        "desktop.ini",
        "x_$folder$",
        ".x.gz.Xa8Fq2",
        "x.fastq.gz.6eF5b5dA",
        "x.bam.part",
        "x.gz.filepart",
        "x.zip.crdownload",
        "~$report.docx",
        ".~lock.x.csv#",
        ".nfs000000000000abcd",
        "a.fastq.tmp",
    ],
)
def test_system_files_are_recognised(name: str) -> None:
    assert is_system_file(name)


@pytest.mark.parametrize(
    "name",
    [
        "x_R1.fastq.gz",
        "x.fastq",
        "report.html",
        "a.b.c.txt",
        "x.20261125",
        "sample.bam.bai",
        ".hidden",
        "folder$",
        "DS_Store",
        "parts.csv",
        "x.vcf.gz.tbi",
        "x._y.txt",
        "run.0123456789.txt",
    ],
)
def test_data_files_are_not_system_files(name: str) -> None:
    assert not is_system_file(name)
