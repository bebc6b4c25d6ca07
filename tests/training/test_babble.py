from pathlib import Path

import numpy as np
import pytest

from training.augment_settings import AugmentSettings
from training.babble import Babble
from training.manifest import Clip
from training.segments import RATE, Cut, Segments

SPEAKERS = ("ann", "ben", "cem", "dee", "eve")
SETTINGS = AugmentSettings(babble=1, babble_snr_db=(6, 6), voices=(3, 3))


def tone(number: int, seconds: float = 1.0) -> np.ndarray:
    """A speaker's own frequency: 500 Hz apart, so that who is heard can be told."""
    time = np.arange(int(seconds * RATE)) / RATE
    return np.sin(2 * np.pi * 500 * (number + 1) * time)


def segments() -> Segments:
    """Two clips of each speaker and one of no speech, each clip with one segment."""
    who = [*SPEAKERS, *SPEAKERS, "hiss"]
    clips, cuts, parts, offset = [], [], [], 0
    for i, speaker in enumerate(who):
        label = "no_speech" if speaker == "hiss" else "sad"
        clips.append(Clip(Path(f"{i}.wav"), label, speaker, "c", "en", "train"))
        number = len(SPEAKERS) if speaker == "hiss" else SPEAKERS.index(speaker)
        wave = (tone(number) * 1000 * (i + 1)).astype(np.int16)  # each at another level
        cuts.append(Cut(i, 6 if speaker == "hiss" else 5, offset, len(wave), 900, 20.0, 0.0))
        parts.append(wave)
        offset += len(wave)
    return Segments(clips, cuts, np.concatenate(parts))


def heard(added: np.ndarray) -> list[int]:
    """Which speakers' frequencies are in there."""
    power = np.abs(np.fft.rfft(added * np.hanning(len(added))))
    peaks = [power[500 * (i + 1) * len(added) // RATE] for i in range(len(SPEAKERS) + 1)]
    return [i for i, peak in enumerate(peaks) if peak > max(peaks) / 10]


def front(clip: int) -> np.ndarray:
    return (tone(clip % len(SPEAKERS), 2.0) * 0.1).astype(np.float32)


@pytest.mark.parametrize("seed", range(10))
def test_three_others_are_heard_never_the_speaker_nor_noise(seed: int) -> None:
    rng = np.random.default_rng(seed)
    clip = seed % len(SPEAKERS)
    mixed = Babble(segments(), SETTINGS)(front(clip), rng, clip)
    others = heard(mixed - front(clip))
    assert len(others) == 3
    assert clip not in others
    assert len(SPEAKERS) not in others  # no speech is no babble
    assert mixed.dtype == np.float32


def test_everybody_is_heard_in_time() -> None:
    rng = np.random.default_rng(0)
    babble = Babble(segments(), SETTINGS)
    others = {i for _ in range(20) for i in heard(babble(front(0), rng, 0) - front(0))}
    assert others == {1, 2, 3, 4}


def test_together_they_lie_under_the_voice_by_the_asked_ratio() -> None:
    mixed = Babble(segments(), SETTINGS)(front(0), np.random.default_rng(0), 0)
    added = mixed - front(0)
    ratio = 10 * np.log10(np.mean(front(0) ** 2) / np.mean(added**2))
    assert ratio == pytest.approx(6, abs=0.1)


def test_as_many_as_the_settings_say() -> None:
    settings = AugmentSettings(babble_snr_db=(6, 6), voices=(2, 4))
    babble = Babble(segments(), settings)
    counts = {
        len(heard(babble(front(0), np.random.default_rng(seed), 0) - front(0)))
        for seed in range(30)
    }
    assert counts == {2, 3, 4}


def test_fewer_people_than_asked_are_all_there_are() -> None:
    whole = segments()
    few = Segments(whole.clips, [c for c in whole.cuts if c.clip in (0, 1, 5)], whole.samples)
    mixed = Babble(few, SETTINGS)(front(0), np.random.default_rng(0), 0)
    assert heard(mixed - front(0)) == [1]
    alone = Segments(whole.clips, [whole.cuts[0]], whole.samples)
    np.testing.assert_array_equal(
        Babble(alone, SETTINGS)(front(0), np.random.default_rng(0), 0), front(0)
    )


def test_what_is_no_speech_stays_so() -> None:
    hiss = len(segments().clips) - 1
    babble = Babble(segments(), SETTINGS)
    np.testing.assert_array_equal(babble(front(0), np.random.default_rng(0), hiss), front(0))
