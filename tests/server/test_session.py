"""The session, with no socket, no model and no sleep."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from server.actions import Action, Close
from server.protocol import (
    Ack,
    CloseCode,
    Emotion,
    Error,
    Limits,
    Message,
    ModelChanged,
    ModelInfo,
    Notice,
    Reason,
    SessionClosed,
    SessionCreated,
    SessionUpdated,
    UtteranceEnded,
    UtteranceStarted,
    WarningCode,
)
from server.session import Session
from tests.server.driving import (
    LABELS,
    MODEL,
    RATE,
    SILENCE,
    VERDICT,
    drive,
    jobs,
    kinds,
    messages,
    started,
)
from tests.voice import talk


def test_start_is_answered_with_all_that_is_in_force():
    session = Session("s1", MODEL)
    assert not session.is_started
    (created,) = messages(
        session.receive_text(
            '{"type":"session.start","sample_rate":48000,"vad":{"hangover_ms":700}}'
        )
    )
    assert isinstance(created, SessionCreated)
    assert created.session_id == "s1"
    assert created.model == MODEL
    assert created.config.sample_rate == 48000
    assert created.config.vad.hangover_ms == 700
    assert created.config.vad.onset_ms == 100
    assert created.config.interim_ms == 1000
    assert not created.resumed
    assert session.is_started


def test_two_utterances_in_order_and_the_totals():
    audio = talk(silence=1, voice=1.5, pause=1, times=2)
    actions = drive(started(), audio, [])
    assert kinds(actions) == [*[UtteranceStarted, Emotion, UtteranceEnded] * 2, SessionClosed]
    emotions = [m for m in messages(actions) if isinstance(m, Emotion)]
    assert [e.label for e in emotions] == ["happy", "happy"]
    assert all(e.final and e.model == "v1" and e.utterance_id == e.start_ms for e in emotions)
    closed = messages(actions)[-1]
    assert isinstance(closed, SessionClosed)
    assert closed.audio_ms == 6000
    assert closed.utterances == closed.segments == 2
    assert closed.speech_ms == sum(e.end_ms - e.start_ms for e in emotions)
    assert actions[-1] == Close(CloseCode.DONE, "stopped")


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from([8000, 16000, 44100, 48000]),
    st.lists(st.integers(0, 30000), max_size=20),
)
def test_any_chunks_give_the_same_answers(rate, chunks):
    audio = talk(silence=0.6, voice=1.2, pause=0.7, times=2, rate=rate)

    def answers(chunks: list[int]) -> list[Message]:
        said = messages(drive(started(rate), audio, chunks))
        return [m for m in said if not isinstance(m, Ack)]

    assert answers(chunks) == answers([])


def test_what_follows_an_awaited_verdict_waits_for_it():
    session = started()
    actions = session.receive_audio(talk(silence=1, voice=1, pause=1, times=3).tobytes())
    waiting = jobs(actions)
    assert len(waiting) == 3
    assert kinds(actions) == [UtteranceStarted]
    assert kinds(session.receive_verdict(waiting[1].job, VERDICT)) == []
    late = session.receive_verdict(waiting[0].job, None)
    assert kinds(late) == [
        Emotion,
        UtteranceEnded,
        UtteranceStarted,
        Emotion,
        UtteranceEnded,
        UtteranceStarted,
    ]
    first = messages(late)[0]
    assert isinstance(first, Emotion)
    assert (first.label, first.reason) == (None, Reason.OVERLOADED)
    assert first.scores == {"angry": 0.5, "happy": 0.5}
    assert session.receive_verdict(waiting[0].job, VERDICT) == []  # answered already
    ended = session.receive_end()
    assert kinds(ended) == []  # one verdict is still awaited
    last = session.receive_verdict(waiting[2].job, VERDICT)
    assert kinds(last) == [Emotion, UtteranceEnded, SessionClosed]
    assert session.is_closed


def test_interims_come_while_someone_speaks_and_only_while_they_are_news():
    session = started(interim_ms=1000)
    speaking = session.receive_audio(talk(silence=1, voice=3.5, pause=0, times=1).tobytes())
    looks = jobs(speaking)
    assert [job.segment.final for job in looks] == [False, False, False]
    (interim,) = messages(session.receive_verdict(looks[1].job, VERDICT))
    assert isinstance(interim, Emotion)
    assert not interim.final
    assert session.receive_verdict(looks[0].job, None) == []  # dropped: nobody is told
    final = jobs(session.receive_audio(SILENCE))
    assert [job.segment.final for job in final] == [True]
    assert session.receive_verdict(looks[2].job, VERDICT) == []  # the final is under way
    assert kinds(session.receive_verdict(final[0].job, VERDICT)) == [Emotion, UtteranceEnded]


def test_an_interim_does_not_overtake_the_utterance_before_it():
    session = started(interim_ms=1000)
    first = session.receive_audio(talk(silence=1, voice=1, pause=1, times=1).tobytes())
    (final,) = [job for job in jobs(first) if job.segment.final]
    second = session.receive_audio(talk(silence=0, voice=2.5, pause=0, times=1).tobytes())
    looks = jobs(second)
    assert len(looks) >= 2
    assert not looks[0].segment.final
    assert session.receive_verdict(looks[0].job, VERDICT) == []  # nobody heard of it starting yet
    assert kinds(session.receive_verdict(final.job, VERDICT))[-1] is UtteranceStarted
    assert kinds(session.receive_verdict(looks[1].job, VERDICT)) == [Emotion]


def test_an_interim_that_comes_after_its_final_is_no_news():
    session = started(interim_ms=1000)
    looks = jobs(session.receive_audio(talk(silence=1, voice=2, pause=1, times=1).tobytes()))
    final = looks[-1]
    assert final.segment.final
    assert kinds(session.receive_verdict(final.job, VERDICT)) == [Emotion, UtteranceEnded]
    assert session.receive_verdict(looks[0].job, VERDICT) == []


def test_a_discarded_utterance_closes_and_does_not_count():
    session = started()
    text = '{"type":"session.update","vad":{"onset_ms":60,"min_speech_ms":2000}}'
    (updated,) = messages(session.receive_text(text))
    assert isinstance(updated, SessionUpdated)
    assert updated.config.vad.min_speech_ms == 2000
    actions = session.receive_audio(talk(silence=1, voice=0.5, pause=1, times=1).tobytes())
    assert kinds(actions) == [UtteranceStarted, UtteranceEnded]
    ended = messages(actions)[-1]
    ended = next(m for m in messages(actions) if isinstance(m, UtteranceEnded))
    assert ended.discarded == "too_short"
    closed = messages(session.receive_end())[-1]
    assert isinstance(closed, SessionClosed)
    assert closed.utterances == 0


def test_update_switches_interims():
    session = started()
    (updated,) = messages(session.receive_text('{"type":"session.update","interim_ms":500}'))
    assert isinstance(updated, SessionUpdated)
    assert updated.config.interim_ms == 500
    actions = session.receive_audio(talk(silence=0.5, voice=2, pause=0, times=1).tobytes())
    assert len(jobs(actions)) >= 2


def test_flush_ends_the_utterance_now():
    session = started()
    session.receive_audio(talk(silence=0.5, voice=1, pause=0, times=1).tobytes())
    actions = session.receive_text('{"type":"session.flush"}')
    assert len(jobs(actions)) == 1
    assert kinds(session.receive_verdict(jobs(actions)[0].job, VERDICT))[-1] is UtteranceEnded


def test_stop_answers_what_is_pending_first():
    session = started(rate=48000)
    session.receive_audio(talk(silence=0.5, voice=1, pause=0, times=1, rate=48000).tobytes())
    actions = session.receive_text('{"type":"session.stop"}')
    (job,) = jobs(actions)
    assert session.is_ending
    assert not session.is_closed
    assert session.receive_audio(SILENCE) == []  # nothing is taken after stop
    assert session.receive_text('{"type":"session.stop"}') == []
    assert session.receive_end() == []
    last = session.receive_verdict(job.job, VERDICT)
    assert kinds(last) == [Emotion, UtteranceEnded, SessionClosed]
    assert last[-1] == Close(CloseCode.DONE, "stopped")


def test_acknowledgements_follow_what_is_settled():
    session = started()
    acks = [m for m in messages(session.receive_audio(SILENCE * 3)) if isinstance(m, Ack)]
    assert acks
    assert acks[-1].audio_ms == 3000 - 300  # pre-roll and onset may still be needed
    waiting = session.receive_audio(talk(silence=0, voice=2, pause=1, times=1).tobytes())
    assert not [m for m in messages(waiting) if isinstance(m, Ack)]
    answered = session.receive_verdict(jobs(waiting)[0].job, VERDICT)
    assert messages(answered)[-1] == Ack(audio_ms=6000 - 300, keep_ms=0)


def test_resume_goes_on_where_the_first_connection_stopped():
    audio = talk(silence=1, voice=1.5, pause=1, times=2)
    whole = [m for m in messages(drive(started(), audio, [])) if isinstance(m, Emotion)]
    session = Session("fresh", MODEL)
    (created,) = messages(
        session.receive_text(
            '{"type":"session.start","sample_rate":16000,"interim_ms":0,'
            '"resume":{"session_id":"s1","from_ms":3000}}'
        )
    )
    assert isinstance(created, SessionCreated)
    assert created.resumed
    assert created.session_id == "s1"
    rest = drive(session, audio[3 * RATE :], [])
    again = [m for m in messages(rest) if isinstance(m, Emotion)]
    assert [e.utterance_id for e in again] == [whole[1].utterance_id]
    closed = messages(rest)[-1]
    assert isinstance(closed, SessionClosed)
    assert closed.audio_ms == 3000  # of this connection


def test_the_end_of_a_session_that_never_started():
    assert Session("s1", MODEL).receive_end("gone") == [Close(CloseCode.DONE, "gone")]


def test_another_model_is_announced():
    other = ModelInfo(name="m", version="v2", labels=LABELS)
    fresh = Session("s1", MODEL)
    assert fresh.receive_model(other) == []
    session = started()
    assert messages(session.receive_model(other)) == [ModelChanged(model=other)]
    session.receive_end()
    assert session.receive_model(MODEL) == []
    assert session.receive_warning(WarningCode.DRAINING, "x") == []


def test_a_session_has_a_length_and_says_so_a_minute_before():
    session = started(limits=Limits(session_ms=90_000))
    said: list[Action] = []
    for _ in range(95):
        said += session.receive_audio(np.full(RATE, 500, "<i2").tobytes())
    told = [m for m in messages(said) if isinstance(m, Notice)]
    assert [m.code for m in told] == [WarningCode.ENDING]
    assert "60 s" in told[0].message
    assert [type(m) for m in messages(said)][-2:] == [Error, SessionClosed]
    assert isinstance(said[-1], Close)
    assert said[-1].code is CloseCode.TOO_LONG
    assert session.audio_ms == 90_000


def test_a_microphone_that_gives_nothing_is_told():
    session = started()
    said = [m for _ in range(30) for m in messages(session.receive_audio(SILENCE))]
    assert [m.code for m in said if isinstance(m, Notice)] == [WarningCode.QUIET]
