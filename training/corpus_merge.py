"""Several corpora into one manifest: read, filter, name the speakers, split."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from training.audio_files import AudioError, seconds
from training.corpus_recording import LeftOut, Recording, Sex
from training.corpus_split import split_rows
from training.csv_corpus import UNKNOWN
from training.manifest import SPLITS, ManifestError, Split, check_speakers
from training.manifest_row import Row
from training.merge_settings import MergeSettings
from training.readers import read_corpus


@dataclass(frozen=True, slots=True)
class Merged:
    """A manifest to be written, and what is to be said of it.

    Attributes:
        rows: recordings that are taken, in the order of the corpora.
        left_out: the others, with the reasons.
        notes: what a person should know before training on it.
    """

    rows: list[Row]
    left_out: list[LeftOut]
    notes: list[str]


def merge(corpora: Iterable[tuple[str, Path]], settings: MergeSettings) -> Merged:
    """Read all corpora and put every speaker of them into one split.

    Args:
        corpora: names and places, see `training.readers`. Of a recording that comes twice, the
            first is taken.
        settings: see there.

    Raises:
        ManifestError: a corpus cannot be read, nothing is left of all of them, or the splits that
            corpora bring have a speaker on two sides.
    """
    gathering = _Gathering(settings)
    for name, place in corpora:
        gathering.add(name, place)
    rows = _one_sex_each(gathering.rows())
    rows, left_out, notes = split_rows(rows, settings)
    if not rows:
        reasons = Counter(item.reason for item in [*gathering.left_out, *left_out])
        most = "; ".join(f"{count} x {reason}" for reason, count in reasons.most_common(3))
        raise ManifestError(f"nothing is left to train on ({most})")
    check_speakers(row.clip for row in rows)
    return Merged(rows, [*gathering.left_out, *left_out], notes)


class _Gathering:
    """What has been read so far."""

    def __init__(self, settings: MergeSettings) -> None:
        self.left_out: list[LeftOut] = []
        self._settings = settings
        self._rows: list[Row] = []
        self._seen: set[tuple[str, ...]] = set()
        self._allowed: dict[str, set[Split]] = {}

    def add(self, name: str, place: Path) -> None:
        """Read one corpus."""
        found = read_corpus(name, place)
        self.left_out += [item for item in found if isinstance(item, LeftOut)]
        recordings = [item for item in found if isinstance(item, Recording)]
        brought = {r.split for r in recordings if r.split}
        for recording in recordings:
            allowed = self._may_stand_in(recording, brought)
            speaker = _speaker_name(recording, place if place.is_dir() else place.parent)
            label = self._settings.emotions.label(recording.emotion)
            if label is None:
                self._leave_out(recording, self._settings.emotions.why_not(recording.emotion))
                continue
            # Also of a recording that is here already: the speaker stands where both stand.
            self._allowed.setdefault(speaker, set(SPLITS)).intersection_update(allowed)
            self._take(recording, label, speaker)

    def _may_stand_in(
        self, recording: Recording, brought: Collection[Split | None]
    ) -> Sequence[Split]:
        if recording.learn_only:
            return SPLITS[:1]
        return SPLITS if self._settings.resplit else may_stand_in(recording.split, brought)

    def rows(self) -> list[Row]:
        """Those taken, each with the splits that every corpus leaves to its speaker.

        Raises:
            ManifestError: corpora leave somebody none.
        """
        both = sorted(speaker for speaker, allowed in self._allowed.items() if not allowed)
        if both:
            raise ManifestError(
                f"{len(both)} speaker(s) stand on both sides of the splits that the corpora bring "
                f"({', '.join(both[:5])}): use --resplit to make new ones"
            )
        return [
            replace(row, allowed=tuple(s for s in SPLITS if s in self._allowed[row.speaker]))
            for row in self._rows
        ]

    def _take(self, recording: Recording, label: str, speaker: str) -> None:
        marks: set[tuple[str, ...]] = {("path", os.path.abspath(recording.path))}  # noqa: PTH100 - links are not followed
        if recording.take:
            marks.add(("take", speaker, recording.take))
        if marks & self._seen:
            self._leave_out(recording, "the same recording again")
            return
        try:
            length = seconds(recording.path)
        except AudioError as reason:
            self._leave_out(recording, str(reason))
            return
        self._seen |= marks
        language = recording.language or self._settings.languages.get(recording.corpus, "")
        self._rows.append(Row(recording, label, length, speaker, recording.sex, language))

    def _leave_out(self, recording: Recording, reason: str) -> None:
        self.left_out.append(LeftOut(recording.path, recording.corpus, reason))


def may_stand_in(split: Split | None, brought: Collection[Split | None]) -> Sequence[Split]:
    """The splits that a recording of one corpus may stand in.

    What a corpus holds out stays held out. What it does not hold out is taken from its train. One
    that is all train has no splits.

    Args:
        split: of the recording.
        brought: all that its corpus has.

    Examples:
        >>> may_stand_in("train", {"train", "test"})
        ('train', 'validation')
        >>> may_stand_in("test", {"train", "test"}), may_stand_in("train", {"train"})
        (('test',), ('train', 'validation', 'test'))
    """
    if split is None or set(brought) <= {"train"}:
        return SPLITS
    if split != "train":
        return (split,)
    return ("train", *(s for s in SPLITS if s not in brought))


def _speaker_name(recording: Recording, place: Path) -> str:
    if recording.speaker is not None:
        return f"{recording.corpus}:{recording.speaker}"
    name = Path(os.path.relpath(recording.path, place)).as_posix()
    return f"{recording.corpus}:{UNKNOWN}{name}"


def _one_sex_each(rows: Sequence[Row]) -> list[Row]:
    """A speaker's sex is what most of their recordings say."""
    votes: dict[str, Counter[Sex]] = defaultdict(Counter)
    for row in rows:
        if row.sex:
            votes[row.speaker][row.sex] += 1
    sexes = {speaker: max(sorted(count), key=count.__getitem__) for speaker, count in votes.items()}
    return [replace(row, sex=sexes.get(row.speaker, "")) for row in rows]
