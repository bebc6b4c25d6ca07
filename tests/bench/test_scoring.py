from __future__ import annotations

import numpy as np

from bench.scoring import Score, mask, score


def test_a_frame_is_what_holds_at_its_middle() -> None:
    assert np.flatnonzero(mask([(10, 30)], 5)).tolist() == [1, 2]
    assert np.flatnonzero(mask([(14, 26)], 5)).tolist() == [1, 2]  # the middles are 15 and 25
    assert np.flatnonzero(mask([(15, 25)], 5)).tolist() == [1]
    assert np.flatnonzero(mask([(16, 24)], 5)).tolist() == []
    assert np.flatnonzero(mask([(-50, 5), (45, 900)], 5)).tolist() == [4]


def test_every_frame_of_a_hand_made_case() -> None:
    # 10 s; speech 1-3 s and 3.4-5 s, and 8-9 s; one utterance too early and too late, one alone.
    reference = [(1000, 3000), (3400, 5000), (8000, 9000)]
    taken = [(800, 5300), (6000, 6500)]
    assert score(reference, taken, 10_000) == Score(
        speech=460,
        other=540,
        found=360,
        false=20 + 40 + 30 + 50,
        lead_in=20,
        pauses=40,
        run_out=30,
        alone=50,
        # Not scored: 250 ms on either side of 1, 3, 3.4, 5, 8 and 9 s; between 3 and 3.4 s all.
        strict_speech=(175 - 25) + (135 - 25) + 50,
        strict_other=75 + (775 - 525) + (1000 - 925),
        strict_missed=50,
        strict_false=5 + 50,
        utterances=2,
        utterances_alone=1,
    )


def test_missed_and_found_are_all_speech() -> None:
    one = score([(0, 1000)], [(400, 1000)], 1000)
    assert (one.speech, one.found, one.missed, one.false) == (100, 60, 40, 0)


def test_nothing_taken_and_nothing_said() -> None:
    assert score([], [], 1000) == Score(other=100, strict_other=100)
    assert score([(0, 500)], [], 500).missed == 50


def test_what_lies_beyond_the_recording_is_not_scored() -> None:
    one = score([(500, 2000)], [(900, 2000)], 1004)
    assert (one.speech, one.other, one.found, one.utterances_alone) == (50, 50, 10, 0)


def test_overlapping_speakers_are_speech_once() -> None:
    assert score([(0, 600), (300, 1000)], [(0, 1000)], 2000).speech == 100


def test_scores_add_up() -> None:
    one, two = score([(0, 500)], [(0, 700)], 1000), score([], [(0, 100)], 1000)
    total = one + two
    assert (total.found, total.false, total.alone, total.run_out) == (50, 30, 10, 20)
    assert total.utterances == 2
