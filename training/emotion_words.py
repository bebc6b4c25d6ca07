"""The words that corpora have for emotions, and what each of them counts as."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final

from classifier.labels import our_label
from training.manifest import EMOTIONS, ManifestError

DEFAULT_MAP: Final = MappingProxyType({"calm": "neutral"})
"""RAVDESS's calm is a second neutral (Livingstone & Russo, 2018, call both "baseline")."""

DEFAULT_DROP: Final = frozenset({"surprised"})
"""The thesis dropped it for having too few clips; the model has six emotions, not seven."""

_SPELLINGS: Final = MappingProxyType(
    {"suprised": "surprised", "ps": "surprised", "pleasant surprise": "surprised", "calm": "calm"}
)
"""What `our_label` does not know or, as with calm, would already count as something else."""


def emotion_word(name: str) -> str:
    """A corpus's label in our spelling; what is none of our words stays, in lower case.

    Examples:
        >>> [emotion_word(w) for w in ("Disgusted", "Suprised", "Pleasant_surprise", "Calm")]
        ['disgust', 'surprised', 'surprised', 'calm']
        >>> emotion_word(" Boredom ")
        'boredom'
    """
    plain = name.strip().lower().replace("_", " ")
    return _SPELLINGS.get(plain) or our_label(plain)


class EmotionRule:
    """Which labels count as which of the six emotions, and which are dropped.

    A label that is named here is treated as named; else `DEFAULT_MAP` and `DEFAULT_DROP` hold.

    Args:
        maps: label -> one of `EMOTIONS`.
        drops: labels to leave out.

    Raises:
        ManifestError: a target is none of the six, or a label is both mapped and dropped.

    Examples:
        >>> rule = EmotionRule({"boredom": "neutral"}, ["calm"])
        >>> [rule.label(word) for word in ("boredom", "happy", "calm", "surprised", "other")]
        ['neutral', 'happy', None, None, None]
    """

    def __init__(self, maps: Mapping[str, str] | None = None, drops: Collection[str] = ()) -> None:
        given = {emotion_word(word): emotion_word(to) for word, to in (maps or {}).items()}
        dropped = {emotion_word(word) for word in drops}
        for word, to in given.items():
            if to not in EMOTIONS:
                raise ManifestError(
                    f"cannot map {word} to {to}: the model has the emotions {', '.join(EMOTIONS)} "
                    "and no other; map to one of them, or drop it"
                )
        both = sorted(given.keys() & dropped)
        if both:
            raise ManifestError(f"{', '.join(both)}: mapped and dropped; say one of the two")
        self._drops = dropped | (DEFAULT_DROP - given.keys())
        self._maps = {w: to for w, to in DEFAULT_MAP.items() if w not in dropped} | given

    def label(self, word: str) -> str | None:
        """The emotion that `word` counts as; none when recordings of it are left out."""
        if word in self._drops:
            return None
        label = self._maps.get(word, word)
        return label if label in EMOTIONS else None

    def why_not(self, word: str) -> str:
        """Why recordings labelled `word` are left out."""
        return f"dropped: {word}" if word in self._drops else f"no emotion of ours: {word or '?'}"
