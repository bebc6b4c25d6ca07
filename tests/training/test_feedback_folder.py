import json
from pathlib import Path

import pytest

from tests.training.corpus_tree import tone
from training.audiofolder import read_audiofolder
from training.cli import main
from training.corpus_merge import merge
from training.corpus_recording import LeftOut, Recording
from training.corrections import CorrectionsError
from training.feedback_folder import looks_like_feedback, read_feedback
from training.manifest import read_speech
from training.merge_settings import MergeSettings
from training.readers import known_name, read_corpus, reader_of


def export(folder: Path, *rows: tuple[str, str, str | None]) -> Path:
    """As ``vivavoz feedback export`` writes it."""
    lines = []
    for name, label, speaker in rows:
        tone(folder / f"{name}.flac")
        record = {
            "file_name": f"{name}.flac", "label": label, "consent": True, "day": "2026-01-02",
            "duration_ms": 500, "speaker": speaker, "note": None, "model": None, "verdict": None,
        }  # fmt: skip
        lines.append(json.dumps(record, separators=(",", ":")) + "\n")
    (folder / "metadata.jsonl").write_text("".join(lines))
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = export(
        tmp_path / "copy", ("a1", "sad", "p1"), ("b2", "happy", None), ("c3", "no_speech", None)
    )
    tone(folder / "stray.flac")
    return folder


def test_what_people_corrected_is_read(folder: Path) -> None:
    found = read_corpus("mine", folder)
    recordings = [item for item in found if isinstance(item, Recording)]
    assert [(r.path.name, r.emotion, r.corpus, r.speaker) for r in recordings] == [
        ("a1.flac", "sad", "feedback", "p1"),
        ("b2.flac", "happy", "feedback", "b2"),
    ]
    reasons = {item.path.name: item.reason for item in found if isinstance(item, LeftOut)}
    assert reasons.keys() == {"c3.flac", "stray.flac"}
    assert "retrain" in reasons["c3.flac"]


def test_all_of_it_goes_into_train_even_if_asked_otherwise(tmp_path: Path) -> None:
    """There is enough of it to hold speakers out, as there would be of any other corpus."""
    words = [(f"{who}{word}", word, f"p{who}") for who in range(8) for word in ("sad", "happy")]
    folder = export(tmp_path / "copy", *words, ("last", "happy", None))
    for resplit in (False, True):
        settings = MergeSettings(resplit=resplit, unknown_speakers="spread")
        rows = merge([("feedback", folder)], settings).rows
        assert {row.split for row in rows} == {"train"}
        assert {row.speaker for row in rows} == {
            "feedback:last",
            *(f"feedback:p{who}" for who in range(8)),
        }


def test_it_is_known_by_name_and_by_consent(folder: Path, tmp_path: Path) -> None:
    assert reader_of("anything", folder) is read_feedback
    (tmp_path / "empty").mkdir()
    assert reader_of(known_name("Feedback"), tmp_path / "empty") is read_feedback
    (tmp_path / "hub").mkdir()
    (tmp_path / "hub/metadata.jsonl").write_text('{"file_name": "a.wav", "label": "sad"}\n')
    assert not looks_like_feedback(tmp_path / "hub")
    assert reader_of("hub", tmp_path / "hub") is read_audiofolder


def test_a_folder_without_metadata_is_said(tmp_path: Path) -> None:
    with pytest.raises(CorrectionsError, match="holds no corrections"):
        read_corpus("feedback", tmp_path)


def test_the_command_takes_it_beside_a_corpus(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for speaker in "abcd":
        for emotion in ("sad", "happy"):
            tone(tmp_path / f"own/{emotion}-{speaker}.wav")
    rows = [f"own/{e}-{s}.wav,{e},{s}" for s in "abcd" for e in ("sad", "happy")]
    (tmp_path / "own.csv").write_text("\n".join(["path,emotion,speaker", *rows]) + "\n")
    out = tmp_path / "speech.csv"
    words = ["manifest", "--corpus", f"own={tmp_path / 'own.csv'}", f"feedback={folder}"]
    assert main([*words, "--out", str(out)]) == 0
    clips = read_speech(out)
    assert {clip.split for clip in clips} == {"train", "validation", "test"}
    assert {clip.split for clip in clips if clip.corpus == "feedback"} == {"train"}
    assert "no speech" in capsys.readouterr().out
