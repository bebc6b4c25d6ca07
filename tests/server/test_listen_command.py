import asyncio
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from annotation import FORMATS
from server.cli import main
from tests.annotation.readers import READERS
from tests.client_python.peer import begin, hear, peer
from tests.server.command_line import (
    ROOT,
    command,
    environment,
    run,
    serving,
    started,
    write_recording,
)
from tests.voice import talk


@pytest.fixture(scope="module")
def address(tiny_model: Path) -> Iterator[str]:
    with serving(tiny_model) as url:
        yield url


def listen(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    exit_code = main(["listen", *map(str, arguments)])
    return exit_code, *capsys.readouterr()


@pytest.mark.parametrize("rate", [16000, 44100])
def test_a_file_gets_a_line_for_each_utterance(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], rate: int
) -> None:
    path = write_recording(tmp_path / "a.wav", rate=rate)
    exit_code, out, err = listen(capsys, path, "--url", address, "--fast")
    assert exit_code == 0
    assert len(out.splitlines()) == 2
    assert out.startswith("[00:00.")
    assert "tiny 1-test" in err
    assert "2 utterances" in err


def test_its_lines_are_those_of_classify(
    address: str, tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_recording(tmp_path / "a.wav", times=3)
    _, live, _ = listen(capsys, path, "--url", address, "--fast")
    assert main(["classify", "--model", str(tiny_model), str(path)]) == 0
    whole = capsys.readouterr().out.splitlines()[1:]
    assert live.splitlines() == [line.strip() for line in whole]


def test_json_lines(address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_recording(tmp_path / "a.wav")
    _, out, err = listen(capsys, path, "--url", address, "--fast", "--json", "--interim-ms", 0)
    messages: list[dict[str, Any]] = [json.loads(line) for line in out.splitlines()]
    assert (messages[0]["type"], messages[-1]["type"]) == ("session.created", "session.closed")
    assert messages[0]["config"]["interim_ms"] == 0
    assert [m["final"] for m in messages if m["type"] == "emotion"] == [True, True]
    assert err == ""


def test_raw_pcm_on_stdin(address: str) -> None:
    pcm = talk(silence=0.4, voice=1.2, pause=0.7, times=2, rate=8000).tobytes()
    done = subprocess.run(
        command("listen", "-", "--rate", "8000", "--fast", "--url", address),
        input=pcm,
        capture_output=True,
        timeout=60,
        cwd=ROOT,
        env=environment(),
    )
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 2


def test_ctrl_c_ends_the_sound_and_its_last_words_are_answered(
    address: str, tmp_path: Path
) -> None:
    path = write_recording(tmp_path / "a.wav", times=20)
    with started("listen", path, "--url", address) as process:
        assert process.stdout is not None
        process.stdout.readline()  # it hears the second utterance now, or is about to
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert " s of speech in " in err
    assert "Traceback" not in err


def test_ctrl_c_while_stdin_says_nothing(address: str) -> None:
    reading, writing = os.pipe()
    with started("listen", "-", "--url", address, stdin=reading) as process:
        assert process.stderr is not None
        process.stderr.readline()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    os.close(reading)
    os.close(writing)
    assert process.returncode == 130
    assert err == "0 utterances, 0.0 s of speech in 0.0 s\n"


async def test_a_second_ctrl_c_does_not_wait_for_the_server() -> None:
    async def script(socket: web.WebSocketResponse) -> None:
        await begin(socket)
        await hear(socket)
        stopped.set()
        await asyncio.sleep(30)  # it never answers

    stopped = asyncio.Event()
    reading, writing = os.pipe()
    async with peer(script) as url:
        with started("listen", "-", "--url", url, stdin=reading) as process:
            assert process.stderr is not None
            await asyncio.to_thread(process.stderr.readline)
            process.send_signal(signal.SIGINT)
            await asyncio.wait_for(stopped.wait(), 10)
            process.send_signal(signal.SIGINT)
            _, err = await asyncio.to_thread(process.communicate, None, 25)
    os.close(reading)
    os.close(writing)
    assert (process.returncode, err) == (130, "")


def test_a_sound_file_on_stdin_is_a_mistake(address: str, tmp_path: Path) -> None:
    with write_recording(tmp_path / "a.wav").open() as stdin:
        done = run("listen", "-", "--url", address, "--json", stdin=stdin)
    assert done.returncode == 1
    assert done.stderr.startswith("vivavoz: stdin is a sound file")
    assert done.stderr.count("\n") == 1


def test_nobody_there(
    unused_tcp_port: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_recording(tmp_path / "a.wav")
    exit_code, out, err = listen(capsys, path, "--url", f"localhost:{unused_tcp_port}")
    assert (exit_code, out) == (1, "")
    assert err.startswith("vivavoz: no server answers at")
    assert err.count("\n") == 1


def test_a_token_is_read_from_its_file(
    tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, token = write_recording(tmp_path / "a.wav"), tmp_path / "token"
    token.write_text("right\n")
    with serving(tiny_model, "--token-file", token) as address:
        assert listen(capsys, path, "--url", address, "--fast")[0] == 1
        arguments = (path, "--url", address, "--fast", "--token-file", token)
        exit_code, out, _ = listen(capsys, *arguments)
        assert (exit_code, len(out.splitlines())) == (0, 2)
    exit_code, _, err = listen(capsys, path, "--token-file", tmp_path / "none")
    assert exit_code == 1
    assert "none" in err


def test_a_format_is_what_classify_writes(
    address: str, tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_recording(tmp_path / "a.wav")
    assert main(["classify", "--model", str(tiny_model), str(path), "--format", "csv"]) == 0
    whole = capsys.readouterr().out
    _, live, err = listen(capsys, path, "--url", address, "--fast", "--format", "csv")
    assert live == whole
    assert "2 utterances" in err


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_is_written_while_the_terminal_shows_what_it_always_shows(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    path, output = write_recording(tmp_path / "a.wav"), tmp_path / "session"
    flags = ("--url", address, "--fast", "--format", name, "-o", output)
    exit_code, out, _ = listen(capsys, path, *flags)
    assert (exit_code, len(out.splitlines())) == (0, 2)
    assert len(READERS[name](output.read_bytes().decode())) == 2


def test_ctrl_c_writes_what_was_heard(address: str, tmp_path: Path) -> None:
    path, output = write_recording(tmp_path / "a.wav", times=20), tmp_path / "session.eaf"
    flags = ("--url", address, "--format", "eaf", "-o", output)
    with started("listen", path, *flags) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=20)
    assert process.returncode == 130
    assert len(READERS["eaf"](output.read_text())) == 1 + len(rest.splitlines())


def test_rows_come_while_someone_speaks(address: str, tmp_path: Path) -> None:
    path = write_recording(tmp_path / "a.wav", times=20)
    with started("listen", path, "--url", address, "--format", "csv") as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(2)]
        assert process.poll() is None  # there are half a minute and eighteen utterances to come
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
    assert [line.partition(",")[0] for line in lines] == ["source", "a.wav"]


def test_a_place_that_cannot_be_written_is_one_line(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, output = write_recording(tmp_path / "a.wav"), tmp_path / "none" / "a.eaf"
    exit_code, out, err = listen(capsys, path, "--url", address, "--format", "eaf", "-o", output)
    assert (exit_code, out) == (1, "")
    assert err.startswith("vivavoz: cannot write")
    assert err.count("\n") == 1
