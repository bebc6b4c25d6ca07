from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.engine import Engine
from bench.labelled import Labelled
from bench.precision import agreement_table, answers, compare
from classifier import open_classifier
from vad.voice import speak

LABELS = ("happy", "sad")
SEGMENTS = [Labelled(np.zeros(1, np.int16), emotion) for emotion in ("sad", "sad", None, "calm")]
FULL = np.array([[0.1, 0.9], [0.4, 0.6], [0.7, 0.3], [0.5, 0.5]])


def test_one_precision_beside_another() -> None:
    found = FULL.copy()
    found[1] = 0.6, 0.4
    agreement = compare(found, FULL, LABELS, SEGMENTS)
    assert agreement == (4, 0.75, pytest.approx(0.2), 0.5)
    assert compare(FULL, FULL, LABELS, SEGMENTS) == (4, 1.0, 0.0, 1.0)


def test_what_nobody_was_asked_is_no_agreement() -> None:
    nothing = np.full((1, 2), np.nan)
    assert compare(nothing, nothing, LABELS, SEGMENTS[:1]) is None
    partly = np.vstack([nothing, FULL[:1]])
    assert compare(partly, partly, LABELS, SEGMENTS[:2]) == (1, 1.0, 0.0, 1.0)


def test_a_row_for_each_precision() -> None:
    found = {
        Engine("torch", "fp32", 1): FULL,
        Engine("onnxruntime", "fp32", 1): FULL,
        Engine("onnxruntime", "fp32", 2): FULL,
        Engine("onnxruntime", "int8", 1): FULL[:, ::-1],
    }
    table = agreement_table(found, LABELS, SEGMENTS)
    assert [tuple(row)[:4] for row in table.rows] == [
        ("torch", "fp32", 4, 1.0),
        ("onnxruntime", "fp32", 4, 1.0),
        ("onnxruntime", "int8", 4, 0.25),  # one is even
    ]
    assert "fp32 of onnxruntime" in table.notes[0]


def test_answers_are_the_calibrated_scores(tiny_model: Path) -> None:
    one = open_classifier(tiny_model, runtime="onnxruntime")
    voice = speak(1.0)
    segments = [Labelled(voice, None), Labelled(voice[:10], None)]
    scores = answers(one, segments)
    verdict = one.classify(voice)
    assert scores[0].tolist() == pytest.approx([verdict.scores[label] for label in one.labels])
    assert np.isnan(scores[1]).all()
