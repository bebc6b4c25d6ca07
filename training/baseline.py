"""A strong simple baseline on the same split: statistics of each segment and a support vector
machine with radial basis functions, whose two numbers are chosen on validation.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from training.answers import Asked, asked, speech_rows
from training.features import FeatureSet, Matrix, feature_sets, segments_key, speech_features
from training.metrics import Ints, figures
from training.segments import Segments

log = logging.getLogger(__name__)

COSTS: Final = (1.0, 4.0, 16.0, 64.0)
WIDTHS: Final = (0.1, 0.3, 1.0, 3.0)
"""Times one over the number of features: what scikit-learn calls gamma."""

NAMES: Final[dict[FeatureSet, str]] = {"egemaps": "eGeMAPS + SVM", "mfcc": "MFCC, pitch + SVM"}


@dataclass(frozen=True, slots=True)
class Fit:
    """A baseline, as it is kept.

    Attributes:
        cost: of the support vector machine.
        width: of its functions, see `WIDTHS`.
        validation_uar: by which these were chosen.
        guess: index into `EMOTIONS` of each speech segment of the measured split.
        shuffled_truth: of as many segments, drawn at random from learning and measuring together.
        shuffled_guess: of a machine that learned from the others.
    """

    cost: float
    width: float
    validation_uar: float
    guess: list[int]
    shuffled_truth: list[int]
    shuffled_guess: list[int]


@dataclass(frozen=True, slots=True)
class Material:
    """Features and what was said, of one split."""

    x: Matrix
    about: Asked


def material(segments: Segments, kind: FeatureSet, cache: Path) -> Material:
    """The speech of a split."""
    return Material(
        speech_features(segments, kind, cache), asked(segments, speech_rows(segments), {})
    )


def fits(
    learn: Segments, check: Segments, measured: Segments, cache: Path
) -> dict[FeatureSet, Fit]:
    """A fit for each set of features that can be had; the second time, read from `cache`."""
    return {kind: fit(learn, check, measured, kind, cache) for kind in feature_sets()}


def fit(learn: Segments, check: Segments, measured: Segments, kind: FeatureSet, cache: Path) -> Fit:
    """Choose on validation, then measure; nothing of `measured` takes part in a choice."""
    keys = [segments_key(part) for part in (learn, check, measured)]
    key = hashlib.sha256(repr((keys, COSTS, WIDTHS)).encode()).hexdigest()[:16]
    path = cache / f"baseline-{kind}-{key}.json"
    if not path.exists():
        parts = [material(part, kind, cache) for part in (learn, check, measured)]
        path.write_text(json.dumps(asdict(fitted(*parts))))
    row: dict[str, Any] = json.loads(path.read_text())
    return Fit(**row)


def fitted(learn: Material, check: Material, measured: Material) -> Fit:
    """Search, fit and measure."""
    best = (-1.0, COSTS[0], WIDTHS[0])
    for cost in COSTS:
        for width in WIDTHS:
            machine = trained(learn.x, learn.about.truth, cost, width)
            uar = figures(check.about.truth, machine.predict(check.x), check.about.speakers).uar
            log.info("SVM cost %g width %g: UAR %.3f on validation", cost, width, uar)
            if uar > best[0]:
                best = (uar, cost, width)
    uar, cost, width = best
    guess = trained(learn.x, learn.about.truth, cost, width).predict(measured.x)
    x = np.concatenate([learn.x, measured.x])
    truth = np.concatenate([learn.about.truth, measured.about.truth])
    tested = shuffled(learn.about, measured.about)
    other = trained(x[~tested], truth[~tested], cost, width)
    return Fit(
        cost=cost,
        width=width,
        validation_uar=uar,
        guess=guess.tolist(),
        shuffled_truth=truth[tested].tolist(),
        shuffled_guess=other.predict(x[tested]).tolist(),
    )


def trained(x: Matrix, truth: Ints, cost: float, width: float) -> Pipeline:
    """One machine; features scaled by what it learns from alone."""
    machine = SVC(C=cost, gamma=width / x.shape[1], class_weight="balanced", cache_size=500)
    return make_pipeline(StandardScaler(), machine).fit(x, truth)


def shuffled(learn: Asked, measured: Asked, seed: int = 0) -> npt.NDArray[np.bool_]:
    """A random split of the same size: of each corpus and emotion as many segments are measured
    on as in the honest split, but drawn from both sides, whoever speaks.

    Returns:
        Shape ``(learn + measured,)``: whether a segment is measured on.
    """
    corpora = np.concatenate([learn.corpora, measured.corpora])
    truth = np.concatenate([learn.truth, measured.truth])
    wanted = Counter(zip(measured.corpora.tolist(), measured.truth.tolist(), strict=True))
    rng = np.random.default_rng(seed)
    tested = np.zeros(len(truth), np.bool_)
    for (corpus, emotion), count in sorted(wanted.items()):
        rows = np.flatnonzero((corpora == corpus) & (truth == emotion))
        tested[rng.choice(rows, count, replace=False)] = True
    return tested
