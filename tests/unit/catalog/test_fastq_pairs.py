"""Names of mates by sequencers and trimmers, and names that look like mates and are none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.catalog.files.pairing import are_mates, mate_of

ILLUMINA = [
    "x_S1_L001_R#_001.fastq.gz",
    "TestSample_S1_R#_001.fastq.gz",
    "s_ACGTACGT_L001_R#_001.fastq.gz",
    "s_ACGT-TTGA_R#_001.fq",
    "s_S1_L001_R#_001.trimmed.fastq.gz",
    "a_b_c_S12_L008_R#_003.fastq",
    "s_S1_L001_R#_001_val_#.fq.gz",
    "s_S1_R#_001_trimmed.fq.gz",
]
OTHERS = [
    "x_#.fq",
    "x_R#.fastq",
    "s_R#.instrument_a.fastq.gz",
    "s_#.fastp.fastq.gz",
    "s_R#_val_#.fq.gz",
    "s_#_val_#.fq.gz",
    "P.R#.fastq.gz",
    "s-R#.fastq.gz",
    "s.#.fastq",
    "V300012345_L01_12_#.fq.gz",
    "V350012345_L01_UDB-112_#.fq.gz",
    "SRR123456_#.fastq.gz",
    "SRR123456_pass_#.fastq.gz",
    "s_#P.fq.gz",
    "s_R#_paired.fq",
    "s_R#_001.fastq.gz",
    "s_read#.fq",
    "s_r#.fastq",
    "s_#_trimmed.fq.gz",
    "s_#.trim.fastq.gz",
    "s_R#.cutadapt.fastq.gz",
    "S_X_1_R#_HLVTT.D217.fastq.gz",
    "s_R#_trimmed.fq.gz",
    "b.c-R#.fq.gz",
]


@pytest.mark.parametrize("pattern", [*ILLUMINA, *OTHERS])
def test_illumina_names_that_pair(pattern: str) -> None:
    forward, reverse = pattern.replace("#", "1"), pattern.replace("#", "2")
    assert are_mates(forward, reverse)
    first, other = mate_of(forward), mate_of(reverse)
    assert first is not None
    assert other is not None
    type = "illumina_pe" if pattern in ILLUMINA else "pe"
    assert (first.direction, other.direction, first.type, other.type) == ("forward", "reverse", type, type)
    assert not are_mates(forward, forward)
    assert not are_mates(forward, f"y{reverse}")


@pytest.mark.parametrize(
    ("forward", "reverse"),
    [
        ("x_F.fastq", "x_R.fastq"),
        ("x_f.fq.gz", "x_r.fq.gz"),
        ("s_forward.fq", "s_reverse.fq"),
        ("s_1.fq", "s_2.fq.gz"),
        ("s_1.fastq", "s_2.fq"),
    ],
)
def test_other_names_that_pair(forward: str, reverse: str) -> None:
    assert are_mates(forward, reverse)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("x_1.fq", "x_1.fq"),
        ("x_1.fq", "y_2.fq"),
        ("x_1.fq", "x_R2.fq"),
        ("x_F.fq", "x_r.fq"),
        ("x_1.fasta", "x_2.fasta"),
        ("x.fq", "x.fq"),
        ("x_S1_L001_R1_001.fastq.gz", "x_S1_L002_R2_001.fastq.gz"),
        ("x_S1_L001_R1_001.fastq.gz", "x_S1_L001_R2_002.fastq.gz"),
        ("x_S1_L001_R1_001.fastq.gz", "x_S1_L001_I2_001.fastq.gz"),
        ("s_1U.fq", "s_2U.fq"),
        ("s_R1_unpaired.fq", "s_R2_unpaired.fq"),
        ("FAT1_pass_barcode01_abcdef12_1.fastq.gz", "FAT1_pass_barcode01_abcdef12_2.fastq.gz"),
        ("FAT1_pass_barcode01_abcdef12_12345678_0_1.fastq.gz", "FAT1_pass_barcode01_abcdef12_12345678_0_2.fastq.gz"),
        (f"fastq_runid_{'a' * 40}_0_1.fastq", f"fastq_runid_{'a' * 40}_0_2.fastq"),
        ("._x_R1.fastq.gz", "._x_R2.fastq.gz"),
        ("S_X_1_1_HLVTT.D217.fastq.gz", "S_X_1_2_HLVTT.D217.fastq.gz"),
        ("s_R1_val_1.fq.gz", "s_R2.fq.gz"),
        ("s_R1_val_2.fq.gz", "s_R2_val_1.fq.gz"),
        ("s_v1.1.0.fq", "s_v2.1.0.fq"),
        ("s_merged_1.fq", "s_merged_2.fq"),
    ],
)
def test_names_that_do_not(first: str, second: str) -> None:
    assert not are_mates(first, second)


STEMS = st.text(st.sampled_from("abR12_.-SL0"), min_size=1, max_size=8)


@given(STEMS, st.sampled_from([*ILLUMINA, *OTHERS]))
def test_pairing_is_symmetric_and_exclusive(stem: str, pattern: str) -> None:
    forward, reverse = (stem + pattern.replace("#", number) for number in "12")
    assert are_mates(forward, reverse) == are_mates(reverse, forward)
    assert not are_mates(forward, forward)
