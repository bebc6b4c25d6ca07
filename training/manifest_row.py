"""One line of a manifest in the making."""

from __future__ import annotations

from dataclasses import dataclass

from training.corpus_recording import Recording, Sex
from training.manifest import SPLITS, Clip, Split


@dataclass(frozen=True, slots=True)
class Row:
    """A recording that is taken.

    Attributes:
        recording: as its corpus describes it.
        label: one of the six emotions.
        seconds: how long it is.
        speaker: with the corpus in front; an unknown speaker has the file's name instead.
        sex: of the speaker; empty where unknown.
        language: empty where unknown.
        allowed: the splits it may stand in.
        split: the one it stands in, once that is decided.
    """

    recording: Recording
    label: str
    seconds: float
    speaker: str
    sex: Sex
    language: str
    allowed: tuple[Split, ...] = SPLITS
    split: Split = "train"

    @property
    def corpus(self) -> str:
        """The name it is counted under."""
        return self.recording.corpus

    @property
    def unknown(self) -> bool:
        """Whether the speaker cannot be told."""
        return self.recording.speaker is None

    @property
    def clip(self) -> Clip:
        """As training reads it."""
        return Clip(
            self.recording.path, self.label, self.speaker, self.corpus, self.language, self.split
        )
