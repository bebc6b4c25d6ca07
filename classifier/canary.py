"""Canaries: recordings that travel with a model, and what it answered when it was packed.

A model that does not give those answers any more is not the model that was measured: its files
are damaged or mixed up, or this machine computes wrong.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from classifier.errors import CanaryError
from classifier.labels import NO_SPEECH
from classifier.verdict import emotion_scores, no_speech_probability

if TYPE_CHECKING:
    from classifier.classifier import Classifier

CANARIES: Final = "canaries.npz"
TOLERANCE: Final = 0.02
"""Most that a probability may differ. Measured on the bundled model: ONNX Runtime and torch differ
by 1e-6, OpenVINO in bf16 by 0.005; noise of 0.3 % of a matrix's deviation on all weights moves some
canary by 0.04 to 0.08."""

UNREADABLE: Final = (
    OSError,
    EOFError,
    ValueError,
    TypeError,
    KeyError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What numpy raises for a file that is broken, in one place or another."""


@dataclass(frozen=True, slots=True, eq=False)
class Canaries:
    """Recordings and answers.

    Attributes:
        sounds: int16 at 16 kHz, one array each.
        names: of the columns of `answers`: the emotions, then ``no_speech``.
        answers: probabilities, shape ``(sounds, names)``.
    """

    sounds: tuple[npt.NDArray[np.int16], ...]
    names: tuple[str, ...]
    answers: npt.NDArray[np.float64]

    def save(self, folder: Path) -> None:
        """Write them into a model directory; the same ones give the same bytes."""
        np.savez_compressed(
            folder / CANARIES,
            samples=np.concatenate(self.sounds),
            lengths=np.array([len(sound) for sound in self.sounds]),
            names=np.array(self.names),
            answers=self.answers,
        )


def record_canaries(classifier: Classifier, sounds: Sequence[npt.NDArray[np.int16]]) -> Canaries:
    """What a model answers now, to be compared with later.

    Raises:
        ClassifierError: it has no answer to one of them.
    """
    names = (*classifier.labels, NO_SPEECH)
    return Canaries(tuple(sounds), names, answer_canaries(classifier, sounds, names))


def read_canaries(folder: Path) -> Canaries:
    """The canaries of a model directory.

    Raises:
        CanaryError: there are none, or they cannot be read.
    """
    path = folder / CANARIES
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            ends = np.cumsum(file["lengths"])[:-1]
            found = Canaries(
                sounds=tuple(np.split(file["samples"].astype(np.int16, casting="safe"), ends)),
                names=tuple(str(name) for name in file["names"]),
                answers=file["answers"].astype(np.float64),
            )
    except FileNotFoundError:
        raise CanaryError(
            f"{folder} has no {CANARIES}, so it cannot be checked; "
            f"write them where it was trained: vivavoz-train canaries {folder}"
        ) from None
    except UNREADABLE as error:
        raise CanaryError(f"{path} cannot be read: {error}") from error
    if not found.sounds or found.answers.shape != (len(found.sounds), len(found.names)):
        raise CanaryError(f"{path} holds no answer to each of its sounds; write it again")
    return found


def has_canaries(folder: Path) -> bool:
    """Whether a model directory can be checked."""
    return (folder / CANARIES).is_file()


def check_canaries(classifier: Classifier, folder: Path) -> None:
    """Ask a model what it was asked when it was packed.

    Raises:
        CanaryError: it answers differently, by more than `TOLERANCE`, or there are no canaries.
        ClassifierError: it has no answer.
    """
    canaries = read_canaries(folder)
    answers = ask_canaries(classifier, canaries)
    distance = np.abs(answers - canaries.answers)
    if not (distance <= TOLERANCE).all():
        sound, name = np.unravel_index(int(np.argmax(distance)), distance.shape)
        raise CanaryError(
            f"{classifier.name} {classifier.version} answers {answers[sound, name]:.3f} for "
            f"{canaries.names[name]} to canary {sound}, and answered "
            f"{canaries.answers[sound, name]:.3f} when it was packed; its files are damaged or "
            "mixed up: copy the model directory again"
        )


@dataclass(frozen=True, slots=True)
class Agreement:
    """How a reduced precision answers the canaries, beside what fp32 answered.

    Attributes:
        difference: the largest of a probability.
        same_labels: whether the likeliest emotion of every canary is the same.
    """

    difference: float
    same_labels: bool

    @property
    def holds(self) -> bool:
        """Whether it may be taken: the same labels, and no probability beyond `TOLERANCE`."""
        return self.same_labels and self.difference <= TOLERANCE

    def __str__(self) -> str:
        labels = "the same labels" if self.same_labels else "other labels"
        return f"{labels} and probabilities within {self.difference:.2g} of fp32 on its canaries"


def measure_agreement(classifier: Classifier, folder: Path) -> Agreement:
    """Compare a classifier with the answers that its model gave in fp32 when it was packed.

    Raises:
        CanaryError: there are no canaries, or they know other labels.
        ClassifierError: it has no answer.
    """
    canaries = read_canaries(folder)
    answers = ask_canaries(classifier, canaries)
    emotions = [i for i, name in enumerate(canaries.names) if name != NO_SPEECH]
    labels, wanted = (np.argmax(each[:, emotions], 1) for each in (answers, canaries.answers))
    difference = np.abs(answers - canaries.answers).max()
    return Agreement(float(difference), bool((labels == wanted).all()))


def ask_canaries(classifier: Classifier, canaries: Canaries) -> npt.NDArray[np.float64]:
    """The probabilities that a classifier answers now, shape ``(sounds, names)``.

    Raises:
        CanaryError: the canaries know other labels.
        ClassifierError: it has no answer.
    """
    names = (*classifier.labels, NO_SPEECH)
    if set(canaries.names) != set(names):
        raise CanaryError(
            f"the canaries know {', '.join(canaries.names)}, and {classifier.name} "
            f"{', '.join(names)}"
        )
    return answer_canaries(classifier, canaries.sounds, canaries.names)


def answer_canaries(
    classifier: Classifier, sounds: Sequence[npt.NDArray[np.int16]], names: Sequence[str]
) -> npt.NDArray[np.float64]:
    """Probabilities, shape ``(sounds, names)``; that of ``no_speech`` is among all outputs."""
    rows = []
    for sound in sounds:
        logits = classifier.logits(sound)
        found = emotion_scores(logits, classifier.outputs, classifier.calibration.temperature)
        found[NO_SPEECH] = no_speech_probability(logits, classifier.outputs)
        rows.append([found[name] for name in names])
    return np.array(rows, np.float64)
