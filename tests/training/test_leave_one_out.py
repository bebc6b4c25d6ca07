from dataclasses import replace
from pathlib import Path

import pytest

from tests.training.conftest import Corpus, write_csv
from training.held_out import held_out_table, read_results
from training.leave_one_out import CorpusError, Lessons, leave_one_out, teachers, without
from training.manifest import read_speech
from training.report import read_report
from training.run import read_facts
from training.settings import TrainSettings


@pytest.fixture(scope="module")
def settings(
    tiny: TrainSettings, corpus: Corpus, tmp_path_factory: pytest.TempPathFactory
) -> TrainSettings:
    """Settings of a manifest in which nobody speaks in both corpora."""
    folder = tmp_path_factory.mktemp("lists")
    apart = {
        "path": lambda row: str(corpus.speech.parent / row["path"]),
        "speaker": lambda row: f"{row['corpus']}:{row['speaker']}",
    }
    rows = [row | {name: make(row) for name, make in apart.items()} for row in corpus.rows]
    speech = write_csv(folder / "speech.csv", rows)
    return replace(tiny, speech=speech, out=folder / "leave-one-out", epochs=1)


@pytest.fixture(scope="module")
def done(settings: TrainSettings) -> TrainSettings:
    leave_one_out(settings, ["emodb"])
    return settings


def test_nobody_of_the_held_out_corpus_is_learned_from(settings: TrainSettings) -> None:
    clips = read_speech(without(settings, "emodb").speech)
    assert {clip.split for clip in clips if clip.corpus == "emodb"} == {"test"}
    assert {clip.corpus for clip in clips if clip.split == "train"} == {"ravdess"}
    assert {clip.corpus for clip in clips if clip.split == "validation"} == {"ravdess"}
    assert {clip.corpus for clip in clips if clip.split == "test"} == {"emodb"}
    whole = [clip for clip in read_speech(settings.speech) if clip.corpus == "emodb"]
    assert sum(clip.corpus == "emodb" for clip in clips) == len(whole)
    assert all(clip.path.exists() for clip in clips)


def test_trains_and_measures_without_the_corpus(done: TrainSettings) -> None:
    (result,) = read_results(done.out)
    assert result.corpus == "emodb"
    assert result.figures.segments == 42  # of seven speakers, six emotions each
    assert result.figures.speakers == 7
    assert (done.out / "emodb" / "model" / "model.onnx").exists()
    assert "| emodb | 7 | 42 |" in (done.out / "leave_one_out.md").read_text()


def test_a_teacher_may_not_have_heard_the_corpus_either(
    settings: TrainSettings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lessons = Lessons(teachers=1, epochs=1)
    own = without(replace(settings, out=tmp_path, workers=0), "emodb")
    (folder,) = teachers(own, lessons)
    assert folder == tmp_path / "emodb" / "teacher-1" / "best"
    facts = read_facts(folder.parent)
    assert facts
    assert (facts.base, facts.seed, facts.epochs) == ("teacher", own.seed + 1, 1)
    assert set(facts.corpus_hours) == {"ravdess"}
    caplog.clear()
    with caplog.at_level("INFO"):
        assert teachers(own, lessons) == (folder,)
    assert "to learn from" not in caplog.text, "it was trained again"


def test_a_pupil_learns_from_them(
    settings: TrainSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learned: list[tuple[str, tuple[Path, ...]]] = []

    def note(one: TrainSettings) -> Path:
        learned.append((one.base, one.teachers))
        raise KeyboardInterrupt  # stopped before the pupil

    monkeypatch.setattr(
        "training.leave_one_out.teachers",
        lambda settings, lessons: (tmp_path / "t",) * lessons.teachers,
    )
    monkeypatch.setattr("training.leave_one_out.train", note)
    with pytest.raises(KeyboardInterrupt):
        leave_one_out(replace(settings, out=tmp_path), ["emodb"], Lessons(teachers=2))
    assert learned == [("compact", (tmp_path / "t",) * 2)]


def test_corpora_may_be_held_out_one_command_at_a_time(done: TrainSettings) -> None:
    (emodb,) = read_results(done.out)
    report = read_report(done.out / "emodb" / "model")
    assert report
    report.save(done.out / "ravdess" / "model")
    assert [one.corpus for one in leave_one_out(done, ["ravdess"])] == ["emodb", "ravdess"]
    assert read_results(done.out)[0] == emodb
    (done.out / "ravdess" / "model" / "report.json").unlink()
    leave_one_out(done, ["emodb"])


def test_what_is_done_is_not_done_again(
    done: TrainSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = read_results(done.out)
    monkeypatch.setattr("training.leave_one_out.train", None)
    assert leave_one_out(done, ["emodb"]) == before
    with pytest.raises(TypeError):
        leave_one_out(done, ["ravdess"])


def test_who_speaks_in_it_is_learned_from_nowhere(tiny: TrainSettings, tmp_path: Path) -> None:
    # In this manifest everybody speaks in both corpora.
    with pytest.raises(CorpusError, match="without emodb nobody is left in train and validation"):
        without(replace(tiny, out=tmp_path), "emodb")


@pytest.mark.parametrize("names", [["nemo"], ["emodb", "nemo"]])
def test_an_unknown_corpus_is_refused(settings: TrainSettings, names: list[str]) -> None:
    with pytest.raises(CorpusError, match="emodb, ravdess: hold out one of several, not nemo"):
        leave_one_out(settings, names)


def test_the_table_has_a_row_for_each(done: TrainSettings) -> None:
    results = read_results(done.out)
    lines = held_out_table(results * 2)
    assert len(lines) == 4
    assert len({line.count("|") for line in lines}) == 1
