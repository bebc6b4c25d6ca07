import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.command import CommandError
from server.listen_source import file_source, microphone, stdin_source, whole_samples
from tests.server.command_line import write_recording
from tests.voice import talk


async def each(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def whole(*pieces: bytes) -> list[bytes]:
    return [piece async for piece in whole_samples(each(*pieces))]


async def test_no_piece_holds_half_a_sample() -> None:
    pieces = await whole(b"abcde", b"f", b"g", b"hij", b"k")
    assert all(len(piece) % 2 == 0 for piece in pieces)
    assert b"".join(pieces) == b"abcdefghij"
    assert await whole(b"a", b"bc") == [b"ab"]
    assert await whole() == []


@pytest.mark.parametrize("start", [b"RIFF", b"fLaC", b"OggS", b"ID3\x04"])
async def test_a_sound_file_is_not_played_as_noise(start: bytes) -> None:
    with pytest.raises(CommandError, match="vivavoz listen FILE"):
        await whole(start[:1], start[1:], bytes(100))


async def test_stdin_gives_what_it_is_given_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading) as stdin, os.fdopen(writing, "wb", buffering=0) as pipe:
        monkeypatch.setattr(sys, "stdin", stdin)
        source = stdin_source(8000, realtime=False)
        pieces = aiter(source.pieces)
        pipe.write(bytes(10))
        assert await anext(pieces) == bytes(10)
        pipe.write(b"\1" * 7)
        assert await anext(pieces) == b"\1" * 6
        pipe.close()
        assert [piece async for piece in pieces] == []
    assert (source.sample_rate, source.is_endless) == (8000, False)


async def test_a_regular_file_on_stdin_is_read_in_tenths_of_a_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "raw"
    path.write_bytes(bytes(8000))
    with path.open() as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        sizes = [len(piece) async for piece in stdin_source(16000, realtime=False).pieces]
    assert sizes == [3200, 3200, 1600]


@pytest.mark.parametrize("rate", [8000, 44100])
async def test_a_file_is_sent_at_its_own_rate(tmp_path: Path, rate: int) -> None:
    source = file_source(write_recording(tmp_path / "a.wav", times=1, rate=rate), realtime=False)
    sound = talk(silence=0.4, voice=1.2, pause=0.7, times=1, rate=rate)
    assert source.sample_rate == rate
    assert b"".join([piece async for piece in source.pieces]) == sound.tobytes()


async def test_a_file_takes_as_long_as_it_sounds(tmp_path: Path) -> None:
    source = file_source(write_recording(tmp_path / "a.wav", times=0), realtime=True)
    loop = asyncio.get_running_loop()
    start = loop.time()
    assert [piece async for piece in source.pieces]
    assert loop.time() - start >= 0.39


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    text = tmp_path / "text.wav"
    text.write_text("hello")
    with pytest.raises(CommandError, match=r"text\.wav: this is no WAV"):
        file_source(text, realtime=False)
    with pytest.raises(CommandError, match=r"none\.wav: no such file"):
        file_source(tmp_path / "none.wav", realtime=False)


def test_a_microphone_without_its_package_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(CommandError, match=r"pip install 'vivavoz\[mic\]'"):
        microphone(16000)


@pytest.mark.parametrize(("realtime", "milliseconds"), [(True, 40), (False, 100)])
async def test_what_is_live_comes_in_short_pieces(
    tmp_path: Path, realtime: bool, milliseconds: int
) -> None:
    path = write_recording(tmp_path / "a.wav", times=0)
    source = file_source(path, realtime=realtime)
    assert len(await anext(aiter(source.pieces))) == milliseconds * 32
