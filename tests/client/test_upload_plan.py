"""Which files belong to which sample."""

from pathlib import Path

import pytest
from seqport import errors
from seqport.transfer.upload_plan import of_folder, of_samplesheet


def files(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)


@pytest.mark.parametrize(
    ("forward", "reverse", "sample"),
    [
        ("EC-1_S1_L001_R1_001.fastq.gz", "EC-1_S1_L001_R2_001.fastq.gz", "EC-1"),
        ("EC_1_S12_R1_001.fastq.gz", "EC_1_S12_R2_001.fastq.gz", "EC_1"),
        ("SRR1_1.fastq.gz", "SRR1_2.fastq.gz", "SRR1"),
        ("a.b_R1.fq", "a.b_R2.fq", "a.b"),
        ("x_F.fastq", "x_R.fastq", "x"),
        ("x.r1.FASTQ.GZ", "x.r2.FASTQ.GZ", "x"),
    ],
)
def test_mates_are_of_one_sample_and_a_pair(tmp_path: Path, forward: str, reverse: str, sample: str) -> None:
    files(tmp_path, reverse, forward)
    plan = of_folder(tmp_path)
    assert [(file.name, file.sample, file.forward) for file in plan.files] == [
        (forward, sample, None),
        (reverse, sample, tmp_path / forward),
    ]


def test_subfolder_is_the_sample(tmp_path: Path) -> None:
    files(tmp_path, "S 1/reads_1.fastq", "S 1/reads_2.fastq", "S2/deep/er/contigs.fasta")
    plan = of_folder(tmp_path)
    assert [(file.sample, file.name) for file in plan.files] == [
        ("S 1", "reads_1.fastq"),
        ("S 1", "reads_2.fastq"),
        ("S2", "contigs.fasta"),
    ]


def test_single_files_and_other_files(tmp_path: Path) -> None:
    files(tmp_path, "S1.fastq.gz", "S2.fasta", ".S3.fastq", ".cache/S4.fastq", "notes.txt", "S5_1.fastq")
    plan = of_folder(tmp_path)
    assert {file.name: (file.sample, file.forward) for file in plan.files} == {
        "S1.fastq.gz": ("S1", None),
        "S2.fasta": ("S2", None),
        "S5_1.fastq": ("S5", None),
    }


def test_three_files_of_a_stem_are_no_pair(tmp_path: Path) -> None:
    files(tmp_path, "a_1.fastq", "a_2.fastq", "a_1.fq")
    assert all(file.forward is None for file in of_folder(tmp_path).files)


def test_all_files_can_be_of_one_sample(tmp_path: Path) -> None:
    files(tmp_path, "a.bam", "b/c.bam")
    assert {file.sample for file in of_folder(tmp_path, sample="S1", patterns=["*.bam"]).files} == {"S1"}


def test_folder_without_files_is_an_error(tmp_path: Path) -> None:
    files(tmp_path, "a.bam")
    with pytest.raises(errors.UsageError, match="--include"):
        of_folder(tmp_path)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_samplesheet_names_files_pairs_and_metadata(tmp_path: Path, delimiter: str) -> None:
    files(tmp_path, "r/one.fq", "r/two.fq", "c.fa")
    rows = [["sample", "fastq_1", "fastq_2", "fasta", "Country"], ["S1", "r/one.fq", "r/two.fq", "", "Canada"]]
    rows += [["S2", "", "", "c.fa", ""]]
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("\ufeff" + "\r\n".join(delimiter.join(row) for row in rows), encoding="utf-8")
    plan = of_samplesheet(sheet)
    assert [(file.sample, file.name, file.forward and file.forward.name) for file in plan.files] == [
        ("S1", "one.fq", None),
        ("S1", "two.fq", "one.fq"),
        ("S2", "c.fa", None),
    ]
    assert plan.metadata == {"S1": {"Country": "Canada"}}


def test_all_wrong_rows_of_a_samplesheet_are_named(tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("sample,fastq_1\nS1,none.fq\n,other.fq\nS3,neither.fq\n")
    with pytest.raises(errors.UsageError) as raised:
        of_samplesheet(sheet)
    for expected in ("row 2, fastq_1", "row 3", "row 4, fastq_1"):
        assert expected in str(raised.value)


def test_other_tables_are_no_samplesheets(tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("a,b\n1,2\n")
    with pytest.raises(errors.UsageError, match="fastq_1"):
        of_samplesheet(sheet)
