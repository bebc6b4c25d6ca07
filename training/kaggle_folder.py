"""The thesis's data: Kaggle's ``uldisvalainis/audio-emotions``, several corpora in seven folders.

Files keep the names of the corpora they come from (said to be RAVDESS, CREMA-D, TESS, SAVEE), and
those names tell the speaker. Such a file counts under its own corpus: whoever gives RAVDESS
beside this gets no actor and no recording twice. Where a name tells no speaker, the speaker is
unknown: SAVEE's names as published (``a01``) say who speaks only by the folder they lay in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Final

from classifier.labels import our_label
from training.audio_files import audio_files
from training.corpus_recording import LeftOut, Recording
from training.emotion_words import emotion_word
from training.name_rules import NAME_RULES, Named, UnfitNameError, savee

AUDIO_EMOTIONS: Final = "audio-emotions"

FOLDERS: Final = ("Angry", "Disgusted", "Fearful", "Happy", "Neutral", "Sad", "Suprised")
"""As spelled there; other spellings of the same words will do."""


def looks_like_kaggle(place: Path) -> bool:
    """Whether the seven folders are here or one folder below; nobody else misspells Suprised."""
    return any(
        path.is_dir() for pattern in ("Suprised", "*/Suprised") for path in place.glob(pattern)
    )


def read_kaggle_folder(_name: str, place: Path) -> Iterator[Recording | LeftOut]:
    """Read the seven folders. A file whose name tells nothing has an unknown speaker."""
    words = {emotion_word(folder) for folder in FOLDERS}
    for path in audio_files(place):
        word = emotion_word(path.parent.name)
        if word not in words:
            yield LeftOut(path, AUDIO_EMOTIONS, f"in none of the folders {', '.join(FOLDERS)}")
            continue
        try:
            found = _known(path)
        except UnfitNameError as reason:
            yield LeftOut(path, AUDIO_EMOTIONS, str(reason))
            continue
        if found is None:
            yield Recording(path, word, AUDIO_EMOTIONS)
        elif our_label(found[1].emotion) != word:
            yield LeftOut(path, AUDIO_EMOTIONS, "its folder and its name tell different emotions")
        else:
            corpus, named = found
            yield Recording(
                path,
                named.emotion,
                corpus,
                named.speaker or None,
                named.sex,
                NAME_RULES[corpus].language,
                take=named.take if named.speaker else "",
            )


def _known(path: Path) -> tuple[str, Named] | None:
    for corpus, rule in NAME_RULES.items():
        named = rule.read(path)
        if named:
            return corpus, named
    sentence = savee(PurePath("DC", path.name))  # any of its folders: they name sentences alike
    return ("savee", replace(sentence, speaker="")) if sentence else None
