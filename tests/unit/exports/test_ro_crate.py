"""ro-crate-metadata.json: who is described, once each, and with which ids."""

import json
from dataclasses import replace
from typing import Any

from chalicelib.exports.contents.analysis import analysis_pieces
from chalicelib.exports.contents.items import Contents, RunDetails, from_rows, to_rows
from chalicelib.exports.contents.ro_crate import Crate
from tests.unit.exports.test_analysis_contents import NAMES, PARTS, RUNS
from tests.unit.exports.test_documented_formats import CONTENTS, example


def entities(contents: Contents, crc32: list[int | None] | None = None) -> dict[str, dict[str, Any]]:
    crate = Crate("export-id", "Name", "2026-11-25T10:00:00.000Z", contents)
    graph = json.loads("".join(crate.lines(crc32 or [None] * len(contents.items))))["@graph"]
    by_id = {entity["@id"]: entity for entity in graph}
    assert len(by_id) == len(graph)  # an id is described once
    return by_id


def references(value: Any) -> set[str]:
    """All ids that an entity refers to."""
    if isinstance(value, dict):
        own = {value["@id"]} if value.keys() == {"@id"} else set()
        return own.union(*map(references, value.values()))
    return set().union(*map(references, value)) if isinstance(value, list) else set()


ANALYSIS = Contents.of(analysis_pieces(RUNS, PARTS, NAMES, excluded={}))


def test_documented_example_is_what_is_written() -> None:
    crate = Crate("6a5f9a0e-2f0b-4c8e-9d3a-0b1c2d3e4f50", "Outbreak", "2026-11-25T10:00:00.000Z", CONTENTS)
    assert "".join(crate.lines([0x9AE0DAAF])) == example("ro-crate-metadata.json") + "\n"


def test_every_file_is_reached_from_the_root_and_every_local_reference_is_described() -> None:
    for contents in (CONTENTS, ANALYSIS):
        found = entities(contents)
        reached, open_ids = set(), ["./"]
        while open_ids:
            part = open_ids.pop()
            reached.add(part)
            open_ids += [inner["@id"] for inner in found[part].get("hasPart", [])]
        assert {id_ for id_, entity in found.items() if entity["@type"] in ("File", "Dataset")} == reached
        assert len([id_ for id_ in reached if "/" in id_ and not id_.endswith("/")]) == len(contents.items)
        for id_ in set().union(*(references(entity) for entity in found.values())):
            assert id_ in found or id_.startswith("http"), id_


def test_runs_are_actions_on_their_samples() -> None:
    found = entities(ANALYSIS)
    assert found["#r1"] == {
        "@id": "#r1",
        "@type": "CreateAction",
        "name": "Été 1",
        "identifier": "r1",
        "instrument": {"@id": "#workflow/w/1"},
        "object": [{"@id": "#INXT_SAM_1"}, {"@id": "#INXT_SAM_3"}],
        "result": {"@id": "r1/"},
        "actionStatus": {"@id": "http://schema.org/CompletedActionStatus"},
    }
    assert found["#workflow/w/1"]["softwareVersion"] == "1"
    assert found["#INXT_SAM_3"] == {
        "@id": "#INXT_SAM_3",
        "@type": "BioSample",
        "name": "Gamma",
        "identifier": "INXT_SAM_3",
    }
    assert {entity["@id"] for entity in found["./"]["mentions"]} == {"#r1", "#r2", "#r4"}


def test_ids_are_uris_and_names_are_those_of_the_catalog() -> None:
    (item,) = CONTENTS.items
    contents = replace(CONTENTS, items=(replace(item, name="a #1 100% é.fastq", renamed_from="a:#1 100% é.fastq"),))
    (file,) = (entity for id_, entity in entities(contents).items() if id_.endswith(".fastq"))
    assert file["@id"].rsplit("/", 1)[1] == "a%20%231%20100%25%20%C3%A9.fastq"
    assert file["name"] == "a:#1 100% é.fastq"
    assert file["encodingFormat"][0] == "text/plain"
    assert "crc32" not in file


def test_plans_keep_what_describes_a_run() -> None:
    for contents in (ANALYSIS, CONTENTS):
        rows = list(to_rows(contents))
        assert from_rows(iter(json.loads(json.dumps(rows)))) == contents
    assert ANALYSIS.folders[0].run == RunDetails("w", "1")
