"""The keys of objects that arrive: one spelling, anything else is distinguished from it before a record is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.ingestion.dead_letters import Reason
from chalicelib.ingestion.object_events import ToRun, ToSample, UnregistrableObject, destination_of


@pytest.mark.parametrize(
    ("key", "destination"),
    [
        ("uploads/P/S/a_1.fastq.gz", ToSample("P", "S", "a_1.fastq.gz")),
        ("uploads/P/S/été & 100%25 + more.fa", ToSample("P", "S", "été & 100%25 + more.fa")),
        ("runs/R/summary.txt.gz", ToRun("R", (), "summary.txt.gz")),
        ("runs/R/S/quast.pdf", ToRun("R", ("S",), "quast.pdf")),
        ("runs/R/S/x/a.fa", ToRun("R", ("S", "x"), "a.fa")),
        ("runs/R/multiqc/multiqc_data/a.json", ToRun("R", ("multiqc", "multiqc_data"), "a.json")),
        ("uploads/P/S/" + "x" * 900, ToSample("P", "S", "x" * 900)),
        ("uploads/P/S/a\\b\n.fa", ToSample("P", "S", "a\\b\n.fa")),
    ],
)
def test_a_key_names_its_sample_or_run(key: str, destination: ToSample | ToRun) -> None:
    assert destination_of(key) == destination


@pytest.mark.parametrize(
    "key",
    [
        "uploads/P/S",
        "uploads/P/a.fa",
        "uploads/a.fa",
        "uploads/P/S/run/a.fa",
        "uploads//S/a.fa",
        "uploads/P//a.fa",
        "uploads/P/../a.fa",
        "uploads/P/S/..",
        "uploads/P/S/.",
        "uploads/P/" + "x" * 256 + "/a.fa",
        "uploads/P/a\n/a.fa",
        "runs/a.fa",
        "runs//a.fa",
        "runs/R/x//a.fa",
        "runs/R/../a.fa",
        "files/P/S/a.fa",
        "Uploads/P/S/a.fa",
        "/uploads/P/S/a.fa",
        "",
        "/",
    ],
)
def test_any_other_spelling_is_misplaced(key: str) -> None:
    with pytest.raises(UnregistrableObject) as misplaced:
        destination_of(key)
    assert misplaced.value.reason is Reason.MALFORMED_KEY


@given(st.text(max_size=60))
def test_every_key_is_a_destination_or_misplaced(text: str) -> None:
    for key in (text, f"uploads/{text}", f"uploads/P/S/{text}", f"runs/{text}"):
        try:
            found = destination_of(key)
        except UnregistrableObject:
            continue
        if isinstance(found, ToRun):
            assert "/".join(["runs", found.run, *found.folders, found.filename]) == key
        else:
            assert "/".join(["uploads", found.project, found.sample, found.filename]) == key
