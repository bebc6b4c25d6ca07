from __future__ import annotations

import json
import os
import signal
import threading
from pathlib import Path

import numpy as np
import psutil
import pytest

from bench.cli import main
from bench.errors import RecordingError
from bench.recordings import RATE, Pcm
from bench.server_process import serve
from bench.session import programme
from bench.voice import converse
from tests.bench.conftest import write


def test_a_session_with_a_server_of_its_own(
    tiny_model: Path, tmp_path: Path, one_utterance: Pcm, capsys: pytest.CaptureFixture[str]
) -> None:
    recording = write(tmp_path / "voice.wav", one_utterance)
    out = tmp_path / "report.json"
    argv = ["session", str(recording), "--minutes", "0.1", "--model", str(tiny_model)]
    assert main([*argv, "--json", str(out), "--interim-ms", "500"]) == 0
    assert "- model: tiny " in capsys.readouterr().out
    data = json.loads(out.read_text())
    latency, delivery, cost = (table["rows"] for table in data["tables"])
    ended, beyond, _, interim, sent = latency
    assert ended["n"] == beyond["n"] == 2  # in 6 s the recording of 2.5 s and a pause fits twice
    assert ended["p50"] == pytest.approx(beyond["p50"] + 400)
    assert 400 <= ended["p50"] <= ended["max"] < 2000
    assert interim["n"] >= 2
    assert sent["n"] == 60
    assert [row["due"] for row in delivery] == [2, 2]
    assert [row["lost"] for row in delivery] == [0, 0]
    values = {row["what"]: row["value"] for row in cost}
    assert values["CPU, s"] > 0
    assert values["CPU a minute of audio, s"] == pytest.approx(values["CPU, s"] * 10)
    assert values["CPU a minute of speech, s"] > values["CPU a minute of audio, s"]
    assert 20 < values["resident memory at the end, MiB"] < 1000
    assert values["growth after 60 s, KiB a minute"] is None
    assert values["of so many looks"] >= 30
    assert values["lateness of the event loop, p99 at most, ms"] >= 1
    assert len(data["details"]["memory"]) == 2
    assert len([a for a in data["details"]["arrivals"] if a["final"]]) == 2


def test_a_loss_is_a_failure(tiny_model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serve(str(tiny_model)) as server:
        assert server.pid
        killer = threading.Timer(1.5, os.kill, (server.pid, signal.SIGKILL))
        killer.start()
        argv = ["session", "--minutes", "0.1", "--url", server.url, "--pid", str(server.pid)]
        assert main(argv) == 1
        killer.join()
    text = capsys.readouterr().out
    failed = text.split("## Failed")[1]
    assert "the session ended early" in failed
    assert "verdicts lost" in failed
    assert "utterances lost" in failed


def test_a_server_elsewhere_shows_latency_alone(
    tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serve(str(tiny_model)) as server:
        assert main(["session", "--minutes", "0.02", "--url", server.url]) == 0
    text = capsys.readouterr().out
    assert "Out of reach: --pid" in text
    assert "CPU a minute" not in text


def test_what_cannot_be_measured_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["session", "--url", "ws://127.0.0.1:1"]) == 2
    assert main(["session", "--model", str(tmp_path)]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert "no server answers" in lines[0]
    assert "config.json" in lines[1]


@pytest.mark.parametrize("minutes", ["0", "-1", "61", "nan"])
def test_a_session_has_a_length(minutes: str) -> None:
    with pytest.raises(SystemExit):
        main(["session", "--minutes", minutes])


def test_recordings_are_said_again_until_the_time_is_over(tmp_path: Path) -> None:
    one = write(tmp_path / "1.wav", np.full(RATE // 2, 100, "<i2"))
    two = write(tmp_path / "2.wav", np.full(RATE, 200, "<i2"))
    pcm = programme([one, two], 5.0)
    assert pcm.shape == (5 * RATE,)
    middles = [int(pcm[int(at * RATE)]) for at in (0.25, 1.0, 2.0, 3.0, 3.75, 4.5)]
    assert np.abs(np.array(middles) - [100, 0, 200, 0, 100, 0]).max() <= 1


def test_without_recordings_a_voice_speaks() -> None:
    assert np.array_equal(programme([], 3.0), converse(3.0))


def test_recordings_without_audio_are_none(tmp_path: Path) -> None:
    empty = write(tmp_path / "empty.wav", np.zeros(0, "<i2"))
    with pytest.raises(RecordingError, match="no audio"):
        programme([empty], 1.0)


def test_ctrl_c_stops_it_and_its_server(
    tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = set(psutil.Process().children())
    impatient = threading.Timer(3.0, os.kill, (os.getpid(), signal.SIGINT))
    impatient.start()
    assert main(["session", "--minutes", "10", "--model", str(tiny_model)]) == 130
    impatient.join()
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "stopped" in captured.err
    assert set(psutil.Process().children()) <= before
