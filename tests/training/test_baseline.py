from pathlib import Path

import numpy as np
import pytest

from training.answers import Asked
from training.baseline import COSTS, WIDTHS, Material, fit, fitted, shuffled, trained
from training.manifest import EMOTIONS
from training.settings import TrainSettings
from training.splits import load_segments


def said(people: list[str], seed: int, each: int = 20) -> Material:
    """Features of which half tell the emotion a little and half tell the speaker."""
    rng = np.random.default_rng(seed)
    speakers = np.repeat(people, each * 3)
    truth = np.tile(np.repeat([0, 1, 2], each), len(people))
    # How one person sounds in one emotion says nothing of another person.
    own = {(p, e): np.random.default_rng([ord(p[0]), e]).normal(size=6) * 2
           for p in people for e in range(3)}  # fmt: skip
    voice = np.array([own[p, e] for p, e in zip(speakers.tolist(), truth.tolist(), strict=True)])
    emotion = np.eye(3)[truth] * 0.8
    x = np.concatenate([emotion, voice], 1) + rng.normal(size=(len(truth), 9))
    empty = np.array([""] * len(truth))
    corpora = np.array(["x"] * len(truth))
    return Material(x.astype(np.float32), Asked(truth, corpora, speakers, empty, empty))


def test_a_random_split_flatters_what_knows_the_speakers() -> None:
    learn = said(["ann", "ben", "cem", "dan"], 0)
    found = fitted(learn, said(["eva", "fay"], 1), measured := said(["gus", "hal", "ida"], 2))
    honest = np.mean(np.array(found.guess) == measured.about.truth)
    flattered = np.mean(np.array(found.shuffled_guess) == np.array(found.shuffled_truth))
    assert flattered > honest + 0.15
    assert len(found.shuffled_guess) == len(found.guess)


def test_the_choice_is_made_on_validation() -> None:
    learn, check = said(["ann", "ben", "cem"], 0), said(["eva", "fay"], 1)
    measured = said(["gus"], 2)
    other = Material(measured.x * -1, measured.about)
    a, b = fitted(learn, check, measured), fitted(learn, check, other)
    assert (a.cost, a.width, a.validation_uar) == (b.cost, b.width, b.validation_uar)
    uars = {}
    for cost in COSTS:
        for width in WIDTHS:
            guess = trained(learn.x, learn.about.truth, cost, width).predict(check.x)
            recalls = [np.mean(guess[check.about.truth == k] == k) for k in range(3)]
            uars[cost, width] = np.mean(recalls)
    assert a.validation_uar == pytest.approx(max(uars.values()))
    assert uars[a.cost, a.width] == pytest.approx(max(uars.values()))


def test_what_says_nothing_says_nothing_in_a_random_split_either() -> None:
    rng = np.random.default_rng(0)
    learn, check, measured = (
        Material(rng.normal(size=part.x.shape).astype(np.float32), part.about)
        for part in (said(["ann", "ben", "cem"], 0), said(["eva"], 1), said(["gus", "hal"], 2))
    )
    found = fitted(learn, check, measured)
    # A machine that had learned from what it is tested on would know it by heart.
    assert np.mean(np.array(found.shuffled_guess) == np.array(found.shuffled_truth)) < 0.5


def test_a_random_split_is_as_large_in_each_corpus_and_emotion() -> None:
    learn, measured = said(["ann", "ben", "cem"], 0).about, said(["gus"], 2, each=7).about
    tested = shuffled(learn, measured)
    truth = np.concatenate([learn.truth, measured.truth])
    assert np.bincount(truth[tested]).tolist() == [7, 7, 7]
    assert tested[: len(learn.truth)].any()
    assert tested[len(learn.truth) :].any()
    assert np.array_equal(tested, shuffled(learn, measured))


def test_on_recordings_and_only_once(
    finished: TrainSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = [load_segments(finished, split) for split in ("train", "validation", "test")]
    first = fit(*parts, "mfcc", tmp_path)  # type: ignore[misc]
    assert len(first.guess) == 24
    assert set(first.guess) <= set(range(len(EMOTIONS)))
    truth = [c.label for c in parts[2].cuts if c.label < len(EMOTIONS)]
    assert np.mean(np.array(first.guess) == truth) > 0.5  # pitch gives these buzzes away
    monkeypatch.setattr("training.baseline.fitted", None)
    assert fit(*parts, "mfcc", tmp_path) == first  # type: ignore[misc]
