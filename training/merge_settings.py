"""What merging corpora into one manifest depends on, besides the corpora."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from training.emotion_words import EmotionRule
from training.speaker_split import Shares

UnknownSpeakers = Literal["train", "spread", "leave-out"]
UNKNOWN_SPEAKERS: Final[tuple[UnknownSpeakers, ...]] = get_args(UnknownSpeakers)


@dataclass(frozen=True)
class MergeSettings:
    """What merging depends on.

    Attributes:
        emotions: which labels count as which emotion.
        shares: to hold out of each corpus that has no splits of its own.
        seed: of these splits.
        unknown_speakers: what becomes of recordings whose speaker cannot be told and that come
            without a split. ``train``: learned from, never measured on; left out where known
            speakers of their corpus are measured on, since they may be the same people.
            ``spread``: each counts as a speaker of its own. ``leave-out``: not taken.
        resplit: the splits that corpora bring are ignored.
        languages: by corpus, for those that do not say.
    """

    emotions: EmotionRule = field(default_factory=EmotionRule)
    shares: Shares = field(default_factory=Shares)
    seed: int = 1
    unknown_speakers: UnknownSpeakers = "train"
    resplit: bool = False
    languages: Mapping[str, str] = field(default_factory=dict)
