"""Small folder trees of real WAV files, named as corpora name theirs."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import soundfile

RATE = 16000


def tone(path: Path, seconds: float = 0.1) -> Path:
    """Write a short tone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    time = np.arange(int(seconds * RATE)) / RATE
    soundfile.write(path, 0.1 * np.sin(2 * np.pi * 220 * time), RATE)
    return path


def tones(folder: Path, names: Iterable[str]) -> Path:
    """Write a tone for each name; returns the folder."""
    for name in names:
        tone(folder / name)
    return folder


def ravdess_names(actors: Iterable[int], emotions: Iterable[int] = range(1, 9)) -> list[str]:
    """Names of one recording each of these actors and emotions."""
    return [f"Actor_{a:02}/03-01-{e:02}-01-01-01-{a:02}.wav" for a in actors for e in emotions]


TREES = {
    "ravdess": ravdess_names(range(1, 9)),
    "cremad": [
        f"AudioWAV/{actor}_IEO_{code}_HI.wav"
        for actor in (1001, 1002, 1003, 1005, 1011, 1012)
        for code in ("ANG", "DIS", "FEA", "HAP", "NEU", "SAD")
    ],
    "tess": [
        f"{who}_{emotion}/{who}_back_{emotion}.wav"
        for who in ("OAF", "YAF")
        for emotion in ("angry", "disgust", "fear", "happy", "neutral", "ps", "sad")
    ],
    "savee": [
        f"AudioData/{who}/{code}01.wav"
        for who in ("DC", "JE", "JK", "KL")
        for code in ("a", "d", "f", "h", "n", "sa", "su")
    ],
    "emodb": [
        f"wav/{who}a01{letter}a.wav"
        for who in ("03", "08", "09", "10", "11", "13")
        for letter in "WLEAFTN"
    ],
    "nemo": [
        f"samples/{who}_{emotion}_1.wav"
        for who in ("EB0", "IC0", "KS0", "MP0", "WR0")
        for emotion in ("anger", "fear", "happiness", "neutral", "sadness", "surprised")
    ],
    "ased": [
        f"{folder}/{code}-01-01-{2 - who % 2:02}-{who:02}.wav"
        for who in range(1, 7)
        for folder, code in (
            ("01Neutral", "n1"),
            ("02Fearful", "f2"),
            ("03Happy", "h3"),
            ("04Sad", "s4"),
            ("05Angry", "a5"),
        )
    ],
    "urdu": [
        f"{folder}/{who}_F1_{folder[0]}0{i}.wav"
        for i, who in enumerate(("SM1", "SM2", "SF1", "SF2", "SM12"))
        for folder in ("Angry", "Happy", "Neutral", "Sad")
    ],
}
"""Of each corpus that is read by name, a tree with several speakers and all its emotions."""
