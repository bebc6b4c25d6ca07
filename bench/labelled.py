"""Real segments to ask a model about, with the emotion where it is known."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from bench.errors import RecordingError
from bench.model import model_folder
from bench.programme import cut_segments
from bench.recordings import RATE, Pcm, read_recording
from classifier.canary import has_canaries, read_canaries
from vad import Segment, Segmenter, VadSettings

COLUMNS: Final = frozenset({"path", "emotion", "split"})


class Labelled(NamedTuple):
    """A segment, and the emotion that it was said with, None if nobody says."""

    pcm: npt.NDArray[np.int16]
    emotion: str | None


def canary_segments(model: str) -> list[Labelled]:
    """The recordings that travel with a model, none if it has none.

    Raises:
        BenchError: there is no such model.
    """
    folder = model_folder(model)
    sounds = read_canaries(folder).sounds if has_canaries(folder) else ()
    return [Labelled(sound, None) for sound in sounds]


def recorded_segments(recordings: Sequence[Path]) -> list[Labelled]:
    """The segments of recordings, none without any."""
    segments = cut_segments(recordings, VadSettings()) if recordings else []
    return [Labelled(np.frombuffer(one.pcm, "<i2"), None) for one in segments]


def listed_segments(path: Path, split: str, most: int) -> list[Labelled]:
    """The longest segment of each recording of a CSV as training has it, evenly over its rows.

    Args:
        path: a CSV with the columns path, emotion and split; paths are relative to it.
        split: whose rows count.
        most: recordings.

    Raises:
        RecordingError: it cannot be read, has no such rows, or one of its recordings is missing.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = csv.DictReader(file)
            if lacking := COLUMNS - set(rows.fieldnames or ()):
                raise RecordingError(f"{path} has no column {', '.join(sorted(lacking))}")
            wanted = [row for row in rows if row["split"] == split]
    except OSError as error:
        raise RecordingError(f"{path} cannot be read: {error}") from error
    if not wanted:
        raise RecordingError(f"{path} has no row of the split {split}")
    step = max(1.0, len(wanted) / most)
    chosen = [wanted[int(i * step)] for i in range(min(most, len(wanted)))]
    heard = ((_longest(read_recording(path.parent / row["path"])), row) for row in chosen)
    return [Labelled(pcm, row["emotion"]) for pcm, row in heard if pcm is not None]


def _longest(pcm: Pcm) -> Pcm | None:
    segmenter = Segmenter(RATE, VadSettings())
    events = [*segmenter.push(pcm.tobytes()), *segmenter.flush()]
    segments = [event for event in events if isinstance(event, Segment)]
    if not segments:
        return None
    longest: Pcm = np.frombuffer(max(segments, key=lambda one: len(one.pcm)).pcm, "<i2")
    return longest
