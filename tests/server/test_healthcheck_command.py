import asyncio
import subprocess
import sys

import pytest

from server.cli import main
from server.command import CommandError
from server.healthcheck_command import fetch
from tests.server.command_line import ROOT
from tests.server.running import Running


async def healthcheck(*arguments: str) -> int:
    return await asyncio.to_thread(main, ["healthcheck", *arguments])


async def test_a_running_server_is_alive_and_ready(server: Running) -> None:
    assert await healthcheck("--port", str(server.port)) == 0
    assert await healthcheck("--url", f"{server.http}/", "--ready") == 0


async def test_the_port_of_the_settings_is_asked(
    server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIVAVOZ_PORT", str(server.port))
    assert await healthcheck() == 0


async def test_a_server_that_drains_is_alive_and_not_ready(
    server: Running, capsys: pytest.CaptureFixture[str]
) -> None:
    server.service.is_draining = True
    assert await healthcheck("--port", str(server.port)) == 0
    assert await healthcheck("--port", str(server.port), "--ready") == 1
    assert "answers 503" in capsys.readouterr().err


async def test_nobody_there(unused_tcp_port: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert await healthcheck("--port", str(unused_tcp_port)) == 1
    assert "does not answer: Connection refused" in capsys.readouterr().err


async def test_a_server_that_hangs_is_not_waited_for(capsys: pytest.CaptureFixture[str]) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        left.set()

    left = asyncio.Event()
    async with await asyncio.start_server(silent, "127.0.0.1", 0) as hanging:
        port = hanging.sockets[0].getsockname()[1]
        assert await healthcheck("--port", str(port), "--timeout", "0.2") == 1
        await left.wait()
    assert "timed out" in capsys.readouterr().err


def test_an_address_without_a_scheme_is_a_mistake_in_the_call() -> None:
    with pytest.raises(CommandError) as caught:
        fetch("localhost", 1)
    assert caught.value.exit_code == 2


def test_it_needs_the_standard_library_alone(unused_tcp_port: int) -> None:
    text = (
        "import sys; from server.cli import main; "
        f"main(['healthcheck', '--port', '{unused_tcp_port}']); "
        "print([m for m in sys.modules if m.startswith(('pydantic', 'numpy', 'aiohttp'))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", text], capture_output=True, text=True, cwd=ROOT, timeout=30
    )
    assert done.stdout.strip() == "[]"
