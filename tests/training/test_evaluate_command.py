import argparse
import re
import shutil
from pathlib import Path

import pytest

from tests.training.samples import report
from training.cli import main, parser
from training.data_flags import settings_of
from training.evaluate_command import comparison
from training.held_out import write_results
from training.report import read_report
from training.rivals import write_rivals
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


@pytest.mark.parametrize(
    ("flag", "command"),
    [("--thesis", "thesis"), ("--beside", "thesis"), ("--held-out", "leave-one-out")],
)
def test_results_that_are_named_have_to_be_there(
    flag: str, command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for place in (tmp_path, tmp_path / "gone.json"):
        assert main(["evaluate", "--speech", "s.csv", flag, str(place)]) == 1
        assert f"`vivavoz-train {command}` makes it" in capsys.readouterr().err


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


def test_one_command_gives_one_folder(
    finished: TrainSettings, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = shutil.copytree(model, tmp_path / model.name)
    (tmp_path / "other").mkdir()
    other = report().splits["test"].rivals[1]
    write_rivals(tmp_path / "other", {"test": other})
    write_results(tmp_path, report().held_out)
    words = ["evaluate", str(model), "--speech", str(finished.speech), "--sounds"]
    words += [str(finished.sounds), "--run", str(finished.out), "--noise-clips", "3"]
    words += ["--thesis", str(tmp_path / "other" / "rival.json"), "--held-out", str(tmp_path)]
    assert main(words) == 0
    text = (model / "report.md").read_text()
    assert "## test" in capsys.readouterr().out
    made = read_report(model)
    assert made is not None
    assert made.held_out == report().held_out
    validation, test = made.splits["validation"], made.splits["test"]
    assert (validation.noisy, validation.rivals, validation.durations) == (None, [], [])
    assert validation.shifts == []
    assert [shift.samples for shift in test.shifts] == [20, 80, 160, 320]
    assert test.noisy is not None
    assert test.noisy.clips == 3
    assert test.rivals[-1] == other
    assert len(test.rivals) >= 2
    for plot in re.findall(r"\]\((report/.*?)\)", text):
        assert (model / plot).exists()
    assert len(list((model / "report").iterdir())) == 3 + 4
