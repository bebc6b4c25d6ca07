import json

import pytest
from pydantic import ValidationError

from server.protocol import (
    PROTOCOL,
    TEXT_BYTES,
    Ack,
    Config,
    Emotion,
    Error,
    ErrorCode,
    Limits,
    ModelInfo,
    Reason,
    SessionCreated,
    UtteranceEnded,
    read_server_message,
)
from vad import VadSettings

EMOTION = Emotion(
    utterance_id=0, segment=0, final=True, start_ms=0, end_ms=20, label=None,
    reason=Reason.UNCERTAIN, confidence=0.4, scores={"angry": 0.6, "sad": 0.4}, model="1",
    latency_ms=3,
)  # fmt: skip
CREATED = SessionCreated(
    session_id="s",
    model=ModelInfo(name="m", version="1", labels=("angry", "sad")),
    config=Config(sample_rate=16000, vad=VadSettings(), interim_ms=0),
    limits=Limits(),
)


@pytest.mark.parametrize(
    "message",
    [
        Ack(audio_ms=1),
        Error(code=ErrorCode.OVERLOADED, message="later", fatal=True, retry_after_ms=2000),
        UtteranceEnded(utterance_id=20, end_ms=40, discarded="too_short"),
        CREATED,
        EMOTION,
    ],
)
def test_server_messages_survive_the_wire(message):
    assert read_server_message(message.to_json()) == message


def test_null_is_said_where_it_means_something():
    ended = json.loads(UtteranceEnded(utterance_id=20, end_ms=40).to_json())
    assert ended["discarded"] is None
    assert json.loads(EMOTION.to_json())["label"] is None
    error = json.loads(Error(code=ErrorCode.IDLE, message="m", fatal=True).to_json())
    assert "retry_after_ms" not in error


def test_the_greeting_tells_the_version_and_the_limits():
    created = json.loads(CREATED.to_json())
    assert created["protocol"] == PROTOCOL
    assert created["limits"]["text_bytes"] == TEXT_BYTES
    assert created["resumed"] is False


@pytest.mark.parametrize("change", [{"confidence": 1.01}, {"latency_ms": -1}, {"start_ms": -1}])
def test_an_emotion_out_of_range_is_none(change):
    with pytest.raises(ValidationError):
        Emotion.model_validate(EMOTION.model_dump() | change)
