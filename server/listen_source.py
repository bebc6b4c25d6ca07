"""Where `vivavoz listen` takes its sound from."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from client_python import chunks, paced
from server.command import MAX_FILE_MS, CommandError, file_mistake
from server.recording import RecordingError, read_recording

LIVE_CHUNK_MS: Final = 40
"""At the pace of the sound: a label waits for the end of the chunk in which its pause became long
enough."""

FAST_CHUNK_MS: Final = 100
"""As fast as the server takes it: the burst that it allows stays within its messages a second."""

SAMPLE_BYTES: Final = 2
CONTAINERS: Final = (b"RIFF", b"fLaC", b"OggS", b"ID3")
"""What a file begins with that is not raw PCM."""


@dataclass(frozen=True, slots=True)
class Source:
    """Some sound.

    Attributes:
        sample_rate: Hz.
        pieces: 16-bit little-endian mono PCM, to be iterated once; raises `CommandError`.
        is_endless: whether a person ends it.
    """

    sample_rate: int
    pieces: AsyncIterable[bytes]
    is_endless: bool = False


def file_source(path: Path, *, realtime: bool) -> Source:
    """A recording.

    Raises:
        CommandError: it cannot be read.
    """
    try:
        recording = read_recording(path, max_ms=MAX_FILE_MS)
    except (RecordingError, OSError) as error:
        raise CommandError(file_mistake(path, error)) from None
    rate = recording.sample_rate
    pieces = _each(recording.samples.astype("<i2").tobytes(), rate, _chunk_ms(realtime))
    return Source(rate, paced(pieces, rate) if realtime else pieces)


def stdin_source(sample_rate: int, *, realtime: bool) -> Source:
    """Raw PCM on stdin.

    Raises:
        CommandError: stdin is a keyboard.
    """
    if sys.stdin.isatty():
        raise CommandError(
            "stdin is this terminal; pipe sound into it: arecord -t raw -f S16_LE -r "
            f"{sample_rate} | vivavoz listen - --rate {sample_rate}"
        )
    size = sample_rate * _chunk_ms(realtime) // 1000 * SAMPLE_BYTES
    pieces = whole_samples(_read(sys.stdin.fileno(), size))
    return Source(sample_rate, paced(pieces, sample_rate) if realtime else pieces)


def microphone(sample_rate: int) -> Source:
    """The microphone of this machine.

    Raises:
        CommandError: what it needs is not installed.
    """
    try:
        import sounddevice
    except ImportError:
        raise CommandError(
            "a microphone needs sounddevice, which is not installed: pip install 'vivavoz[mic]'"
        ) from None
    except OSError:
        raise CommandError(
            "a microphone needs PortAudio, which is not installed: apt install libportaudio2"
        ) from None
    return Source(sample_rate, _record(sounddevice, sample_rate), is_endless=True)


async def whole_samples(pieces: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """The same bytes, never half a sample in a piece; half a one at the end is left out.

    Raises:
        CommandError: it is a sound file, and not raw PCM.
    """
    rest, is_first = b"", True
    async for piece in pieces:
        rest += piece
        if is_first and len(rest) >= max(map(len, CONTAINERS)):
            is_first = False
            if rest.startswith(CONTAINERS):
                raise CommandError(
                    "stdin is a sound file, not raw PCM; give its name instead: vivavoz listen FILE"
                )
        size = len(rest) - len(rest) % SAMPLE_BYTES
        if not is_first and size:
            yield rest[:size]
            rest = rest[size:]
    if size := len(rest) - len(rest) % SAMPLE_BYTES:
        yield rest[:size]


def _chunk_ms(realtime: bool) -> int:
    return LIVE_CHUNK_MS if realtime else FAST_CHUNK_MS


async def _each(pcm: bytes, sample_rate: int, chunk_ms: int) -> AsyncIterator[bytes]:
    for piece in chunks(pcm, sample_rate, chunk_ms):
        yield piece


async def _read(descriptor: int, size: int) -> AsyncIterator[bytes]:
    """What a file descriptor gives, as it comes.

    By a thread of its own that does not outlive us: a read from a pipe cannot be called off, and
    the thread pool of asyncio would wait for it.
    """
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[bytes] = asyncio.Queue()
    wanted = threading.Semaphore(1)  # no more is read than is asked for

    def read() -> None:
        piece = b"-"
        while piece and wanted.acquire():
            piece = os.read(descriptor, size)
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(queue.put_nowait, piece)

    threading.Thread(target=read, daemon=True, name="stdin").start()
    while piece := await queue.get():
        yield piece
        wanted.release()


async def _record(sounddevice: Any, sample_rate: int) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[bytes] = asyncio.Queue()

    def heard(pcm: Any, *_: object) -> None:
        loop.call_soon_threadsafe(queue.put_nowait, bytes(pcm))

    try:
        with sounddevice.RawInputStream(
            samplerate=sample_rate,
            blocksize=sample_rate * LIVE_CHUNK_MS // 1000,
            channels=1,
            dtype="int16",
            callback=heard,
        ):
            while True:
                yield await queue.get()
    except sounddevice.PortAudioError as error:
        raise CommandError(
            f"the microphone cannot be opened ({error}); is one connected, and allowed to be used?"
        ) from None
