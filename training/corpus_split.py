"""Rows of several corpora into splits, corpus by corpus, and what is to be said of the result."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from training.corpus_recording import LeftOut
from training.manifest import EMOTIONS, SPLITS
from training.manifest_row import Row
from training.merge_settings import MergeSettings
from training.speaker_split import LEAST_SPEAKERS, Speaker, split_speakers


def split_rows(
    rows: Sequence[Row], settings: MergeSettings
) -> tuple[list[Row], list[LeftOut], list[str]]:
    """Decide each row's split; whole speakers, each corpus by itself.

    Adding a corpus does not change the splits of the others.

    Returns:
        Rows with their split, what was left out on the way, and notes for a person.
    """
    by_corpus: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_corpus[row.corpus].append(row)
    taken: list[Row] = []
    left_out: list[LeftOut] = []
    notes: list[str] = []
    for corpus, own in by_corpus.items():
        kept, gone = _split_corpus(corpus, own, settings)
        taken += kept
        left_out += gone
        notes += _notes_on_corpus(corpus, kept, settings)
    return taken, left_out, [*notes, *_notes_on_splits(taken)]


def _split_corpus(
    corpus: str, rows: Sequence[Row], settings: MergeSettings
) -> tuple[list[Row], list[LeftOut]]:
    aside: list[Row] = []
    rest: list[Row] = []
    for row in rows:
        undecided = row.unknown and len(row.allowed) > 1 and settings.unknown_speakers != "spread"
        (aside if undecided else rest).append(row)
    speakers: dict[str, Speaker] = defaultdict(Speaker)
    for row in rest:
        speaker = speakers[row.speaker]
        speaker.clips[row.label] += 1
        speaker.sex, speaker.allowed = row.sex, row.allowed
    splits = split_speakers(speakers, settings.shares, f"{settings.seed}:{corpus}")
    placed = [replace(row, split=splits[row.speaker]) for row in rest]
    if settings.unknown_speakers == "leave-out":
        return placed, _left_out(aside, "speaker unknown")
    if any(row.split != "train" and not row.unknown for row in placed):
        why = "speaker unknown: may be somebody of this corpus who is measured on"
        return placed, _left_out(aside, why)
    return [*placed, *(replace(row, split="train") for row in aside)], []


def _left_out(rows: Sequence[Row], reason: str) -> list[LeftOut]:
    return [LeftOut(row.recording.path, row.corpus, reason) for row in rows]


def _notes_on_corpus(corpus: str, rows: Sequence[Row], settings: MergeSettings) -> Iterator[str]:
    people = {row.speaker for row in rows if not row.unknown}
    all_train = all(row.split == "train" for row in rows)
    if 0 < len(people) < LEAST_SPEAKERS and all_train:
        yield f"{corpus}: {len(people)} speaker(s) are too few to hold one out; all are in train"
    unknown = [row for row in rows if row.unknown]
    if not unknown:
        return
    count = f"{corpus}: of {len(unknown)} recordings the speaker cannot be told; "
    if all(row.split == "train" for row in unknown):
        yield count + "they are in train, and nothing is measured on them"
    elif settings.unknown_speakers == "spread":
        yield count + "each counts as a speaker of its own, so figures on them may flatter"
    else:
        yield count + "they keep the splits they came with, in which a speaker may be on both sides"


def _notes_on_splits(rows: Sequence[Row]) -> Iterator[str]:
    for split in SPLITS:
        have = {row.label for row in rows if row.split == split}
        if not have and rows:
            yield f"nothing is in {split}; " + (
                "training needs all three splits: more speakers, or --unknown-speakers spread"
            )
        elif have and len(have) < len(EMOTIONS):
            missing = ", ".join(label for label in EMOTIONS if label not in have)
            yield f"nothing in {split} is {missing}"
