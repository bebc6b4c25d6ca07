import argparse
from pathlib import Path

import pytest

from tests.training.samples import report
from training.cli import parser
from training.data_flags import settings_of
from training.evaluate_command import comparison
from training.settings import TrainSettings


def test_models_and_flags() -> None:
    given = parser().parse_args(
        ["evaluate", "a", "b", "--speech", "s.csv", "--run", "r", "--splits", "test", "--quick"]
    )
    assert given.models == [Path("a"), Path("b")]
    assert given.splits == ["test"]
    assert given.quick
    assert settings_of(given) == TrainSettings(speech=Path("s.csv"), out=Path("r"))


def test_without_a_model_it_is_the_bundled_one() -> None:
    given = parser().parse_args(["evaluate", "--speech", "s.csv"])
    assert given.models == []
    assert given.folder == Path("models/default")


@pytest.mark.parametrize("name", ["thesis", "leave-one-out"])
def test_recipes_reach_their_settings(name: str) -> None:
    words = [name, "--speech", "s.csv", "--run", "r", "--epochs", "3", "--width", "96"]
    given: argparse.Namespace = parser().parse_args(words)
    assert settings_of(given) == TrainSettings(
        speech=Path("s.csv"), out=Path("r"), epochs=3, width=96
    )


def test_several_models_stand_in_one_table() -> None:
    lines = comparison({Path("a"): report(), Path("b"): report()})
    assert len(lines) == 4
    assert lines[2].startswith("| a | 2026.01.01-0 | test | 0.")
