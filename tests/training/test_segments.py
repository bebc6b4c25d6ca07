from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.training.conftest import RATE, Corpus, buzz, write
from training.manifest import LABELS, read_speech
from training.segments import LEAST_MS, cut, cut_clips, decode
from vad import Segmenter, VadSettings


def test_decode_gives_16_khz_mono_int16(tmp_path: Path) -> None:
    time = np.arange(48000) / 48000
    tone = 0.5 * np.sin(2 * np.pi * 440 * time)
    soundfile.write(tmp_path / "a.wav", np.stack([tone, tone], 1), 48000, subtype="PCM_24")
    pcm = decode(tmp_path / "a.wav")
    assert pcm.dtype == np.int16
    assert len(pcm) == RATE
    assert np.argmax(np.abs(np.fft.rfft(pcm))) == 440
    assert np.abs(pcm).max() == pytest.approx(0.5 * 32767, rel=0.02)


def test_full_scale_does_not_wrap_round(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.array([1.5, -1.5] * 50), RATE, subtype="FLOAT")
    assert set(decode(tmp_path / "a.wav").tolist()) == {32767, -32768}


def test_cuts_are_the_servers_whatever_the_chunks() -> None:
    wave = buzz("angry", "ann", 0)
    pcm = (wave * 32767).astype(np.int16)
    segmenter = Segmenter(RATE, VadSettings())
    live = [e for i in range(0, len(pcm), 777) for e in segmenter.push(pcm[i : i + 777].tobytes())]
    live += segmenter.flush()
    assert [s.pcm for s in cut(pcm, VadSettings())] == [e.pcm for e in live if hasattr(e, "pcm")]


def test_the_cache_gives_the_same_and_is_used(corpus: Corpus, tmp_path: Path) -> None:
    clips = read_speech(corpus.speech)[:8]
    fresh = cut_clips(clips, tmp_path)
    again = cut_clips([*clips], tmp_path)
    assert len(fresh) >= 8
    assert fresh.cuts == again.cuts
    np.testing.assert_array_equal(fresh.samples, again.samples)
    assert len(list(tmp_path.glob("*.json"))) == 1

    (index,) = tmp_path.glob("*.json")
    index.write_text("[]")
    assert len(cut_clips(clips, tmp_path)) == 0  # read, not cut again


def test_other_settings_or_labels_are_other_segments(corpus: Corpus, tmp_path: Path) -> None:
    clips = read_speech(corpus.speech)[:2]
    cut_clips(clips, tmp_path)
    cut_clips(clips, tmp_path, VadSettings(preroll_ms=0))
    cut_clips(clips[:1], tmp_path)
    assert len(list(tmp_path.glob("*.npy"))) == 3


def test_what_a_cut_knows_is_of_its_clip(corpus: Corpus, tmp_path: Path) -> None:
    found = cut_clips(read_speech(corpus.speech)[:6], tmp_path)
    for i, one in enumerate(found.cuts):
        assert LABELS[one.label] == found.clip(i).label
        assert len(found.pcm(i)) == one.length
        assert one.voiced_ms >= LEAST_MS
        assert one.snr_db > 3
        assert one.clipped == 0
    assert found.hours == pytest.approx(sum(c.length for c in found.cuts) / RATE / 3600)


def test_silence_gives_no_segment(corpus: Corpus, tmp_path: Path) -> None:
    write(tmp_path / "quiet.wav", np.zeros(RATE))
    clip = read_speech(corpus.speech)[0]
    quiet = type(clip)(tmp_path / "quiet.wav", "sad", "ann", "x", "en", "train")
    found = cut_clips([quiet], tmp_path / "cache")
    assert len(found) == 0
    assert found.samples.size == 0
