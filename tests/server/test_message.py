import json

import pytest
from pydantic import Field, TypeAdapter, ValidationError

from server.message import OPTIONAL, InterimMs, Message, Milliseconds, VadChange
from vad import VadSettings


class Greeting(Message):
    words: str | None = None
    vad: VadChange | None = None
    token: str | None = Field(**OPTIONAL)


def test_a_message_ignores_what_it_does_not_know_and_stays_as_it_is():
    greeting = Greeting.model_validate({"words": "hello", "colour": "red"})
    assert json.loads(greeting.to_json()) == {"words": "hello", "vad": None}
    with pytest.raises(ValidationError):
        greeting.words = "bye"  # type: ignore[misc]


def test_what_is_optional_is_left_out_and_the_rest_is_null():
    assert json.loads(Greeting().to_json()) == {"words": None, "vad": None}
    assert json.loads(Greeting(token="t").to_json())["token"] == "t"


def test_a_change_says_only_what_should_change():
    change = Greeting(vad=VadSettings(onset_ms=60))
    assert json.loads(change.to_json())["vad"] == {"onset_ms": 60}


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [(Milliseconds, (0, 2**53), (-1, 2**53 + 1)), (InterimMs, (0, 10_000), (-1, 10_001))],
)
def test_ranges(kind, good, bad):
    adapter = TypeAdapter(kind)
    assert [adapter.validate_python(value) for value in good] == list(good)
    for value in bad:
        with pytest.raises(ValidationError):
            adapter.validate_python(value)
