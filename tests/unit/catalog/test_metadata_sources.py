"""Values of metadata that people entered are kept; those of workflow executions follow the latest results."""

from chalicelib.catalog.samples.metadata_sources import AnalysisSource, after_edit, source_by_field, with_results

OLD = (AnalysisSource("r1", "t1", ("amr", "lineage")),)
PRESENT = {"country": "Canada", "amr": "blaTEM", "lineage": "B.1"}


def test_results_replace_those_of_runs_and_keep_what_people_entered() -> None:
    found = with_results(PRESENT, OLD, {"country": "France", "amr": "none", "mlst": 131}, "r2", "t2")
    assert found.metadata == {"country": "Canada", "amr": "none", "lineage": "B.1", "mlst": 131}
    assert found.kept == ("country",)
    assert set(found.sources) == {AnalysisSource("r1", "t1", ("lineage",)), AnalysisSource("r2", "t2", ("amr", "mlst"))}


def test_the_same_value_as_entered_is_no_conflict() -> None:
    found = with_results(PRESENT, OLD, {"country": "Canada"}, "r2", "t2")
    assert (found.metadata, found.kept, found.sources) == (PRESENT, (), OLD)


def test_none_removes_results_only() -> None:
    found = with_results(PRESENT, OLD, {"country": None, "amr": None, "nothing": None}, "r2", "t2")
    assert found.metadata == {"country": "Canada", "lineage": "B.1"}
    assert found.kept == ("country",)
    assert found.sources == (AnalysisSource("r1", "t1", ("lineage",)),)


def test_results_replace_everything_on_request() -> None:
    found = with_results(PRESENT, OLD, {"country": "France"}, "r2", "t2", overwrite=True)
    assert (found.metadata["country"], found.kept) == ("France", ())
    assert source_by_field(found.sources)["country"].run_id == "r2"


def test_reading_a_run_again_changes_nothing_but_the_time() -> None:
    once = with_results(PRESENT, OLD, {"mlst": 131, "x": 1}, "r2", "t2")
    twice = with_results(once.metadata, once.sources, {"mlst": 131}, "r2", "t3")
    assert twice.metadata == once.metadata
    assert source_by_field(twice.sources).keys() == source_by_field(once.sources).keys()


def test_what_people_change_is_theirs() -> None:
    after = {**PRESENT, "amr": "corrected"}
    del after["lineage"]
    assert after_edit(OLD, PRESENT, after) == ()
    assert after_edit(OLD, PRESENT, {**PRESENT, "amr": "corrected"}) == (AnalysisSource("r1", "t1", ("lineage",)),)
