from collections.abc import Callable
from pathlib import Path

import pytest

from training.manifest import (
    EMOTIONS,
    LABELS,
    NO_SPEECH,
    ManifestError,
    read_noise,
    read_rooms,
    read_speech,
)

Write = Callable[[list[dict[str, str]]], Path]


def row(**changed: str) -> dict[str, str]:
    return {
        "path": "a.wav",
        "corpus": "x",
        "language": "en",
        "speaker": "ann",
        "emotion": "angry",
        "split": "train",
        **changed,
    }


def test_the_order_of_labels_is_the_order_of_outputs() -> None:
    assert LABELS == ("angry", "disgust", "fearful", "happy", "neutral", "sad", "no_speech")


def test_reads_a_row(manifest: Write, tmp_path: Path) -> None:
    (clip,) = read_speech(manifest([row()]))
    assert clip.path == tmp_path / "a.wav"
    assert (clip.label, clip.speaker, clip.corpus) == ("angry", "ann", "x")
    assert (clip.language, clip.split) == ("en", "train")


def test_synonyms_count_and_other_emotions_are_left_out(manifest: Write) -> None:
    rows = [row(emotion=e) for e in ("calm", "fear", "surprised", "other", "sad")]
    assert [clip.label for clip in read_speech(manifest(rows))] == ["neutral", "fearful", "sad"]


@pytest.mark.parametrize("missing", ["path", "emotion", "speaker", "split", "corpus", "language"])
def test_a_missing_column_is_named(manifest: Write, missing: str) -> None:
    bad = row()
    del bad[missing]
    with pytest.raises(ManifestError, match=f"no column '{missing}'"):
        read_speech(manifest([bad]))


def test_an_unknown_split_is_refused_with_its_line(manifest: Write) -> None:
    with pytest.raises(ManifestError, match=r"speech\.csv:3: split 'dev'"):
        read_speech(manifest([row(), row(split="dev")]))


def test_a_speaker_on_both_sides_is_refused_by_name(manifest: Write) -> None:
    rows = [row(), row(speaker="bob"), row(split="test"), row(speaker="cid", split="test")]
    with pytest.raises(ManifestError, match=r"1 speaker\(s\).*\(ann\)"):
        read_speech(manifest(rows))


def test_noise_is_split_in_three_one_and_one_of_each_set(tmp_path: Path) -> None:
    path = tmp_path / "sounds.csv"
    rows = [f"n{i}.wav,noise,street" for i in range(10)] + ["r.wav,rir,room", "s,noise,home"]
    path.write_text("path,kind,set\n" + "\n".join([*rows, "a_scream.wav,noise,street"]))
    clips = read_noise(path)
    assert [c.split for c in clips if c.corpus == "street"] == [
        *["train"] * 3, "validation", "test", *["train"] * 3, "validation", "test",
    ]  # fmt: skip
    assert {c.label for c in clips} == {NO_SPEECH}
    assert not any("scream" in c.path.name for c in clips)
    assert read_rooms(path) == [tmp_path / "r.wav"]
    assert NO_SPEECH not in EMOTIONS


def test_a_recording_on_both_sides_is_refused_under_whichever_speaker(manifest: Write) -> None:
    rows = [row(), row(speaker="bob", split="test")]
    with pytest.raises(ManifestError, match=r"1 recording\(s\) stand in more than one.*a\.wav"):
        read_speech(manifest(rows))


def test_nothing_to_learn_from_is_said(manifest: Write) -> None:
    with pytest.raises(ManifestError, match="no clip labelled angry, disgust"):
        read_speech(manifest([row(emotion="surprised")]))


def test_a_line_that_breaks_off_is_named(tmp_path: Path) -> None:
    path = tmp_path / "speech.csv"
    path.write_text(
        "path,corpus,language,speaker,emotion,split\na.wav,x,en,ann,sad,train\nb.wav,x\n"
    )
    with pytest.raises(ManifestError, match=r"speech\.csv:3: fewer cells"):
        read_speech(path)


def test_as_a_spreadsheet_saves_it(manifest: Write) -> None:
    path = manifest([row(emotion="Anger")])
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert [clip.label for clip in read_speech(path)] == ["angry"]
