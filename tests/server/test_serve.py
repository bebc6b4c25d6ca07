"""The whole program, as a process."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from server.address import ExposedError
from server.serve import run, serve
from server.settings import Settings
from tests.voice import speak

ROOT = Path(__file__).parents[2]
PROGRAM = (
    "import sys; from server.serve import run; from server.settings import Settings; "
    "sys.exit(run(Settings()))"
)


pytestmark = pytest.mark.usefixtures("logging_as_before")


class Program:
    """A server that runs, its address, and what it logs."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.url = process.stdout.readline().strip()

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def end(self) -> tuple[int, list[Any]]:
        """The exit code, and the log."""
        _, log = self.process.communicate(timeout=15)
        return self.process.returncode, [json.loads(line) for line in log.splitlines()]


@pytest.fixture
def program(tiny_model: Path) -> Iterator[Program]:
    with start(VIVAVOZ_MODEL=str(tiny_model)) as process:
        yield Program(process)


@contextlib.contextmanager
def start(program: str = PROGRAM, **environment: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | {"VIVAVOZ_PORT": "0"} | environment,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@contextlib.contextmanager
def begun(program: Program) -> Iterator[ClientConnection]:
    url = f"ws://127.0.0.1:{program.port}/v1/stream"
    with connect(url, subprotocols=["vivavoz.v1"], proxy=None) as client:
        client.send('{"type": "session.start", "sample_rate": 16000}')
        assert json.loads(client.recv())["type"] == "session.created"
        yield client


def test_it_prints_its_address_when_it_is_ready(program: Program) -> None:
    assert re.fullmatch(r"http://localhost:\d+", program.url)
    with urllib.request.urlopen(f"http://127.0.0.1:{program.port}/readyz") as answer:
        assert answer.status == 200
    program.process.send_signal(signal.SIGINT)
    code, log = program.end()
    assert code == 0
    ready = next(entry for entry in log if entry["message"] == "ready")
    assert (ready["model"], ready["runtime"]) == ("tiny", "onnxruntime")
    assert ready["metrics"].startswith("http://127.0.0.1:")


def test_metrics_are_on_the_port_that_the_log_names(program: Program) -> None:
    said = (json.loads(line) for line in program.process.stderr)
    ready = next(entry for entry in said if entry["message"] == "ready")
    with urllib.request.urlopen(ready["metrics"]) as answer:
        assert b"vivavoz_sessions_open 0.0" in answer.read()


def test_sigterm_answers_what_is_pending(program: Program) -> None:
    with begun(program) as client:
        client.send(speak(1.5).tobytes())
        assert json.loads(client.recv())["type"] == "utterance.started"
        program.process.send_signal(signal.SIGTERM)
        messages: list[Any] = []
        with contextlib.suppress(ConnectionClosed):
            messages.extend(json.loads(text) for text in client)
        assert client.protocol.close_code == 1012
    finals = [m for m in messages if m["type"] == "emotion" and m["final"]]
    assert len(finals) == 1
    assert messages[-1]["reason"] == "draining"
    code, log = program.end()
    assert code == 0
    (ended,) = [entry for entry in log if entry["message"] == "session ended"]
    assert ended["audio_ms"] == 1500
    assert not [entry for entry in log if "127.0.0.1" in str(entry) and entry["message"] != "ready"]
    assert not {"scores", "label"} & {key for entry in log for key in entry}


def test_a_second_signal_ends_it_at_once(tiny_model: Path) -> None:
    slow = PROGRAM.replace(
        "sys.exit",
        "import time; from classifier import Classifier; "
        "Classifier.classify = lambda *_, **__: time.sleep(60); sys.exit",
    )
    with start(slow, VIVAVOZ_MODEL=str(tiny_model), VIVAVOZ_DEADLINE_MS="60000") as process:
        program = Program(process)
        with begun(program) as client:
            client.send(speak(1.5).tobytes())
            assert json.loads(client.recv())["type"] == "utterance.started"
            process.send_signal(signal.SIGTERM)
            assert json.loads(client.recv())["code"] == "draining"
            before = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert process.wait(5) == 128 + signal.SIGTERM
            assert time.monotonic() - before < 2


def test_no_torch_is_imported_to_serve(tiny_model: Path) -> None:
    check = PROGRAM.replace(
        "sys.exit(",
        "import atexit; atexit.register(lambda: print(sorted({'torch', 'transformers'} & "
        "set(sys.modules)))); sys.exit(",
    )
    with start(check, VIVAVOZ_MODEL=str(tiny_model), VIVAVOZ_RUNTIME="onnxruntime") as process:
        program = Program(process)
        with begun(program) as client:
            client.send(speak(1.5).tobytes())
            client.send('{"type": "session.stop"}')
            assert [json.loads(text) for text in client][-1]["segments"] == 1
        process.send_signal(signal.SIGTERM)
        assert process.stdout.read().strip() == "[]"


def test_a_port_that_is_taken_is_said_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert run(Settings(port=port)) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert f"port {port} on 127.0.0.1 is taken" in error


def test_a_model_that_is_not_there_is_said_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(Settings(port=0, model=str(tmp_path / "none"))) == 1
    error = capsys.readouterr().err
    assert error.startswith("vivavoz: ")
    assert error.count("\n") == 1


def test_a_token_file_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(Settings(port=0, token_file=tmp_path / "none")) == 1
    assert "token file" in capsys.readouterr().err


async def test_nobody_is_let_in_by_accident() -> None:
    with pytest.raises(ExposedError, match=r"--token-file.*--open"):
        await serve(Settings(host="0.0.0.0", port=0))


def test_the_port_is_taken_before_the_model_is_loaded(tiny_model: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = Settings(port=taken.getsockname()[1], model="/nowhere")
        assert run(settings) == 1
