import json

import pytest

from server.protocol import (
    CLIENT_MESSAGES,
    ProtocolError,
    Resume,
    SessionFlush,
    SessionStart,
    SessionStop,
    SessionUpdate,
    read_client_message,
)
from vad import VadSettings


@pytest.mark.parametrize(
    "message",
    [
        SessionStart(sample_rate=48000),
        SessionStart(
            sample_rate=8000,
            vad=VadSettings(hangover_ms=900),
            interim_ms=0,
            token="t",
            resume=Resume(session_id="abc", from_ms=12000),
        ),
        SessionUpdate(interim_ms=500),
        SessionUpdate(vad=VadSettings(aggressiveness=3)),
        SessionFlush(),
        SessionStop(),
    ],
)
def test_client_messages_survive_the_wire(message):
    assert read_client_message(message.to_json()) == message


def test_what_a_client_does_not_say_is_left_out():
    start = json.loads(SessionStart(sample_rate=16000, vad=VadSettings(onset_ms=60)).to_json())
    assert start["vad"] == {"onset_ms": 60}
    assert "token" not in start
    assert "resume" not in start


def test_the_union_knows_every_message_by_its_type():
    kinds = {"session.start", "session.update", "session.flush", "session.stop"}
    assert set(CLIENT_MESSAGES.json_schema()["discriminator"]["mapping"]) == kinds


@pytest.mark.parametrize(
    "fields", [{"answered_ms": 72_000}, {"answered_ms": 0}, {"utterance_id": 12_000, "segment": 3}]
)
def test_a_resume_says_as_much_as_it_knows(fields):
    start = SessionStart(
        sample_rate=16000, resume=Resume(session_id="abc", from_ms=12000, **fields)
    )
    assert read_client_message(start.to_json()) == start
    assert json.loads(start.to_json())["resume"] == {"session_id": "abc", "from_ms": 12000} | fields


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"answered_ms": 72_001}, "60000"),
        ({"utterance_id": 12_001}, "utterance_id"),
        ({"answered_ms": 13_000, "utterance_id": 13_001}, "utterance_id"),
        ({"segment": -1}, "segment"),
    ],
)
def test_a_resume_that_cannot_be_is_refused(fields, says):
    text = json.dumps(
        {
            "type": "session.start",
            "sample_rate": 16000,
            "resume": {"session_id": "a", "from_ms": 12000} | fields,
        }
    )
    with pytest.raises(ProtocolError, match=says):
        read_client_message(text)
