from pathlib import Path

import matplotlib.image
import pytest

from tests.training.samples import report, split_report
from training.plots import conditions_figure, confusion_figure, corpora_figure, draw

MOST_BYTES = 200_000


def test_draws_all_and_takes_the_old_away(tmp_path: Path) -> None:
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "validation-old.png").touch()
    files = draw(report(), tmp_path)
    assert {path.name for path in files} == {
        "test-confidence.png", "test-confusion.png", "test-corpora.png", "test-conditions.png"
    }  # fmt: skip
    assert set((tmp_path / "report").iterdir()) == set(files)
    for path in files:
        assert path.stat().st_size < MOST_BYTES
        image = matplotlib.image.imread(path)
        assert image[..., :3].std() > 0.05  # something is on it


def test_the_same_figures_are_the_same_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        draw(report(), tmp_path / name)
    for path in (tmp_path / "a" / "report").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / "report" / path.name).read_bytes()


def test_bars_are_as_high_as_the_figures() -> None:
    split = split_report()
    ax = corpora_figure(split, "test").axes[0]
    ours = [bar.get_height() for bar in ax.containers[0]]
    assert ours == pytest.approx([*(f.uar for f in split.speech.corpora.values()),
                                  split.speech.pooled.uar])  # fmt: skip


def test_emotions_that_nobody_said_stay_empty() -> None:
    split = split_report()
    axes = confusion_figure(split.speech, "test").axes
    assert [ax.get_title() for ax in axes] == ["all (240)", "nemo (120)", "ravdess (120)"]
    assert [len(ax.texts) for ax in axes] == [36, 30, 36]


def test_what_was_not_measured_has_no_panel() -> None:
    split = split_report()
    assert len(conditions_figure(split.noisy, split.durations, "test").axes) == 3
    assert len(conditions_figure(None, split.durations, "test").axes) == 1
    assert len(conditions_figure(split.noisy, [], "test").axes) == 2
