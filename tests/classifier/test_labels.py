from __future__ import annotations

import doctest

import pytest

from classifier import labels
from tests.classifier.checkpoints import EMOTIONS


def test_examples():
    assert doctest.testmod(labels).failed == 0


@pytest.mark.parametrize(
    "theirs",
    [
        ["anger", "disgust", "fear", "happiness", "neutral", "sadness"],
        ["ang", "dis", "fea", "hap", "neu", "sad"],
        ["Angry", "DISGUST", "Fearful", "Joy", "calm", "Sad"],
    ],
)
def test_names_of_other_checkpoints_become_ours(theirs):
    assert tuple(labels.our_label(name) for name in theirs) == EMOTIONS


def test_what_has_no_synonym_stays_as_it_is():
    assert [labels.our_label(name) for name in ("Boredom", "LABEL_0")] == ["Boredom", "LABEL_0"]


def test_emotions_come_once_and_without_no_speech():
    assert labels.emotions(["no_speech", "b", "a", "b"]) == ("b", "a")
