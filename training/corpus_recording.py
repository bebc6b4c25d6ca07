"""What a reader of a corpus gives: a recording, or a file left out and the reason."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from training.manifest import Split

Sex = Literal["F", "M", ""]


@dataclass(frozen=True, slots=True)
class Recording:
    """One labelled recording of a corpus, before it is known which split it belongs to.

    Attributes:
        path: the audio file.
        emotion: the corpus's own label, in our spelling (see `training.emotion_words`).
        corpus: the name it is counted under.
        speaker: as the corpus calls them; none where it cannot be told.
        sex: empty where it is not known.
        language: as a tag (``en-US``), empty where it is not known.
        split: as the corpus has it; none where it has none.
        take: two recordings of one corpus and speaker with the same take are the same recording;
            empty where only the path can tell.
        learn_only: nothing may be measured on it, whatever is asked for.
    """

    path: Path
    emotion: str
    corpus: str
    speaker: str | None = None
    sex: Sex = ""
    language: str = ""
    split: Split | None = None
    take: str = ""
    learn_only: bool = False


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that is not taken. Equal reasons are counted together, so they name no file."""

    path: Path
    corpus: str
    reason: str
