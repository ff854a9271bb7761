"""What all tables share."""

from chalicelib.tables import Json


def test_json_takes_the_bytes_that_it_is_measured_by() -> None:
    value = {"place": "é漢", "n": 1}
    text = Json().serialize(value)
    assert text == '{"place": "é漢", "n": 1}'
    assert Json().deserialize(text) == value
    assert Json().deserialize('{"place": "\\u00e9\\u6f22", "n": 1}') == value
    assert Json().serialize(None) is None
