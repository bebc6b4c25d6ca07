import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from server.decoder import Decoder
from server.decoder_process import Bounds
from server.decoder_wire import Usage
from server.fork_server import DecoderError
from server.recording import RecordingError, read_recording
from tests.server.decoders import NASTY, nasty
from tests.server.test_recording import VOICE, encode
from tests.voice import speak

WAV = encode(VOICE)
ROOT = Path(__file__).parents[2]

needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    one = Decoder()
    yield one
    one.close()


def code_of(decoder: Decoder, content: bytes, max_ms: int = 60_000) -> str:
    with pytest.raises(RecordingError) as caught:
        decoder.decode(content, max_ms=max_ms)
    return str(caught.value.code)


@pytest.mark.parametrize(
    ("kind", "subtype", "rate"),
    [("WAV", "PCM_16", 16000), ("FLAC", "PCM_24", 44100), ("OGG", "VORBIS", 48000)],
)
def test_it_gives_what_decoding_here_would(
    decoder: Decoder, kind: str, subtype: str, rate: int
) -> None:
    content = encode(speak(2.3, rate=rate), rate, kind=kind, subtype=subtype)
    here, there = read_recording(content), decoder.decode(content, max_ms=60_000)
    assert there.sample_rate == here.sample_rate == rate
    np.testing.assert_array_equal(there.samples, here.samples)
    assert there.samples.dtype == np.int16


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not_audio"),
        (encode(VOICE, 44101), "unsupported"),
        (encode(np.zeros(0, "<i2")), "empty"),
        (encode(speak(3.0), kind="FLAC")[:9000], "broken"),
        (encode(np.array([0.0, np.nan]), subtype="FLOAT"), "bad_samples"),
    ],
    ids=["nothing", "rate", "empty", "cut", "nan"],
)
def test_it_refuses_what_decoding_here_would(decoder: Decoder, content: bytes, code: str) -> None:
    assert code_of(decoder, content) == code


def test_the_longest_and_a_sample_more(decoder: Decoder) -> None:
    longest = encode(np.zeros(16000, "<i2"))
    assert len(decoder.decode(longest, max_ms=1000).samples) == 16000
    assert code_of(decoder, encode(np.zeros(16001, "<i2")), 1000) == "too_long"


@pytest.mark.parametrize("what", NASTY)
def test_a_file_that_breaks_its_decoder_is_refused_and_the_next_is_not(
    what: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    nasty(monkeypatch, what)
    decoder = Decoder(bounds=Bounds(wall_s=1, cpu_s=1))
    try:
        assert code_of(decoder, b"RIFF    WAVE nasty") == "broken"
        assert "its decoder" in caplog.text
        pid = decoder.pid
        assert len(decoder.decode(WAV, max_ms=60_000).samples) == len(VOICE)
        assert decoder.pid == pid, "it took a file, not the fork server"
    finally:
        decoder.close()


def test_a_fork_server_that_is_killed_is_started_again(decoder: Decoder) -> None:
    decoder.start()
    pid = decoder.pid
    assert pid
    os.kill(pid, signal.SIGKILL)
    assert len(decoder.decode(WAV, max_ms=60_000).samples) == len(VOICE)
    assert decoder.pid != pid


def test_where_none_can_be_started_the_file_is_not_to_blame(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    decoder = Decoder()
    with pytest.raises(DecoderError):
        decoder.decode(WAV, max_ms=60_000)
    decoder.start()
    assert "cannot be decoded" in caplog.text


def test_where_it_ends_at_once_the_file_is_not_to_blame(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.fork_server.PROGRAM", "raise SystemExit")
    decoder = Decoder()
    with pytest.raises(DecoderError, match="try again"):
        decoder.decode(WAV, max_ms=60_000)
    decoder.close()


def test_threads_share_it() -> None:
    noted: list[Usage] = []
    decoder = Decoder(at_once=2, note=noted.append)
    lengths = []

    def decode(count: int) -> None:
        content = encode(np.full(count, count, "<i2"))
        recording = decoder.decode(content, max_ms=60_000)
        assert set(recording.samples.tolist()) == {count}
        lengths.append(len(recording.samples))

    threads = [threading.Thread(target=decode, args=(count,)) for count in range(1000, 1012)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    decoder.close()
    assert sorted(lengths) == list(range(1000, 1012))
    assert len(noted) == 12
    assert all(usage.status == 0 and usage.peak_bytes > 1 << 20 for usage in noted)


@needs_linux
def test_files_leave_nothing_open_and_nobody_behind(decoder: Decoder) -> None:
    decoder.decode(WAV, max_ms=60_000)
    here, there = psutil.Process(), psutil.Process(decoder.pid)
    before = here.num_fds()
    for _ in range(30):
        decoder.decode(WAV, max_ms=60_000)
    assert here.num_fds() == before
    assert not psutil.wait_procs(there.children(recursive=True), timeout=10)[1]
    until = time.monotonic() + 10
    while there.num_fds() > 4 and time.monotonic() < until:  # its three, and what is said to it
        time.sleep(0.01)
    assert there.num_fds() == 4


@needs_linux
def test_it_ends_with_the_server_even_where_that_is_killed() -> None:
    program = (
        "import os, sys; from server.decoder import Decoder; decoder = Decoder(); decoder.start(); "
        "print(decoder.pid, flush=True); sys.stdin.read(); os.kill(os.getpid(), 9)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as server:
        assert server.stdout is not None
        process = psutil.Process(int(server.stdout.readline()))
        assert process.is_running()
        server.communicate()
    assert process.wait(20) is None


@needs_linux
def test_nothing_is_left_when_it_is_closed() -> None:
    decoder = Decoder()
    decoder.decode(WAV, max_ms=60_000)
    pid = decoder.pid
    decoder.close()
    assert decoder.pid is None
    assert not Path(f"/proc/{pid}").exists()
