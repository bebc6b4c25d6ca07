"""What a decoding process says, read as what a stranger says: it may have been taken over.

Errors:
    * :exc:`UnheardError`: nobody says how it ended.
    * :exc:`ForgedError`: it is not what a decoder says.
"""

from __future__ import annotations

import socket
import struct
import time
from typing import Final, NamedTuple

import numpy as np

from server.decoder_wire import HEAD, MOST_BYTES, RATE, USAGE, Kind, Usage
from server.rates import SAMPLE_RATES
from server.recording import Recording, RecordingCode, RecordingError

MOST_TEXT: Final = 1000
"""Characters of a refusal."""


class UnheardError(Exception):
    """Nobody says how the process ended: its supervisor ended too, or was never there."""


class ForgedError(Exception):
    """It is not what a decoder says."""


class Reply(NamedTuple):
    """The end of a decoding process.

    Attributes:
        outcome: what it gave; None where it ended before that.
        usage: what it took.
    """

    outcome: Recording | RecordingError | None
    usage: Usage


def read_reply(conversation: socket.socket, *, max_ms: int, within_s: float) -> Reply:
    """Hear a decoding process to its end.

    Args:
        conversation: with it; its timeout is changed.
        max_ms: the longest recording that was asked for.
        within_s: the time for all of it.

    Raises:
        UnheardError: nobody says how it ended, in time or at all.
        ForgedError: it is not what a decoder says.
    """
    reader = _Reader(conversation, time.monotonic() + within_s)
    sample_rate = 0
    pcm = bytearray()
    outcome: Recording | RecordingError | None = None
    while True:
        kind, payload = reader.read_frame()
        if kind is Kind.USAGE:
            return Reply(outcome, Usage(*_unpack(USAGE, payload)))
        if outcome is not None:
            raise ForgedError("there is more after the end")
        if kind is Kind.RATE:
            sample_rate = _read_rate(payload, sample_rate)
        elif kind is Kind.PCM:
            pcm += payload
            if len(pcm) > sample_rate * max_ms // 1000 * 2:
                raise ForgedError("there is more audio than may be")
        elif kind is Kind.ERROR:
            outcome = _read_refusal(payload)
        else:
            outcome = _read_recording(pcm, sample_rate)


class _Reader:
    """Frames of a conversation."""

    def __init__(self, conversation: socket.socket, until: float) -> None:
        self._conversation = conversation
        self._until = until

    def read_frame(self) -> tuple[Kind, bytes]:
        name, size = HEAD.unpack(self._read(HEAD.size))
        if size > MOST_BYTES:
            raise ForgedError(f"a frame has {size} bytes")
        try:
            kind = Kind(name)
        except ValueError:
            raise ForgedError(f"a frame is called {name!r}") from None
        return kind, self._read(size)

    def _read(self, size: int) -> bytes:
        content = bytearray()
        while len(content) < size:
            left = self._until - time.monotonic()
            try:
                self._conversation.settimeout(max(left, 0.001))
                more = self._conversation.recv(size - len(content))
            except OSError as error:  # in time, too
                raise UnheardError(str(error)) from error
            if not more or left <= 0:
                raise UnheardError("it ended")
            content += more
        return bytes(content)


def _unpack(form: struct.Struct, payload: bytes) -> tuple[int, ...]:
    try:
        return form.unpack(payload)
    except struct.error as error:
        raise ForgedError(str(error)) from None


def _read_rate(payload: bytes, before: int) -> int:
    (sample_rate,) = _unpack(RATE, payload)
    if before or sample_rate not in SAMPLE_RATES:
        raise ForgedError(f"a rate of {sample_rate}")
    return sample_rate


def _read_refusal(payload: bytes) -> RecordingError:
    try:
        code, _, message = payload.decode().partition("\0")
        return RecordingError(RecordingCode(code), message[:MOST_TEXT])
    except ValueError as error:
        raise ForgedError(str(error)) from None


def _read_recording(pcm: bytearray, sample_rate: int) -> Recording:
    if not pcm or len(pcm) % 2:
        raise ForgedError(f"a recording of {len(pcm)} bytes")
    return Recording(np.frombuffer(pcm, "<i2"), sample_rate)
