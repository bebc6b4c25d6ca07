import numpy as np
import pytest

from bench.voice import converse
from server.protocol import (
    Notice,
    Resume,
    SessionClosed,
    SessionCreated,
    SessionStart,
    UtteranceEnded,
    UtteranceStarted,
    VadChange,
    WarningCode,
)
from server.session import Session
from server.session_resumption import Resumption
from tests.server.cuts import hear_through_cuts, segments_of, utterances_of
from tests.server.driving import MODEL, RATE, drive, messages
from tests.voice import Pcm, talk


def conversation(seconds: float, seed: int, noise: float) -> Pcm:
    rng = np.random.default_rng(seed)
    voices = converse(seconds, seed=seed)
    loud = voices + noise * rng.standard_normal(len(voices))
    return loud.clip(-32768, 32767).astype("<i2")


@pytest.mark.parametrize("noise", [0.0, 60.0, 250.0])
@pytest.mark.parametrize("seed", range(4))
def test_twenty_cuts_change_nothing(seed: int, noise: float) -> None:
    pcm = conversation(90, seed, noise)
    cuts = np.random.default_rng(seed).integers(50, 89_950, 20).tolist()
    whole = hear_through_cuts(pcm, [])
    cut = hear_through_cuts(pcm, cuts, seed=seed)
    assert utterances_of(cut) == utterances_of(whole)
    assert segments_of(cut) == segments_of(whole)
    assert sum(isinstance(m, UtteranceStarted) for m in cut) == len(utterances_of(whole)) > 10


@pytest.mark.parametrize("rate", [8000, 44100, 48000])
def test_nor_do_they_at_another_rate(rate: int) -> None:
    pcm = np.repeat(talk(silence=1, voice=2.3, pause=0.9, times=12, rate=rate), 1)
    cuts = np.random.default_rng(rate).integers(50, 38_000, 20).tolist()
    whole = hear_through_cuts(pcm, [], rate=rate)
    cut = hear_through_cuts(pcm, cuts, rate=rate)
    assert utterances_of(cut) == utterances_of(whole)
    assert segments_of(cut) == segments_of(whole)


def test_nor_in_an_utterance_of_many_segments() -> None:
    vad = VadChange(max_segment_ms=3000, hangover_ms=1500)
    pcm = talk(silence=1, voice=4, pause=0.5, times=9)
    whole = hear_through_cuts(pcm, [], vad=vad)
    assert len(utterances_of(whole)) < len(segments_of(whole)) / 4
    cuts = np.random.default_rng(3).integers(1500, 41_000, 30).tolist()
    cut = hear_through_cuts(pcm, cuts, vad=vad)
    assert utterances_of(cut) == utterances_of(whole)
    assert segments_of(cut) == segments_of(whole)


@pytest.mark.parametrize("seed", range(3))
def test_a_server_that_leaves_ends_a_segment_and_not_the_utterance(seed: int) -> None:
    pcm = conversation(60, seed, 0.0)
    whole = hear_through_cuts(pcm, [])
    cuts = np.random.default_rng(seed).integers(1000, 59_000, 12).tolist()
    cut = hear_through_cuts(pcm, cuts, drains=True)
    assert utterances_of(cut) == utterances_of(whole)
    assert len(segments_of(cut)) > len(segments_of(whole))
    parts = segments_of(cut)
    assert len({(utterance, number) for utterance, number, *_ in parts}) == len(parts)
    assert {span[0] for span in parts} == {span[0] for span in segments_of(whole)}


def resumed(**fields: int) -> tuple[Session, list]:
    session = Session("fresh", MODEL)
    resume = Resume(session_id="s1", **fields)
    start = SessionStart(sample_rate=RATE, interim_ms=0, resume=resume)
    return session, messages(session.receive_text(start.to_json()))


def test_what_is_heard_again_is_not_answered_again() -> None:
    audio = talk(silence=1, voice=1.5, pause=1, times=2)
    session, (created,) = resumed(from_ms=0, answered_ms=3000)
    assert isinstance(created, SessionCreated)
    assert session.heard_again_ms == 3000
    said = messages(drive(session, audio, [RATE]))
    assert [start for start, *_ in utterances_of(said)] == [3300]
    closed = said[-1]
    assert isinstance(closed, SessionClosed)
    assert closed.audio_ms == 3000  # what was new


def test_what_ends_while_it_is_heard_again_is_not_told() -> None:
    session, _ = resumed(from_ms=0, answered_ms=3000)
    audio = talk(silence=1, voice=1.5, pause=0, times=1)
    assert utterances_of(messages(drive(session, audio, []))) == []
    session, _ = resumed(from_ms=0, answered_ms=3000)
    session.receive_audio(audio.tobytes())
    assert messages(session.receive_text('{"type":"session.flush"}')) == []


@pytest.mark.parametrize(("segment", "discarded"), [(0, "lost"), (2, None)])
def test_a_gap_is_told_and_ends_what_was_under_way(segment: int, discarded: str | None) -> None:
    session, (_, ended, gap) = resumed(
        from_ms=9000, answered_ms=4000, utterance_id=3000, segment=segment
    )
    assert ended == UtteranceEnded(utterance_id=3000, end_ms=4000, discarded=discarded)
    assert isinstance(gap, Notice)
    assert gap.code is WarningCode.GAP
    assert "5.0 s" in gap.message
    said = messages(drive(session, talk(silence=1, voice=1.5, pause=1, times=1), []))
    assert [start for start, *_ in utterances_of(said)] == [9800]


def test_an_utterance_that_is_not_found_again_is_taken_back() -> None:
    silence = np.zeros(RATE * 3, "<i2")
    session, _ = resumed(from_ms=3000, answered_ms=3000, utterance_id=3000)
    assert utterances_of(messages(drive(session, silence, []))) == [(3000, 3000, "lost")]
    session, _ = resumed(from_ms=3000, answered_ms=3000, utterance_id=3000)
    said = messages(drive(session, talk(silence=1, voice=1.5, pause=1, times=1), []))
    assert [ended[0] for ended in utterances_of(said)] == [3000, 3800]


def test_a_session_that_begins_owes_nothing() -> None:
    fresh = Resumption(None)
    assert (fresh.answered_ms, fresh.heard_again_ms, fresh.growing) == (0, 0, None)
    assert [*fresh.greet(), *fresh.end()] == []
    assert [*fresh.begin(200)] == [UtteranceStarted(utterance_id=200, start_ms=200)]
