from pathlib import Path

import numpy as np
import pytest

from tests.training.conftest import Corpus
from training.manifest import read_speech
from training.recordings import whole
from training.segments import decode


def test_holds_each_recording_whole(corpus: Corpus, tmp_path: Path) -> None:
    clips = read_speech(corpus.speech)[:3]
    found = whole(clips, tmp_path)
    assert len(found) == 3
    for i, clip in enumerate(clips):
        assert np.array_equal(found.pcm(i), decode(clip.path))


def test_decodes_once(corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clips = read_speech(corpus.speech)[:3]
    first = whole(clips, tmp_path)
    monkeypatch.setattr("training.recordings.decode", None)
    second = whole(clips, tmp_path)
    assert np.array_equal(first.samples, second.samples)
    with pytest.raises(TypeError):
        whole(clips[:2], tmp_path)  # other clips are another file


def test_no_clips_are_no_recordings(tmp_path: Path) -> None:
    assert len(whole([], tmp_path)) == 0
