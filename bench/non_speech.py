"""``vivavoz-bench noise``: what the whole chain makes of sound in which nobody speaks."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Final, get_args

import numpy as np

from bench.conditions import Conditions
from bench.model import add_model_flag, describe, open_model
from bench.recordings import RATE, Pcm, milliseconds, read_recording
from bench.report import Cell, Column, Report, Table
from bench.sounds import SPLITS, Sound, choose_split, find_sounds
from bench.vad_flags import add_vad_flags, read_vad_flags
from classifier import Classifier, Reason
from vad import Segment, Segmenter, SpeechDiscarded, SpeechEnded, VadSettings

HELP = "utterances and emotion labels per minute of sound in which nobody speaks"

REASONS: Final[tuple[str, ...]] = get_args(Reason)

COLUMNS: Final = (
    Column("recordings"),
    Column("minutes", ".1f"),
    Column("utterances a minute", ".2f"),
    Column("discarded a minute", ".2f"),
    Column("segments"),
    Column("emotion labels a minute", ".2f"),
    Column("emotion labels"),
    *(Column(reason) for reason in REASONS),
)


@dataclass(slots=True)
class Tally:
    """What came of the recordings of one set.

    Attributes:
        recordings: how many were heard.
        audio_ms: how long they are together.
        utterances: cut and classified.
        discarded: begun, but too short.
        verdicts: segments by reason; None for those that got a label.
        labels: segments by label.
    """

    recordings: int = 0
    audio_ms: int = 0
    utterances: int = 0
    discarded: int = 0
    verdicts: Counter[str | None] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)

    def add(self, more: Tally) -> None:
        """Count another set in."""
        self.recordings += more.recordings
        self.audio_ms += more.audio_ms
        self.utterances += more.utterances
        self.discarded += more.discarded
        self.verdicts += more.verdicts
        self.labels += more.labels


def add_flags(command: argparse.ArgumentParser) -> None:
    """The flags of this sub-command."""
    command.add_argument(
        "data",
        type=Path,
        metavar="DATA",
        help="a folder with sounds.csv (path, kind, set), such a CSV, or a folder of recordings",
    )
    command.add_argument(
        "--split",
        choices=SPLITS,
        help="which rows of the CSV: of each set five by five, three were trained on, one "
        "validates, one tests (default: test)",
    )
    command.add_argument(
        "--joined",
        action="store_true",
        help="each set as one stream, its recordings one after the other; else a session each, "
        "which ends before the noise floor is known when they are short",
    )
    add_model_flag(command)
    add_vad_flags(command)


def run(arguments: argparse.Namespace) -> Report:
    """Classify whatever is cut from each recording."""
    classifier = open_model(arguments.model)
    conditions = Conditions.here(describe(classifier))
    settings = read_vad_flags(arguments)
    split = choose_split(arguments.data, arguments.split)
    sounds = find_sounds(arguments.data, split)
    tallies = {
        name: tally(list(group), settings, classifier, joined=arguments.joined)
        for name, group in groupby(sorted(sounds, key=lambda s: s.set), key=lambda s: s.set)
    }
    chosen = {
        "split": split,
        "streams": "one a set" if arguments.joined else "one a recording",
        **settings.model_dump(),
    }
    return Report("noise", conditions, chosen, tabulate(tallies, classifier.labels))


def tally(
    sounds: Sequence[Sound], settings: VadSettings, classifier: Classifier, *, joined: bool
) -> Tally:
    """Hear the recordings of one set."""
    total = Tally(recordings=len(sounds))
    for pcm in _streams(sounds, joined=joined):
        total.add(hear(pcm, settings, classifier))
    return total


def hear(pcm: Pcm, settings: VadSettings, classifier: Classifier) -> Tally:
    """One session with this sound, to its end; counts as no recording."""
    segmenter = Segmenter(RATE, settings)
    heard = Tally(audio_ms=milliseconds(pcm))
    for event in [*segmenter.push(pcm.tobytes()), *segmenter.flush()]:
        if isinstance(event, SpeechEnded):
            heard.utterances += 1
        elif isinstance(event, SpeechDiscarded):
            heard.discarded += 1
        elif isinstance(event, Segment):
            verdict = classifier.classify(
                event.pcm, voiced_ms=event.voiced_ms, snr_db=event.snr_db, clipped=event.clipped
            )
            heard.verdicts[verdict.reason] += 1
            if verdict.label is not None:
                heard.labels[verdict.label] += 1
    return heard


def tabulate(tallies: dict[str, Tally], labels: Iterable[str]) -> list[Table]:
    """What came of each set and of all, and which labels were given."""
    total = Tally()
    for one in tallies.values():
        total.add(one)
    rows = [*tallies.items(), ("all", total)]
    note = (
        "Every emotion label here is wrong. The columns after the labels count segments by the "
        "reason why they got none. Recordings named as screams are left out."
    )
    names = tuple(labels)
    return [
        Table(
            "Non-speech",
            (Column("set"), *COLUMNS),
            [(name, *_figures(one)) for name, one in rows],
            (note,),
        ),
        Table(
            "Which labels, segments",
            (Column("set"), *(Column(label) for label in names)),
            [(name, *(one.labels[label] for label in names)) for name, one in rows],
        ),
    ]


def _streams(sounds: Sequence[Sound], *, joined: bool) -> Iterator[Pcm]:
    heard = (read_recording(sound.path) for sound in sounds)
    if joined:
        yield np.concatenate(list(heard))
    else:
        yield from heard


def _figures(one: Tally) -> tuple[Cell, ...]:
    minutes = one.audio_ms / 60_000

    def rate(count: int) -> float | None:
        return count / minutes if minutes else None

    return (
        one.recordings,
        minutes,
        rate(one.utterances),
        rate(one.discarded),
        one.verdicts.total(),
        rate(one.verdicts[None]),
        one.verdicts[None],
        *(one.verdicts[reason] for reason in REASONS),
    )
