import doctest

from training import table_columns
from training.table_columns import SPEAKER, text_of


def test_examples() -> None:
    assert doctest.testmod(table_columns).failed == 0


def test_the_first_column_with_something_in_it() -> None:
    assert text_of({"speaker": " ", "speaker_id": 0, "actor": "x"}, SPEAKER) == "0"
    assert text_of({"speaker": None}, SPEAKER) == ""
