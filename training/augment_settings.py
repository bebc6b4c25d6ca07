"""How often and how strongly training segments are changed. Imports nothing heavy."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Any, Final

from training.errors import TrainingError

Range = tuple[float, float]

LIMITS: Final[Mapping[str, Range]] = MappingProxyType(
    {
        "snr_db": (-20.0, 100.0),
        "babble_snr_db": (-20.0, 100.0),
        "voices": (1.0, 50.0),
        "speed_range": (0.5, 2.0),
        "gain_db": (-90.0, 40.0),
    }
)
"""Outside of these a range is a slip of the pen."""


class AugmentError(TrainingError, ValueError):
    """No such change, or a value that it cannot have; the message lists what there is."""


@dataclass(frozen=True, slots=True)
class AugmentSettings:
    """Probability of each change, 0 for never; and the ranges from which it is drawn evenly.

    Attributes:
        noise: recorded noise of the ``train`` split, at `snr_db`.
        babble: several other people of the ``train`` split at once, `voices` of them, together at
            `babble_snr_db`.
        room: a room's impulse response.
        speed: faster and higher or slower and lower, by `speed_range`.
        band: seven bands made louder or softer by up to 8 dB.
        low_pass: nothing above 3 to 7.8 kHz.
        telephone: the band of an old telephone line.
        codec: coded and decoded: G.711, GSM 06.10, Opus, Vorbis or MP3, see `training.codec`.
        gain: another level, by `gain_db` against the recording's, in 16 bits: what is too loud is
            cut off, what is too soft is left with few steps.
        clip: the loudest tenth or less cut off.
    """

    noise: float = 0.3
    snr_db: Range = (0.0, 30.0)
    babble: float = 0.0
    babble_snr_db: Range = (5.0, 25.0)
    voices: Range = (3, 6)
    room: float = 0.15
    speed: float = 0.4
    speed_range: Range = (0.88, 1.12)
    band: float = 0.2
    low_pass: float = 0.2
    telephone: float = 0.05
    codec: float = 0.0
    gain: float = 0.0
    gain_db: Range = (-30.0, 12.0)
    clip: float = 0.05

    def __post_init__(self) -> None:
        """Check each value.

        Raises:
            AugmentError: a probability outside 0 to 1, or a range outside `LIMITS` or reversed.
        """
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, tuple):
                low, high = LIMITS[field.name]
                if not low <= value[0] <= value[1] <= high:
                    raise AugmentError(
                        f"{field.name} is {value[0]:g}:{value[1]:g}, not a range LOW:HIGH "
                        f"within {low:g}:{high:g}"
                    )
            elif not 0 <= value <= 1:
                raise AugmentError(f"{field.name} is {value:g}, not a probability from 0 to 1")

    def __str__(self) -> str:
        """As `read_augment` reads it: what differs from the defaults."""
        changed = [f for f in fields(self) if getattr(self, f.name) != f.default]
        return ",".join(f"{f.name}={_written(getattr(self, f.name))}" for f in changed)


def read_augment(text: str) -> AugmentSettings:
    """Settings from what stands on a command line, for example ``noise=0.5,snr_db=0:20,codec=0.1``.

    What is not named stays as it is by default; ``none`` in the first place switches everything
    off that is not named after it.

    Args:
        text: comma-separated; may be empty.

    Raises:
        AugmentError: a name that is none, or a value that it cannot have.
    """
    words = [word.strip() for word in text.split(",") if word.strip()]
    settings = AugmentSettings()
    if words and words[0] == "none":
        words = words[1:]
        off: dict[str, Any] = dict.fromkeys(probabilities(), 0.0)
        settings = replace(settings, **off)
    given: dict[str, Any] = dict(_read_word(word, settings) for word in words)
    return replace(settings, **given)


def probabilities() -> tuple[str, ...]:
    """The names of all changes."""
    return tuple(f.name for f in fields(AugmentSettings) if not isinstance(f.default, tuple))


def _read_word(word: str, settings: AugmentSettings) -> tuple[str, float | Range]:
    name, equals, value = word.partition("=")
    known = [field.name for field in fields(AugmentSettings)]
    if name not in known or not equals:
        raise AugmentError(
            f"{word!r} is no augmentation: write NAME=PROBABILITY with one of "
            f"{', '.join(probabilities())}, or NAME=LOW:HIGH with one of {', '.join(LIMITS)}"
        )
    numbers = [_number(name, part) for part in value.split(":")]
    ranged = isinstance(getattr(settings, name), tuple)
    if len(numbers) != (2 if ranged else 1):
        raise AugmentError(f"{word!r}: {name} takes {'LOW:HIGH' if ranged else 'one number'}")
    return name, (numbers[0], numbers[1]) if ranged else numbers[0]


def _number(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise AugmentError(f"{name}: {text!r} is no number") from None
    if not math.isfinite(number):
        raise AugmentError(f"{name}: {text!r} is no number to compute with")
    return number


def _written(value: float | Range) -> str:
    return f"{value[0]:g}:{value[1]:g}" if isinstance(value, tuple) else f"{value:g}"
