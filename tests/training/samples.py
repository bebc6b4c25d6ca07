"""A report with everything in it, made up."""

import numpy as np

from training.answers import Answers, Asked, speech_figures
from training.bootstrap import margin
from training.manifest import EMOTIONS
from training.measured import Duration, Heard, HeldOut, Noisy, NonSpeech, Shift, SplitReport
from training.report import Report
from training.rivals import rival

KINDS = ("recorded", "babble", "white", "pink")


def heard(uar: float) -> Heard:
    return Heard(
        clips=40, missed=0.05, uar=uar, accuracy=uar, uar_missed_wrong=uar - 0.02,
        answered=uar, answered_accuracy=None if uar < 0.3 else 0.7, uncertain=0.9 - uar,
        too_noisy=0.03, no_speech=0.02,
    )  # fmt: skip


def split_report(seed: int = 0) -> SplitReport:
    rng = np.random.default_rng(seed)
    n = 240
    truth = np.arange(n) % 6
    corpora = np.where(np.arange(n) < 120, "nemo", "ravdess")
    truth[corpora == "nemo"] = np.where(truth == 1, 0, truth)[corpora == "nemo"]  # no disgust
    speakers = np.array([f"{corpora[i]}:{i % 5}" for i in range(n)])
    about = Asked(
        truth, corpora, speakers, np.where(corpora == "nemo", "pl", "en-US"),
        np.where(np.arange(n) % 2, "F", "M"),
    )  # fmt: skip
    guess = np.where(rng.random(n) < 0.6, truth, rng.integers(0, 6, n))
    scores = rng.dirichlet(np.ones(6), n) * 0.4
    scores[np.arange(n), guess] += 0.6
    reasons = np.where(scores.max(1) < 0.65, "uncertain", "")
    reasons[:3] = "no_speech"
    other = np.where(rng.random(n) < 0.4, truth, rng.integers(0, 6, n))
    beaten = rival("eGeMAPS + SVM", "statistics and a machine.", about, other)
    beaten.validation_uar = 0.5
    beaten.margin = margin(truth, guess, other, speakers, len(EMOTIONS))
    beaten.shuffled = rival("", "", about, np.where(rng.random(n) < 0.8, truth, 0)).pooled
    return SplitReport(
        speech=speech_figures(Answers(about, scores, reasons)),
        clips=241,
        clips_without_segment=1,
        hours=0.2,
        non_speech=NonSpeech(
            files=3, minutes=2.0, segments=4, labelled=1, labels_per_minute=0.5,
            reasons={"no_speech": 3},
        ),
        noisy=Noisy(
            clips=40, of=240, clean=heard(0.6),
            kinds={k: {s: heard(0.3 + s / 100) for s in (20, 10, 5, 0)} for k in KINDS},
            mean={s: heard(0.3 + s / 100) for s in (20, 10, 5, 0)},
            mean_before={s: heard(0.25 + s / 100) for s in (10, 0)},
        ),
        durations=[
            Duration(seconds=s, segments=50, joined=0.1, uar=0.4, accuracy=0.4, answered=0.6)
            for s in (0.5, 8)
        ],
        shifts=[Shift(samples=80, segments=240, mean=0.0123, largest=0.2, changed=0.05)],
        rivals=[beaten, rival("the thesis's recipe", "whole recordings.", about, other)],
    )  # fmt: skip


def report() -> Report:
    test = split_report()
    held = HeldOut(
        corpus="nemo", figures=test.speech.corpora["nemo"],
        uar_interval=test.speech.uar_interval, calibration_error=0.07, answered=0.5,
        answered_accuracy=None,
    )  # fmt: skip
    return Report(
        name="sample", version="2026.01.01-0", runtime="onnxruntime", splits={"test": test},
        held_out=[held],
    )  # fmt: skip
