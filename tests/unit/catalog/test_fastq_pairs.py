import pytest

from chalicelib.catalog.fastq_pairs import are_mates, mate_of


@pytest.mark.parametrize(
    ("forward", "reverse", "type"),
    [
        ("x_S1_L001_R1_001.fastq.gz", "x_S1_L001_R2_001.fastq.gz", "illumina_pe"),
        ("x_1.fq", "x_2.fq", "pe"),
        ("x_R1.fastq", "x_R2.fastq", "pe"),
        ("x_F.fastq", "x_R.fastq", "pe"),
        ("x_f.fq.gz", "x_r.fq.gz", "pe"),
    ],
)
def test_names_that_pair(forward: str, reverse: str, type: str) -> None:
    assert are_mates(forward, reverse)
    one, other = mate_of(forward), mate_of(reverse)
    assert one is not None
    assert other is not None
    assert (one.direction, other.direction, one.type, other.type) == ("forward", "reverse", type, type)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("x_1.fq", "x_1.fq"),
        ("x_1.fq", "y_2.fq"),
        ("x_1.fq", "x_2.fq.gz"),
        ("x_1.fastq", "x_2.fq"),
        ("x_1.fq", "x_R2.fq"),
        ("x_S1_L001_R1_001.fastq.gz", "x_S1_L002_R2_001.fastq.gz"),
        ("x_S1_L001_R1_001.fastq.gz", "x_S1_L001_R2_002.fastq.gz"),
        ("x_F.fq", "x_r.fq"),
        ("x_1.fasta", "x_2.fasta"),
        ("x.fq", "x.fq"),
    ],
)
def test_names_that_do_not(first: str, second: str) -> None:
    assert not are_mates(first, second)
