from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from bench.errors import RecordingError
from bench.expectation import expect
from bench.programme import LEAST_PAUSE_S, arrange, cut_segments, make_programmes, speech_share
from bench.recordings import RATE, Pcm
from tests.bench.conftest import write
from vad import VadSettings

SETTINGS = VadSettings()


def test_the_segments_of_recordings(tmp_path: Path, one_utterance: Pcm) -> None:
    paths = [write(tmp_path / name, one_utterance) for name in ("1.wav", "2.wav")]
    segments = cut_segments(paths, SETTINGS)
    assert len(segments) == 2
    assert segments[0].pcm == segments[1].pcm
    assert len(cut_segments([], SETTINGS)) > 10  # the synthetic voice


def test_recordings_without_speech_are_none(tmp_path: Path) -> None:
    silence = write(tmp_path / "silence.wav", np.zeros(RATE, "<i2"))
    with pytest.raises(RecordingError, match="no speech"):
        cut_segments([silence], SETTINGS)


@pytest.mark.parametrize("share", [0.25, 0.5])
def test_programmes_have_their_share_of_speech(share: float) -> None:
    segments = cut_segments([], SETTINGS)
    programmes = make_programmes(segments, 4, 40.0, share, SETTINGS)
    assert speech_share(programmes) == pytest.approx(share, abs=0.1)
    assert len({one.pcm for one in programmes}) == 4
    for one in programmes:
        assert len(one.pcm) == 40 * RATE * 2
        assert one.expected == expect(np.frombuffer(one.pcm, "<i2"), SETTINGS)


def test_the_same_arguments_give_the_same_programmes() -> None:
    segments = cut_segments([], SETTINGS)
    one, other = (make_programmes(segments, 2, 10.0, 0.4, SETTINGS) for _ in range(2))
    assert one == other


def test_a_pause_ends_what_was_said_before() -> None:
    loud = np.full(RATE, 9000, "<i2")
    pcm = arrange([loud], 20.0, 1.0, np.random.default_rng(0))
    is_loud = np.abs(pcm) > 1000
    edges = np.flatnonzero(np.diff(is_loud.astype(int)))
    pauses = [b - a for a, b in pairwise(edges) if not is_loud[a + 1]]
    assert pauses
    assert min(pauses) >= LEAST_PAUSE_S * RATE - 1
