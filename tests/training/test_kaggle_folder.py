from pathlib import Path

import pytest

from tests.training.corpus_tree import tones
from training.corpus_recording import LeftOut, Recording
from training.kaggle_folder import looks_like_kaggle, read_kaggle_folder

FILES = {
    "Angry/03-01-05-01-01-01-02.wav": ("angry", "ravdess", "02", "F"),
    "Angry/1001_DFA_ANG_XX.wav": ("angry", "cremad", "1001", "M"),
    "Disgusted/OAF_back_disgust.wav": ("disgust", "tess", "OAF", "F"),
    "Fearful/DC_f01.wav": ("fearful", "savee", "DC", "M"),
    "Neutral/03-01-02-01-01-01-02.wav": ("calm", "ravdess", "02", "F"),
    "Suprised/YAF_back_ps.wav": ("surprised", "tess", "YAF", "F"),
    "Surprised/OAF_back_ps.wav": ("surprised", "tess", "OAF", "F"),  # as others correct it
    "Sad/sa03.wav": ("sad", "savee", None, "M"),
    "Happy/laughing 7.wav": ("happy", "audio-emotions", None, ""),
}
GONE = {
    "Sad/1001_DFA_ANG_XX.wav": "its folder and its name tell different emotions",
    "Happy/a03.wav": "its folder and its name tell different emotions",
    "Angry/03-02-05-01-01-01-02.wav": "singing, not speech",
    "Other/x.wav": "in none of the folders Angry, Disgusted",
}


@pytest.mark.parametrize("above", ["", "Emotions/"])
def test_names_tell_corpus_and_speaker_where_they_can(tmp_path: Path, above: str) -> None:
    tones(tmp_path, [above + name for name in (*FILES, *GONE)])
    assert looks_like_kaggle(tmp_path)
    found = list(read_kaggle_folder("audio-emotions", tmp_path))
    taken = {
        item.path.relative_to(tmp_path / above).as_posix(): (
            item.emotion, item.corpus, item.speaker, item.sex,
        )
        for item in found
        if isinstance(item, Recording)
    }  # fmt: skip
    gone = {
        item.path.relative_to(tmp_path / above).as_posix(): item.reason
        for item in found
        if isinstance(item, LeftOut)
    }
    assert taken == FILES
    assert gone.keys() == GONE.keys()
    assert all(gone[name].startswith(reason) for name, reason in GONE.items())
