from vad.utterance import Utterance


def spoken(frames: int) -> Utterance:
    """An utterance from frame 10 on."""
    utterance = Utterance(start=10, segment_start=10, speech_end=10, looked_at=10)
    for frame in range(10, 10 + frames):
        utterance.speak_on(frame + 1)
    return utterance


def test_too_little_speech_is_no_segment() -> None:
    utterance = spoken(3)
    assert (utterance.voiced, utterance.speech_end) == (3, 13)
    assert utterance.is_too_short(4)
    assert not utterance.has_segment(4)
    assert not utterance.is_too_short(3)
    assert utterance.has_segment(3)


def test_after_a_cut_it_is_long_enough_but_silence_is_no_segment() -> None:
    utterance = spoken(3)
    utterance.cut(15, now=20)
    assert (utterance.index, utterance.segment_start, utterance.looked_at) == (1, 15, 20)
    assert not utterance.is_too_short(100)
    assert not utterance.has_segment(100)
    utterance.speak_on(21)
    assert utterance.has_segment(100)
