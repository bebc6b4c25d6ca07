import csv
from pathlib import Path

from training.corpus_recording import Recording
from training.manifest import read_speech
from training.manifest_file import COLUMNS, write_manifest
from training.manifest_row import Row


def row(path: Path) -> Row:
    recording = Recording(path, "calm", "x", "ann")
    return Row(recording, "neutral", 1.25, "x:ann", "F", "en", split="test")


def test_paths_below_it_are_relative_others_absolute(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    out = Path("made/here/speech.csv")
    write_manifest(out, [row(Path("made/here/a,b.wav")), row(tmp_path / "else/c.wav")])
    with out.open(newline="") as file:
        cells = list(csv.DictReader(file))
    assert tuple(cells[0]) == COLUMNS
    assert [c["path"] for c in cells] == ["a,b.wav", str(tmp_path / "else/c.wav")]
    assert cells[0] | {"path": ""} == {
        "path": "", "corpus": "x", "language": "en", "speaker": "x:ann", "sex": "F",
        "emotion": "neutral", "original": "calm", "duration_s": "1.250", "split": "test",
    }  # fmt: skip
    assert [p.name for p in out.parent.iterdir()] == ["speech.csv"]
    assert [clip.path for clip in read_speech(out)] == [
        Path("made/here/a,b.wav"),
        tmp_path / "else/c.wav",
    ]
    assert [clip.label for clip in read_speech(out)] == ["neutral"] * 2
