"""What a session does not take, and that nothing else is lost by it."""

import pytest

from server.actions import Close
from server.protocol import CloseCode, ErrorCode, SessionCreated
from server.session import Session
from tests.server.driving import MODEL, SILENCE, error_of, jobs, kinds, started
from tests.voice import talk


def test_a_wrong_token_ends_it():
    session = Session("s1", MODEL, token_ok=lambda token: token == "right")
    text = '{"type":"session.start","sample_rate":16000,"token":"wrong"}'
    actions = session.receive_text(text)
    error = error_of(actions)
    assert error.code is ErrorCode.TOKEN
    assert error.fatal
    assert isinstance(actions[-1], Close)
    assert actions[-1].code is CloseCode.TOKEN
    assert session.is_closed
    assert session.receive_text(text) == session.receive_audio(b"") == session.receive_end() == []
    good = Session("s1", MODEL, token_ok=lambda token: token == "right")
    assert kinds(good.receive_text(text.replace("wrong", "right"))) == [SessionCreated]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"type":"session.start","sample_rate":16000}', ErrorCode.ALREADY_STARTED),
        ('{"type":"nothing"}', ErrorCode.UNKNOWN_TYPE),
        ("nonsense", ErrorCode.BAD_JSON),
        ('{"type":"session.update","vad":{"onset_ms":1}}', ErrorCode.OUT_OF_RANGE),
    ],
)
def test_bad_text_costs_nothing(text, code):
    session = started()
    audio = talk(silence=1, voice=1, pause=1, times=1)
    half = len(audio) // 2
    first = session.receive_audio(audio[:half].tobytes())
    error = error_of(session.receive_text(text))
    assert error.code is code
    assert not error.fatal
    second = session.receive_audio(audio[half:].tobytes())
    assert len(jobs(first + second)) == 1


def test_before_the_start_nothing_else_is_taken_and_nothing_is_lost():
    session = Session("s1", MODEL)
    assert error_of(session.receive_audio(SILENCE)).code is ErrorCode.NOT_STARTED
    assert error_of(session.receive_text('{"type":"session.stop"}')).code is ErrorCode.NOT_STARTED
    assert session.audio_ms == 0
    assert kinds(session.receive_text('{"type":"session.start","sample_rate":16000}')) == [
        SessionCreated
    ]


def test_half_a_sample_is_refused_and_the_session_goes_on():
    session = started()
    error = error_of(session.receive_audio(b"abc"))
    assert error.code is ErrorCode.BAD_AUDIO
    assert "3 bytes" in error.message
    assert (
        len(jobs(session.receive_audio(talk(silence=1, voice=1, pause=1, times=1).tobytes()))) == 1
    )
