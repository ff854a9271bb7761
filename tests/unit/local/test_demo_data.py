import gzip

from infra.demo import reads
from infra.demo.catalog import files_of, projects
from infra.demo.runs import RUNS
from infra.local.mailbox import as_page, mails_of


def test_simulated_reads_are_fastq_of_the_genome_in_matching_pairs() -> None:
    pair = reads.pair(3, records=50)
    assert reads.pair(3, records=50) == pair
    assert reads.pair(4, records=50) != pair
    forward, reverse = (
        gzip.decompress(member + member).decode().splitlines() for member in (pair.forward, pair.reverse)
    )
    assert len(forward) == len(reverse) == 2 * 4 * 50
    for i in range(0, len(forward), 4):
        assert forward[i].split()[0] == reverse[i].split()[0]
        assert forward[i + 1] in reads.genome()
        assert len(forward[i + 1]) == len(forward[i + 3]) == reads.READ_LENGTH


def test_the_demo_catalog_is_large_mixed_and_the_same_every_time() -> None:
    samples = [sample for project in projects() for sample in project.samples]
    assert projects() == projects()
    assert len(projects()) == 3
    assert len(samples) >= 24
    assert len({sample.name for sample in samples}) == len(samples)
    assert {sample.layout for sample in samples} == {"paired", "single", "none"}
    pool = [reads.pair(number, records=2) for number in range(reads.MEMBERS)]
    contents = {name: make() for sample in samples for name, make in files_of(sample, pool)}
    assert {name.rsplit(".", 1)[-1] for name in contents} == {"gz", "json", "csv", "txt", "png"}
    assert all(contents.values())


def test_outputs_of_the_demo_runs_have_the_formats_of_their_names() -> None:
    made = {filename: body for run in RUNS for _, filename, body in run.makes(["OB-1", "OB-2"])}
    assert {run.state for run in RUNS} == {"completed", "error", "running"}
    assert gzip.decompress(made["summary.txt.gz"]).decode().splitlines()[1].startswith("OB-1\t1\t")
    assert made["alleles.tsv"].decode().splitlines()[0].split("\t")[:2] == ["sample", "cI"]
    quast = made["quast.pdf"]
    table = int(quast.split()[-2])  # startxref
    assert quast[table:].startswith(b"xref\n0 6\n")
    offsets = [int(line.split()[0]) for line in quast[table:].splitlines()[3:8]]
    assert [quast[offset : offset + 7] for offset in offsets] == [b"%d 0 obj" % number for number in range(1, 6)]


def test_mails_are_listed_newest_first_as_text() -> None:
    result = {
        "messages": {
            "1": [
                {"To": ["a@example.org"], "Subject": "<b>old</b>", "BodyText": "t", "Timestamp": 1},
                {"To": ["b@example.org"], "Subject": "new", "BodyText": "t", "Timestamp": 2},
            ]
        }
    }
    assert [mail.subject for mail in mails_of(result, None)] == ["new", "<b>old</b>"]
    assert [mail.subject for mail in mails_of(result, "A@example.org")] == ["<b>old</b>"]
    assert b"<b>old" not in as_page(mails_of(result, None))
