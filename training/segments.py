"""Recordings cut as the server cuts them, decoded once into a cache of int16."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from training.manifest import LABELS, Clip
from vad import Segment, Segmenter, VadSettings

RATE: Final = 16000
LEAST_MS: Final = 300
"""Segments with less voiced audio than this are not learned from (nor judged when serving)."""


@dataclass(frozen=True, slots=True)
class Cut:
    """One segment of a clip, and where its samples lie in the cache."""

    clip: int
    label: int
    offset: int
    length: int
    voiced_ms: int
    snr_db: float
    clipped: float


@dataclass(frozen=True)
class Segments:
    """Segments of many clips, backed by one memory-mapped array."""

    clips: Sequence[Clip]
    cuts: Sequence[Cut]
    samples: npt.NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.cuts)

    def pcm(self, i: int) -> npt.NDArray[np.int16]:
        """The samples of segment `i`, int16 at 16 kHz."""
        cut = self.cuts[i]
        return self.samples[cut.offset : cut.offset + cut.length]

    def clip(self, i: int) -> Clip:
        """The clip that segment `i` was cut from."""
        return self.clips[self.cuts[i].clip]

    @property
    def hours(self) -> float:
        """How much audio there is."""
        return sum(cut.length for cut in self.cuts) / RATE / 3600


def decode(path: Path) -> npt.NDArray[np.int16]:
    """A recording as int16 mono at 16 kHz."""
    samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    mono = samples.mean(axis=1)
    if rate != RATE:
        mono = soxr.resample(mono, rate, RATE)
    pcm: npt.NDArray[np.int16] = np.rint(mono * 32767).clip(-32768, 32767).astype(np.int16)
    return pcm


def cut(pcm: npt.NDArray[np.int16], settings: VadSettings) -> list[Segment]:
    """The final segments of a recording, cut as the server cuts its stream."""
    segmenter = Segmenter(RATE, settings)
    events = [*segmenter.push(pcm.tobytes()), *segmenter.flush()]
    return [event for event in events if isinstance(event, Segment)]


def cut_clips(clips: Sequence[Clip], cache: Path, settings: VadSettings | None = None) -> Segments:
    """Decode and cut every clip; the second time, read the result from `cache`.

    Clips in which the segmenter finds no speech give no segment, as they would when serving.

    Args:
        clips: what to cut.
        cache: a folder; the file's name carries a hash of the clips and the settings.
        settings: of the segmenter.

    Returns:
        Segments with at least `LEAST_MS` of voice.
    """
    settings = settings or VadSettings()
    key = hashlib.sha256(
        "\n".join([settings.model_dump_json(), *(f"{c.path} {c.label}" for c in clips)]).encode()
    ).hexdigest()[:16]
    index, data = cache / f"segments-{key}.json", cache / f"segments-{key}.npy"
    if not index.exists():
        cache.mkdir(parents=True, exist_ok=True)
        cuts: list[Cut] = []
        parts: list[npt.NDArray[np.int16]] = []
        offset = 0
        with ThreadPoolExecutor() as pool:
            for i, pcm in enumerate(pool.map(lambda clip: decode(clip.path), clips)):
                for segment in cut(pcm, settings):
                    if segment.voiced_ms < LEAST_MS:
                        continue
                    samples = np.frombuffer(segment.pcm, "<i2")
                    parts.append(samples)
                    cuts.append(
                        Cut(
                            clip=i,
                            label=LABELS.index(clips[i].label),
                            offset=offset,
                            length=len(samples),
                            voiced_ms=segment.voiced_ms,
                            snr_db=segment.snr_db,
                            clipped=segment.clipped,
                        )
                    )
                    offset += len(samples)
        np.save(data, np.concatenate(parts) if parts else np.zeros(0, np.int16))
        index.write_text(json.dumps([asdict(c) for c in cuts]))
    return Segments(
        clips, [Cut(**row) for row in json.loads(index.read_text())], np.load(data, mmap_mode="r")
    )
