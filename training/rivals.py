"""Other ways of doing it, measured on the same split as a model."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

import numpy as np
from pydantic import TypeAdapter

from training.answers import Asked, by_emotion, by_group
from training.baseline import NAMES, Fit, fits
from training.bootstrap import intervals, margin
from training.features import FeatureSet
from training.manifest import EMOTIONS
from training.measured import Rival
from training.metrics import Ints, figures
from training.segments import Segments

log = logging.getLogger(__name__)

RIVAL: Final = "rival.json"
"""In a run's folder: what it reached, by split, to stand beside others."""

_RIVALS: Final = TypeAdapter(dict[str, Rival])


def baselines(
    parts: tuple[Segments, Segments, Segments], about: Asked, guess: Ints, cache: Path
) -> list[Rival]:
    """The baselines, best on validation first.

    Args:
        parts: segments to learn from, to choose on, to measure on.
        about: what was said in those measured on.
        guess: what the model answers to them.
        cache: where features and fits are kept.
    """
    made = [baseline(kind, fit, about, guess) for kind, fit in fits(*parts, cache).items()]
    return sorted(made, key=lambda rival: -(rival.validation_uar or 0))


def baseline(kind: FeatureSet, fit: Fit, about: Asked, guess: Ints) -> Rival:
    """A fit with its figures."""
    features = {
        "egemaps": "88 functionals of openSMILE's eGeMAPSv02",
        "mfcc": "mean, spread and percentiles of MFCC, their slopes, loudness and pitch (librosa)",
    }[kind]
    truth = np.array(fit.shuffled_truth)
    own = rival(NAMES[kind], "", about, np.array(fit.guess))
    return own.model_copy(
        update={
            "what": f"{features} of the same segments at one level, standardised, into a support "
            f"vector machine (scikit-learn; C {fit.cost:g}, gamma {fit.width:g}/features, chosen "
            f"on validation: UAR {fit.validation_uar:.3f}).",
            "validation_uar": fit.validation_uar,
            "margin": margin(
                about.truth, guess, np.array(fit.guess), about.speakers, len(EMOTIONS)
            ),
            "shuffled": figures(truth, np.array(fit.shuffled_guess), np.array([""] * len(truth))),
        }
    )


def rival(name: str, what: str, about: Asked, guess: Ints) -> Rival:
    """Somebody's answers with their figures."""
    return Rival(
        name=name,
        what=what,
        pooled=figures(about.truth, guess, about.speakers),
        intervals=intervals(about.truth, guess, about.speakers, len(EMOTIONS)),
        corpora=by_group(about, guess, about.corpora),
        sexes=by_group(about, guess, about.sexes),
        languages=by_group(about, guess, about.languages),
        recalls=by_emotion(about.truth, guess),
    )


def rivals_file(place: Path) -> Path:
    """Where a run's folder keeps what it reached; a file stands for itself."""
    return place if place.suffix == ".json" else place / RIVAL


def write_rivals(folder: Path, rivals: dict[str, Rival]) -> None:
    """Keep what a run reached, by split."""
    (folder / RIVAL).write_bytes(_RIVALS.dump_json(rivals, indent=2))


def read_rival(place: Path, split: str) -> Rival | None:
    """What a run reached on a split, by its folder or file; None where that was not measured."""
    path = rivals_file(place)
    return _RIVALS.validate_json(path.read_bytes()).get(split) if path.exists() else None
