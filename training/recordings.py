"""Whole recordings, decoded once into a cache of int16: for what happens before they are cut."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from training.manifest import Clip
from training.segments import decode


@dataclass(frozen=True)
class Recordings:
    """Recordings of clips, backed by one memory-mapped array.

    Attributes:
        clips: which.
        ends: shape ``(n,)``: where the samples of each end.
        samples: of all of them, int16 at 16 kHz.
    """

    clips: Sequence[Clip]
    ends: npt.NDArray[np.int64]
    samples: npt.NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.clips)

    def pcm(self, i: int) -> npt.NDArray[np.int16]:
        """The samples of recording `i`."""
        return self.samples[self.ends[i - 1] if i else 0 : self.ends[i]]


def whole(clips: Sequence[Clip], cache: Path) -> Recordings:
    """Decode every clip; the second time, read the result from `cache`.

    Args:
        clips: what to decode.
        cache: a folder; the files' names carry a hash of the clips' paths.
    """
    key = hashlib.sha256("\n".join(str(clip.path) for clip in clips).encode()).hexdigest()[:16]
    index, data = cache / f"recordings-{key}-ends.npy", cache / f"recordings-{key}.npy"
    if not index.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with ThreadPoolExecutor() as pool:
            parts = list(pool.map(lambda clip: decode(clip.path), clips))
        np.save(data, np.concatenate(parts) if parts else np.zeros(0, np.int16))
        np.save(
            index, np.cumsum([len(part) for part in parts], dtype=np.int64)
        )  # last: it is whole
    return Recordings(clips, np.load(index), np.load(data, mmap_mode="r"))
