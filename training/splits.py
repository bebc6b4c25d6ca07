"""Which clips one split of a run holds."""

from __future__ import annotations

from collections.abc import Sequence

from training.manifest import Clip, read_noise, read_speech
from training.segments import Segments, cut_clips
from training.settings import TrainSettings


def select(clips: Sequence[Clip], split: str, tess_share: float = 1.0) -> list[Clip]:
    """The clips of one split, with `tess_share` of TESS, evenly taken."""
    chosen, seen = [], 0
    for clip in clips:
        if clip.split != split:
            continue
        if clip.corpus == "tess":
            seen += 1
            if int(seen * tess_share) == int((seen - 1) * tess_share):
                continue
        chosen.append(clip)
    return chosen


def load_segments(settings: TrainSettings, split: str) -> Segments:
    """Cut one split's speech and noise, from the cache when it was cut before."""
    clips = select(read_speech(settings.speech), split, settings.tess_share)
    if settings.sounds:
        clips += [clip for clip in read_noise(settings.sounds) if clip.split == split]
    return cut_clips(clips, settings.out.parent / "cache")
