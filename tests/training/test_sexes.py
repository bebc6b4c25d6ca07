from collections.abc import Callable
from pathlib import Path

from training.sexes import read_sexes

Write = Callable[[list[dict[str, str]]], Path]


def test_says_what_the_manifest_says(manifest: Write) -> None:
    rows = [("ann", "F"), ("ben", "m "), ("cem", ""), ("ann", "F")]
    path = manifest([{"speaker": name, "sex": sex} for name, sex in rows])
    assert read_sexes(path) == {"ann": "F", "ben": "M"}


def test_a_manifest_need_not_say(manifest: Write) -> None:
    assert read_sexes(manifest([{"speaker": "ann", "path": "a.wav"}])) == {}
