from pathlib import Path

import pytest

from training.corpus_recording import LeftOut, Recording
from training.csv_corpus import read_csv_corpus
from training.manifest import ManifestError


def read(tmp_path: Path, text: str) -> list[Recording | LeftOut]:
    (tmp_path / "speech.csv").write_text(text, encoding="utf-8-sig")
    return list(read_csv_corpus("mine", tmp_path / "speech.csv"))


def test_path_and_label_are_enough(tmp_path: Path) -> None:
    assert read(tmp_path, "path,label\na.wav,Happiness\n,sad\n") == [
        Recording(tmp_path / "a.wav", "happy", "mine")
    ]


def test_all_columns(tmp_path: Path) -> None:
    head = "path,corpus,language,speaker,sex,emotion,original,split\n"
    rows = "a.wav,x,en,x:ann,F,neutral,calm,dev\nb.wav,x,en,x:unknown:b.wav,,sad,,train\n"
    assert read(tmp_path, head + rows) == [
        Recording(tmp_path / "a.wav", "calm", "x", "ann", "F", "en", "validation"),
        Recording(tmp_path / "b.wav", "sad", "x", None, "", "en", "train"),
    ]


def test_people_of_known_corpora_have_one_name_however_a_table_calls_them(tmp_path: Path) -> None:
    head = "path,corpus,speaker,emotion\n"
    file = "03-01-05-01-01-01-16.opus"
    (found,) = read(tmp_path, f"{head}{file},ravdess,ravdess:rav16,angry\n")
    assert isinstance(found, Recording)
    assert (found.speaker, found.take) == ("16", "03-01-05-01-01-01-16")
    (found,) = read(tmp_path, f"{head}{file},another,rav16,angry\n")
    assert isinstance(found, Recording)
    assert (found.speaker, found.take) == ("rav16", "")


def test_an_unknown_split_is_left_out_by_name(tmp_path: Path) -> None:
    (found,) = read(tmp_path, "path,label,split\na.wav,sad,fold1\n")
    assert found == LeftOut(tmp_path / "a.wav", "mine", "unknown split: fold1")


def test_what_is_no_manifest(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="lacks a column path"):
        read(tmp_path, "file,emotion\na.wav,sad\n")
    with pytest.raises(ManifestError, match="lacks a column path, or one of original, emotion"):
        read(tmp_path, "path,feeling\na.wav,sad\n")
    (tmp_path / "bad.csv").write_bytes(b"path,emotion\n\xff\xfe,sad\n")
    with pytest.raises(ManifestError, match="no CSV in UTF-8"):
        list(read_csv_corpus("mine", tmp_path / "bad.csv"))
