import numpy as np
import pytest

from server.protocol import ErrorCode, ProtocolError, Resume, SessionStart, SessionUpdate
from server.session_audio import SessionAudio
from tests.voice import talk
from vad import Segment, SpeechEnded, SpeechEvent, SpeechStarted, VadSettings


def audio_of(
    rate: int = 16000, vad: VadSettings | None = None, resume: Resume | None = None
) -> SessionAudio:
    start = SessionStart(sample_rate=rate, interim_ms=0, vad=vad, resume=resume)
    return SessionAudio(start, VadSettings(hangover_ms=600))


def heard(audio: SessionAudio, pcm: np.ndarray) -> list[SpeechEvent]:
    return audio.push(audio.resample(pcm.tobytes()))


def test_what_a_client_leaves_out_is_as_the_server_has_it():
    config = audio_of(48000, VadSettings(onset_ms=60)).config
    assert (config.sample_rate, config.interim_ms) == (48000, 0)
    assert (config.vad.onset_ms, config.vad.hangover_ms) == (60, 600)


def test_an_update_changes_what_it_names():
    audio = audio_of()
    audio.update(SessionUpdate(interim_ms=500))
    assert (audio.config.interim_ms, audio.config.vad.hangover_ms) == (500, 600)
    audio.update(SessionUpdate(vad=VadSettings(hangover_ms=300)))
    assert (audio.config.interim_ms, audio.config.vad.hangover_ms) == (500, 300)


@pytest.mark.parametrize("rate", [8000, 16000, 44100])
def test_speech_at_any_rate_is_cut_at_the_models(rate):
    audio = audio_of(rate)
    events = heard(audio, talk(silence=1, voice=1, pause=1, times=1, rate=rate))
    started, segment, ended = events + audio.end()
    assert isinstance(started, SpeechStarted)
    assert isinstance(segment, Segment)
    assert isinstance(ended, SpeechEnded)
    assert started.start_ms == pytest.approx(900, abs=120)
    assert ended.end_ms == pytest.approx(2000, abs=120)
    assert len(segment.pcm) == (segment.end_ms - segment.start_ms) * 32
    assert (audio.position_ms, audio.received_ms) == (3000, 3000)


def test_a_flush_ends_what_is_growing():
    audio = audio_of()
    audio.update(SessionUpdate(interim_ms=300))
    looks = heard(audio, talk(silence=0.5, voice=1, pause=0, times=1))
    interim = next(event for event in looks if isinstance(event, Segment))
    assert audio.is_growing(interim)
    assert audio.settled_ms == interim.start_ms
    assert [type(event) for event in audio.flush()] == [Segment, SpeechEnded]
    assert not audio.is_growing(interim)


@pytest.mark.parametrize("from_ms", [3000, 3010])
def test_a_resumed_clock_goes_on_and_counts_this_connection_from_zero(from_ms):
    audio = audio_of(resume=Resume(session_id="s", from_ms=from_ms))
    assert (audio.position_ms, audio.received_ms) == (3000, 0)
    heard(audio, np.zeros(16000, "<i2"))
    assert (audio.position_ms, audio.received_ms) == (4000, 1000)


def test_half_a_sample_is_refused_and_nothing_of_it_taken():
    audio = audio_of()
    with pytest.raises(ProtocolError, match="321 bytes") as caught:
        audio.resample(bytes(321))
    assert caught.value.code is ErrorCode.BAD_AUDIO
    assert caught.value.close is None
    assert audio.end() == []
    assert audio.received_ms == 0


@pytest.mark.parametrize("rate", [8000, 22050, 44100, 48000])
def test_the_last_milliseconds_inside_the_resampler_count(rate):
    audio = audio_of(rate)
    heard(audio, np.zeros(rate, "<i2"))
    heard(audio, np.zeros(rate, "<i2"))
    audio.end()
    assert audio.received_ms == 2000
