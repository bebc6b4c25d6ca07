import csv
import json
import logging
from pathlib import Path

import pytest

from tests.training.conftest import Corpus
from training.corrections import (
    Correction,
    CorrectionsError,
    mix_sounds,
    mix_speech,
    read_corrections,
    usable,
)
from training.manifest import ManifestError, read_noise, read_speech


def written(folder: Path, *rows: dict[str, object], end: str = "\n") -> Path:
    folder.mkdir()
    for row in rows:
        (folder / Path(str(row["file_name"])).name).touch()
    text = "\n".join(json.dumps(row) for row in rows) + end
    (folder / "metadata.jsonl").write_text(text)
    return folder


def test_what_can_be_learned_from(tmp_path: Path) -> None:
    folder = written(
        tmp_path / "f",
        {"file_name": "a.flac", "label": "sad", "speaker": "p1"},
        {"file_name": "b.flac", "label": "no_speech"},
        {"file_name": "c.flac", "label": "bored"},
        {"file_name": "gone.flac", "label": "happy"},
    )
    (folder / "gone.flac").unlink()
    assert read_corrections(folder) == [
        Correction(folder / "a.flac", "sad", "p1"),
        Correction(folder / "b.flac", "no_speech", "b"),
    ]


def test_a_line_that_is_being_written_is_left_out(tmp_path: Path) -> None:
    folder = written(
        tmp_path / "f",
        {"file_name": "a.flac", "label": "sad"},
        {"file_name": "b.flac", "label": "sad"},
        end="",
    )
    assert [one.path.name for one in read_corrections(folder)] == ["a.flac"]


@pytest.mark.parametrize(
    "line", ["{", "[]", "7", '{"label": "sad"}', '{"file_name": "../a.flac", "label": "sad"}']
)
def test_what_is_no_correction_is_said_with_its_line(tmp_path: Path, line: str) -> None:
    folder = written(tmp_path / "f", {"file_name": "a.flac", "label": "sad"})
    with (folder / "metadata.jsonl").open("a") as file:
        file.write(line + "\n")
    with pytest.raises(CorrectionsError, match=r"metadata\.jsonl:2"):
        read_corrections(folder)


def test_no_folder_is_said_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(CorrectionsError, match="--feedback-dir"):
        read_corrections(tmp_path / "none")


def test_who_is_measured_on_teaches_nothing(
    corpus: Corpus, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    given = [Correction(Path("x"), "sad", speaker) for speaker in ("ann", "dan", "fay", "new")]
    assert [one.speaker for one in usable(given, corpus.speech)] == ["ann", "new"]
    assert "2 corrections are left out" in caplog.text


def test_corrections_stand_in_train_alone(corpus: Corpus, tmp_path: Path) -> None:
    (tmp_path / "a.flac").touch()
    given = [
        Correction(tmp_path / "a.flac", "sad", "p1"),
        Correction(tmp_path / "b.flac", "no_speech", "p1"),
    ]
    mixed = read_speech(mix_speech(corpus.speech, given, 3, tmp_path / "m" / "speech.csv"))
    before = read_speech(corpus.speech)
    assert mixed[: len(before)] == before, "nothing else changes, wherever the manifest lies"
    added = mixed[len(before) :]
    assert [(c.path, c.label, c.speaker, c.split) for c in added] == [
        (tmp_path / "a.flac", "sad", "feedback:p1", "train")
    ] * 3
    with (tmp_path / "m" / "speech.csv").open() as file, corpus.speech.open() as old:
        assert csv.DictReader(file).fieldnames == csv.DictReader(old).fieldnames


def test_somebody_of_that_name_who_is_measured_on_stops_it(tmp_path: Path) -> None:
    row = "path,corpus,language,speaker,emotion,split\n"
    (tmp_path / "s.csv").write_text(row + "a.wav,c,en,feedback:p1,sad,test\n")
    given = [Correction(tmp_path / "b.flac", "sad", "p1")]
    with pytest.raises(ManifestError, match="feedback:p1"):
        read_speech(mix_speech(tmp_path / "s.csv", given, 1, tmp_path / "m.csv"))


@pytest.mark.parametrize("has_sounds", [True, False])
def test_what_is_no_speech_is_learned_from_as_noise(
    corpus: Corpus, tmp_path: Path, has_sounds: bool
) -> None:
    sounds = corpus.sounds if has_sounds else None
    given = [Correction(tmp_path / f"{i}.flac", "no_speech", "p") for i in range(7)]
    mixed = mix_sounds(sounds, given, tmp_path / "m" / "sounds.csv")
    assert mixed is not None
    before = read_noise(sounds) if sounds else []
    after = read_noise(mixed)
    assert after[: len(before)] == before
    assert [(c.path, c.split) for c in after[len(before) :]] == [
        (one.path, "train") for one in given
    ]


def test_without_any_the_sounds_stay_as_they_are(corpus: Corpus, tmp_path: Path) -> None:
    given = [Correction(tmp_path / "a.flac", "sad", "p")]
    assert mix_sounds(corpus.sounds, given, tmp_path / "s.csv") == corpus.sounds
    assert mix_sounds(None, given, tmp_path / "s.csv") is None
