"""Who is learned from and who is measured on: splits of one corpus by whole speakers."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from training.corpus_recording import Sex
from training.manifest import SPLITS, ManifestError, Split

LEAST_SPEAKERS: Final = 4
"""With fewer, a corpus is learned from alone: train would keep half of it or less."""

SEARCH: Final = 6000
"""Moves that are tried. For RAVDESS, EMO-DB, nEMO and URDU, any seed then ends at the best split
known; for ASED and CREMA-D's 91 actors, 0.03 from it at most."""

PATIENCE: Final = 0.3
"""How much worse a split may get at first."""


@dataclass(frozen=True, slots=True)
class Shares:
    """How much of each corpus is held out, as shares of its clips.

    Raises:
        ManifestError: a share is negative, or less than half is left to learn from.
    """

    validation: float = 0.15
    test: float = 0.15

    def __post_init__(self) -> None:
        if min(self.validation, self.test) < 0 or self.validation + self.test > 0.5:
            raise ManifestError(
                f"shares of {self.validation:g} and {self.test:g}: neither may be negative, "
                "and train keeps at least half"
            )

    def of(self, split: Split) -> float:
        """The share that a split is to have."""
        held_out = {"validation": self.validation, "test": self.test}
        return held_out.get(split, 1 - self.validation - self.test)


@dataclass(slots=True)
class Speaker:
    """What the split depends on.

    Attributes:
        clips: how many of each emotion.
        sex: empty where unknown.
        allowed: the splits that this speaker may stand in; one for whom the corpus decided.
    """

    clips: Counter[str] = field(default_factory=Counter)
    sex: Sex = ""
    allowed: tuple[Split, ...] = SPLITS


def split_speakers(speakers: Mapping[str, Speaker], shares: Shares, seed: str) -> dict[str, Split]:
    """Put every speaker of one corpus into one split.

    Sought are splits of the wanted shares of clips, in which every emotion occurs, in the mix that
    the whole corpus has, spoken by women and men as in the whole corpus. A corpus with fewer than
    `LEAST_SPEAKERS` goes into train, except for speakers who may not.

    Args:
        speakers: by name; their order does not matter.
        shares: to hold out; a share of 0 leaves the split empty.
        seed: equal seeds give equal splits, on any machine.

    Returns:
        The split of each speaker.
    """
    names = sorted(speakers)
    wanted = tuple(split for split in SPLITS if shares.of(split) > 0)
    choices = {name: _choices(speakers[name], wanted, len(names)) for name in names}
    found = {name: choices[name][0] for name in names}
    free = [name for name in names if len(choices[name]) > 1]
    if free:
        rng = random.Random(seed)  # noqa: S311 - no secret
        _deal(found, free, choices, shares, rng)
        _improve(found, free, choices, _Cost(speakers, shares), rng)
    return found


def _choices(speaker: Speaker, wanted: Sequence[Split], people: int) -> tuple[Split, ...]:
    if len(speaker.allowed) == 1:
        return speaker.allowed
    few = people < LEAST_SPEAKERS
    within = tuple(s for s in speaker.allowed if s in wanted and not (few and s != "train"))
    return within or speaker.allowed[:1]


def _deal(
    found: dict[str, Split],
    free: Sequence[str],
    choices: Mapping[str, tuple[Split, ...]],
    shares: Shares,
    rng: random.Random,
) -> None:
    for name in free:
        weights = [shares.of(split) for split in choices[name]]
        found[name] = rng.choices(choices[name], weights)[0]


def _improve(
    found: dict[str, Split],
    free: Sequence[str],
    choices: Mapping[str, tuple[Split, ...]],
    cost: _Cost,
    rng: random.Random,
) -> None:
    """Move speakers, one or two at a time, to where the split is better.

    Threshold accepting (Dueck & Scheuer, 1990): at first a little worse will do, so that the search
    does not end at the first split that no single move betters.
    """
    for name, split in found.items():
        cost.add(name, split)
    value = cost.value()
    best, best_found = value, dict(found)
    for i in range(SEARCH):
        one, other = rng.choice(free), rng.choice(free)
        moves = {one: rng.choice(choices[one])}
        if rng.random() < 0.7 and one != other:
            moves[other] = found[one] if rng.random() < 0.5 else rng.choice(choices[other])
        if any(to not in choices[name] for name, to in moves.items()):
            continue
        before = {name: found[name] for name in moves}
        cost.move(found, moves)
        worse = cost.value() - value
        if worse < max(0.0, PATIENCE * (1 - 2 * i / SEARCH)):
            value += worse
        else:
            cost.move(found, before)
        if value < best:
            best, best_found = value, dict(found)
    found.update(best_found)


class _Cost:
    """How far splits are from what is wanted; kept up to date move by move."""

    def __init__(self, speakers: Mapping[str, Speaker], shares: Shares) -> None:
        emotions = sorted({label for speaker in speakers.values() for label in speaker.clips})
        self._sizes = {name: _sizes(speaker, emotions) for name, speaker in speakers.items()}
        self._whole = [sum(column) for column in zip(*self._sizes.values(), strict=True)]
        self._shares = {split: shares.of(split) for split in SPLITS if shares.of(split) > 0}
        self._splits = {split: [0] * len(self._whole) for split in SPLITS}

    def add(self, name: str, split: Split, sign: int = 1) -> None:
        """Count a speaker in a split, or no longer."""
        have = self._splits[split]
        for i, size in enumerate(self._sizes[name]):
            have[i] += sign * size

    def move(self, found: dict[str, Split], moves: Mapping[str, Split]) -> None:
        """Put speakers where `moves` says, in `found` too."""
        for name, to in moves.items():
            self.add(name, found[name], -1)
            self.add(name, to)
            found[name] = to

    def value(self) -> float:
        """0 is perfect."""
        return math.fsum(self._of(split, share) for split, share in self._shares.items())

    def _of(self, split: Split, share: float) -> float:
        clips, women, men, *emotions = self._splits[split]
        all_clips, all_women, all_men, *all_emotions = self._whole
        # Weights: an emotion that cannot be learned is worst, then one that cannot be measured,
        # then the size, then the mix.
        cost: float = emotions.count(0) * (100.0 if split == "train" else 10.0)
        cost += 4 * abs(clips / all_clips - share)
        if clips:
            for have, whole in zip(emotions, all_emotions, strict=True):
                cost += abs(have / clips - whole / all_clips)
        if women + men:
            cost += abs(women / (women + men) - all_women / (all_women + all_men))
        return cost


def _sizes(speaker: Speaker, emotions: Sequence[str]) -> list[int]:
    """Clips: all, a woman's, a man's, and of each emotion."""
    clips = speaker.clips.total()
    by_sex = [clips if speaker.sex == sex else 0 for sex in ("F", "M")]
    return [clips, *by_sex, *(speaker.clips[emotion] for emotion in emotions)]
