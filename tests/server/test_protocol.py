import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.protocol import (
    SAMPLE_RATES,
    TEXT_BYTES,
    CloseCode,
    ErrorCode,
    ProtocolError,
    SessionStart,
    read_client_message,
    read_server_message,
)


def refused(text: str) -> ProtocolError:
    with pytest.raises(ProtocolError) as caught:
        read_client_message(text)
    return caught.value


def start(**fields: object) -> str:
    return json.dumps({"type": "session.start", "sample_rate": 16000, **fields})


def test_unknown_fields_are_ignored():
    message = read_client_message(start(colour="red", vad={"onset_ms": 60, "new": 1}))
    assert isinstance(message, SessionStart)
    assert message.vad is not None
    assert message.vad.onset_ms == 60


def test_an_unknown_type_of_the_server_is_none_and_of_the_client_an_error():
    assert read_server_message('{"type":"weather"}') is None
    error = refused('{"type":"weather"}')
    assert error.code is ErrorCode.UNKNOWN_TYPE
    assert error.close is None


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("{", ErrorCode.BAD_JSON, "not JSON"),
        ("[" * 3000, ErrorCode.BAD_JSON, "not JSON"),
        ("[]", ErrorCode.BAD_MESSAGE, "one JSON object"),
        ('{"type": 3}', ErrorCode.BAD_MESSAGE, "'type'"),
        ('{"type": "session.start"}', ErrorCode.BAD_MESSAGE, "sample_rate"),
        (start(vad={"hangover_ms": "long"}), ErrorCode.BAD_MESSAGE, "vad.hangover_ms"),
        (start(vad={"hangover_ms": 50}), ErrorCode.OUT_OF_RANGE, "100"),
        (start(interim_ms=10001), ErrorCode.OUT_OF_RANGE, "10000"),
        (start(token="x" * 1025), ErrorCode.OUT_OF_RANGE, "token"),
        (start(resume={"session_id": "", "from_ms": 0}), ErrorCode.OUT_OF_RANGE, "session_id"),
        (start(resume={"session_id": "a", "from_ms": -1}), ErrorCode.OUT_OF_RANGE, "from_ms"),
        (start(x="é" * TEXT_BYTES), ErrorCode.TOO_BIG, str(TEXT_BYTES)),
    ],
)
def test_what_is_wrong_is_said(text, code, words):
    error = refused(text)
    assert error.code is code
    assert words in str(error)
    assert error.close is None  # a bad message never ends a session


def test_a_text_of_just_the_limit_is_taken():
    text = start(x="")
    assert read_client_message(text[:-2] + "y" * (TEXT_BYTES - len(text)) + text[-2:])


@pytest.mark.parametrize("rate", SAMPLE_RATES)
def test_sample_rates_are_a_list(rate):
    assert read_client_message(start(sample_rate=rate))
    assert refused(start(sample_rate=rate + 1)).code is ErrorCode.OUT_OF_RANGE


def test_a_server_message_that_is_none():
    with pytest.raises(ProtocolError):
        read_server_message('{"type":"ack"}')
    with pytest.raises(ProtocolError):
        read_server_message("hello")


@given(st.text(max_size=300) | st.from_regex(r'\{"type":"session\.(start|update)".{0,80}\}'))
def test_any_text_is_a_message_or_a_protocol_error(text):
    with contextlib.suppress(ProtocolError):
        assert read_client_message(text).type.startswith("session.")


def test_close_codes_stand_as_documented():
    assert (CloseCode.BAD_MESSAGE, CloseCode.IDLE, CloseCode.TOO_FAST) == (4400, 4408, 4429)
