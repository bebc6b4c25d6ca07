"""The names of a model's outputs, in our words."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType
from typing import Final

NO_SPEECH: Final = "no_speech"
"""The output for sound that is no speech; it acts on the verdict and is no emotion."""

SYNONYMS: Final = MappingProxyType(
    {
        "ang": "angry",
        "anger": "angry",
        "dis": "disgust",
        "disgusted": "disgust",
        "fea": "fearful",
        "fear": "fearful",
        "scared": "fearful",
        "hap": "happy",
        "happiness": "happy",
        "joy": "happy",
        "joyful": "happy",
        "calm": "neutral",
        "neu": "neutral",
        "neutrality": "neutral",
        "sadness": "sad",
        "sur": "surprised",
        "surprise": "surprised",
        "no speech": NO_SPEECH,
        "no-speech": NO_SPEECH,
        "non_speech": NO_SPEECH,
        "non-speech": NO_SPEECH,
    }
)
"""What other checkpoints call the same: the nouns, and IEMOCAP's and EMO-DB's abbreviations."""


def our_label(name: str) -> str:
    """The label for an output called `name` in a checkpoint; a name without a synonym stays.

    Examples:
        >>> our_label("Anger"), our_label("calm"), our_label("boredom")
        ('angry', 'neutral', 'boredom')
    """
    plain = name.strip().lower()
    ours = set(SYNONYMS.values())
    return SYNONYMS.get(plain, plain if plain in ours else name)


def emotions(outputs: Iterable[str]) -> tuple[str, ...]:
    """The emotions among `outputs`, each once, in their order.

    Examples:
        >>> emotions(["neutral", "neutral", "sad", "no_speech"])
        ('neutral', 'sad')
    """
    return tuple(name for name in dict.fromkeys(outputs) if name != NO_SPEECH)
