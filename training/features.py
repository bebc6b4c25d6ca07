"""Segments as vectors of statistics, for classifiers of the old kind; computed once."""

from __future__ import annotations

import hashlib
import importlib.util
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from training.answers import speech_rows
from training.augment import Wave
from training.noises import as_wave, rms
from training.segments import RATE, Segments

log = logging.getLogger(__name__)

FeatureSet = Literal["egemaps", "mfcc"]
Matrix = npt.NDArray[np.float32]

LEVEL: Final = 0.05
"""RMS that each segment is brought to: level alone gives the corpus away."""

PITCH_HZ: Final = (60.0, 500.0)


def feature_sets() -> tuple[FeatureSet, ...]:
    """Those that can be computed here: eGeMAPS needs the package ``opensmile``."""
    return ("egemaps", "mfcc") if importlib.util.find_spec("opensmile") else ("mfcc",)


def speech_features(segments: Segments, kind: FeatureSet, cache: Path) -> Matrix:
    """Features of each speech segment; the second time, read from `cache`.

    Returns:
        float32, shape ``(n, features)``, rows in the order of `speech_rows`.
    """
    path = cache / f"features-{kind}-{segments_key(segments)}.npy"
    if not path.exists():
        rows = speech_rows(segments)
        log.info("%s features of %d segments, once", kind, len(rows))
        extract = extractor(kind)
        found = np.stack([extract(levelled(segments.pcm(i))) for i in rows])
        cache.mkdir(parents=True, exist_ok=True)
        np.save(path, np.nan_to_num(found).astype(np.float32))
    return np.asarray(np.load(path), np.float32)


def segments_key(segments: Segments) -> str:
    """A short hash of which segments these are."""
    text = "\n".join(
        f"{segments.clip(i).path} {segments.clip(i).label} {cut.offset} {cut.length}"
        for i, cut in enumerate(segments.cuts)
    )
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def levelled(pcm: npt.NDArray[np.int16]) -> Wave:
    """A segment at `LEVEL`."""
    wave = as_wave(pcm)
    return np.asarray(wave * np.float32(LEVEL / max(rms(wave), 1e-6)), np.float32)


def extractor(kind: FeatureSet) -> Callable[[Wave], npt.NDArray[np.floating]]:
    """What turns a segment into a vector."""
    if kind == "mfcc":
        return mfcc_statistics
    import opensmile

    smile = opensmile.Smile(
        feature_set=opensmile.FeatureSet.eGeMAPSv02,
        feature_level=opensmile.FeatureLevel.Functionals,
    )
    return lambda wave: np.asarray(smile(wave, RATE)).ravel()


def mfcc_statistics(wave: Wave) -> npt.NDArray[np.floating]:
    """Mean, spread and percentiles of 20 MFCC, their slopes, loudness and pitch; 210 numbers."""
    import librosa

    padded = np.pad(wave, (0, max(0, 2048 - len(wave))))
    mfcc = librosa.feature.mfcc(y=padded, sr=RATE, n_mfcc=20, n_mels=40, n_fft=512, hop_length=160)
    slopes = np.gradient(mfcc, axis=1)
    loudness = np.log(librosa.feature.rms(y=padded, frame_length=512, hop_length=160) + 1e-4)
    low, high = PITCH_HZ
    pitch = np.log(librosa.yin(padded, fmin=low, fmax=high, sr=RATE, hop_length=160))[None]
    frames = min(mfcc.shape[1], pitch.shape[1])
    contours = np.concatenate([c[:, :frames] for c in (mfcc, slopes, loudness, pitch)])
    return np.concatenate(
        [contours.mean(1), contours.std(1), *np.percentile(contours, [10, 50, 90], axis=1)]
    )
