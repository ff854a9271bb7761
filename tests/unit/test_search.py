import pytest

from chalicelib.search import finds, words


@pytest.mark.parametrize("q", [None, "", "out", "OUTBREAK 2", "2026", "07", "été", "inxt_prj_a", "abc-1"])
def test_it_finds_beginnings_of_the_name_its_words_and_ids(q: str | None) -> None:
    assert finds(q, "Outbreak 2026-07 (Été)", "INXT_PRJ_AAAAAAAAAA", "abc-123")


@pytest.mark.parametrize("q", ["break", "26", "x", "prj", "123", "outbreak  2026"])
def test_it_finds_nothing_in_the_middle(q: str) -> None:
    assert not finds(q, "Outbreak 2026-07", "INXT_PRJ_AAAAAAAAAA", "abc-123")


def test_unicode_forms_and_marks_do_not_part_words() -> None:
    assert finds("Zürich", "Labor Zu\u0308rich")
    assert finds("zu\u0308r", "Labor ZÜRICH")
    assert words("Zu\u0308rich-Nord 2 zürich") == ["zürich", "nord", "2"]
