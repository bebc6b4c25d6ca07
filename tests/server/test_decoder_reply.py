import socket
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.decoder_reply import ForgedError, Reply, UnheardError, read_reply
from server.decoder_wire import HEAD, RATE, USAGE, Kind, frame
from server.recording import Recording, RecordingError

START = frame(Kind.RATE, RATE.pack(8000))
PCM = frame(Kind.PCM, struct.pack("<3h", 1, 2, -3))
END = frame(Kind.END)
USED = frame(Kind.USAGE, USAGE.pack(-9, 1 << 20, 0.25))


def reply_to(content: bytes, *, within_s: float = 5.0) -> Reply:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(content)
        theirs.close()
        return read_reply(ours, max_ms=1000, within_s=within_s)


def test_a_recording() -> None:
    outcome, usage = reply_to(START + PCM + PCM + END + USED)
    assert isinstance(outcome, Recording)
    assert outcome.samples.tolist() == [1, 2, -3, 1, 2, -3]
    assert outcome.sample_rate == 8000
    assert usage == (-9, 1 << 20, 0.25)


def test_a_refusal_after_some_audio() -> None:
    outcome, _ = reply_to(START + PCM + frame(Kind.ERROR, b"broken\0it is cut") + USED)
    assert isinstance(outcome, RecordingError)
    assert (outcome.code, str(outcome)) == ("broken", "it is cut")


def test_a_process_that_ended_before_it_said_anything() -> None:
    assert reply_to(USED).outcome is None
    assert reply_to(START + PCM + USED).outcome is None


@pytest.mark.parametrize("said", [b"", START, START + PCM + END, HEAD.pack(b"P", 9) + b"12"])
def test_a_process_whose_end_nobody_told(said: bytes) -> None:
    with pytest.raises(UnheardError):
        reply_to(said)


def test_a_process_that_says_nothing_for_too_long() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(UnheardError):
        read_reply(ours, max_ms=1000, within_s=0.05)


@pytest.mark.parametrize(
    "said",
    [
        frame(Kind.RATE, RATE.pack(44101)),
        START + START,
        PCM,
        frame(Kind.PCM, bytes(2)) + END,
        START + END,
        START + frame(Kind.PCM, b"odd") + END,
        START + PCM + END + PCM,
        START + PCM + END + END,
        START + frame(Kind.PCM, bytes(16000)) + frame(Kind.PCM, bytes(2)),
        HEAD.pack(b"P", 1 << 31),
        HEAD.pack(b"?", 0),
        frame(Kind.ERROR, b"no_such_code\0text"),
        frame(Kind.ERROR, b"broken\0\xff\xfe"),
        frame(Kind.RATE, b"\0"),
        frame(Kind.USAGE, b""),
    ],
)
def test_what_no_decoder_says(said: bytes) -> None:
    with pytest.raises(ForgedError):
        reply_to(said + USED)


def test_a_refusal_is_not_longer_than_people_read() -> None:
    outcome, _ = reply_to(frame(Kind.ERROR, b"broken\0" + b"a" * 100_000) + USED)
    assert len(str(outcome)) == 1000


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=12),
            st.sampled_from([START, PCM, END, USED]),
            st.builds(frame, st.sampled_from(Kind), st.binary(max_size=24)),
        ),
        max_size=6,
    ).map(b"".join)
)
def test_whatever_it_says_it_is_a_reply_or_an_error(said: bytes) -> None:
    try:
        outcome, _ = reply_to(said)
    except (ForgedError, UnheardError):
        return
    assert outcome is None or isinstance(outcome, Recording | RecordingError)
