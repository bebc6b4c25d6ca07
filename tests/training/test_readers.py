import doctest
from pathlib import Path

import pytest

from tests.training.corpus_tree import TREES, tone, tones
from training import readers
from training.audiofolder import read_audiofolder
from training.corpus_recording import LeftOut, Recording
from training.csv_corpus import read_csv_corpus
from training.kaggle_folder import read_kaggle_folder
from training.manifest import ManifestError
from training.readers import read_corpus, read_named_files, reader_of


def test_examples() -> None:
    assert doctest.testmod(readers).failed == 0


@pytest.mark.parametrize("corpus", TREES)
def test_a_tree_of_each_corpus_is_read_whole(tmp_path: Path, corpus: str) -> None:
    found = read_corpus(corpus, tones(tmp_path, TREES[corpus]))
    assert len(found) == len(TREES[corpus])
    assert all(isinstance(item, Recording) for item in found)
    recordings = [item for item in found if isinstance(item, Recording)]
    assert {r.corpus for r in recordings} == {corpus}
    assert all(r.speaker and r.sex and r.language and r.take for r in recordings)
    assert len({(r.speaker, r.take) for r in recordings}) == len(recordings)


def test_strangers_among_them_are_named_with_the_rule(tmp_path: Path) -> None:
    tones(tmp_path, ["03-01-01-01-01-01-01.wav", "notes.wav", "03-02-01-01-01-01-01.wav"])
    found = read_corpus("ravdess", tmp_path)
    reasons = {item.path.name: item.reason for item in found if isinstance(item, LeftOut)}
    assert "03-01-06-01-02-01-12" in reasons["notes.wav"]
    assert reasons["03-02-01-01-01-01-01.wav"] == "singing, not speech"
    assert len(found) == 3


def test_the_reader_is_chosen_by_name_and_by_what_lies_there(tmp_path: Path) -> None:
    table = tmp_path / "speech.csv"
    table.write_text("path,emotion\n")
    kaggle = tone(tmp_path / "thesis/Emotions/Suprised/a.wav").parents[2]
    assert reader_of("ravdess", tmp_path) is read_named_files
    assert reader_of("ravdess", table) is read_csv_corpus
    assert reader_of("audio-emotions", tmp_path) is read_kaggle_folder
    assert reader_of("thesis", kaggle) is read_kaggle_folder
    assert reader_of("mine", tmp_path) is read_audiofolder


def test_nothing_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"mine: no folder and no \.csv file at .*gone"):
        read_corpus("mine", tmp_path / "gone")
    with pytest.raises(ManifestError, match="ravdess: no audio file under"):
        read_corpus("ravdess", tmp_path)
    (tmp_path / "train-0.parquet").write_bytes(b"")
    with pytest.raises(ManifestError, match=r"it holds \.parquet"):
        read_corpus("mine", tmp_path)
