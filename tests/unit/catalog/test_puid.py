import pytest

from chalicelib.catalog.puid import Kind, is_puid, make
from chalicelib.ids import Ids


@pytest.mark.parametrize("kind", Kind)
def test_generated_puids_are_valid(kind: Kind) -> None:
    puids = {make(kind, "INXT", Ids()) for _ in range(500)}
    assert len(puids) == 500
    assert all(is_puid(puid, kind, "INXT") for puid in puids)


@pytest.mark.parametrize(
    "text",
    ["", "INXT_SAM_", "INXT_SAM_AAAAAAAAA", "INXT_SAM_AAAAAAAAAAA", "INXT_SAM_aaaaaaaaaa", "INXT_SAM_AAAAAAAAA1",
     "INXT_PRJ_AAAAAAAAAA", "OTHER_SAM_AAAAAAAAAA", "INXT_SAM_AAAAAAAAAA\n"],
)  # fmt: skip
def test_other_spellings_are_invalid(text: str) -> None:
    assert not is_puid(text, Kind.SAMPLE, "INXT")
