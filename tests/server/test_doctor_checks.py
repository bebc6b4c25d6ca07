"""Each finding where its cause is real."""

import argparse
import asyncio
import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest
from aiohttp import web

from classifier import open_classifier
from classifier.canary import CANARIES, read_canaries, record_canaries
from server import doctor_checks
from server.doctor_checks import (
    Finding,
    State,
    check_model,
    check_packages,
    check_python,
    check_secure,
)
from server.settings import Settings
from tests.client_python.peer import serve
from tests.server.running import Running
from vad.voice import speak


async def check_server(settings: Settings, url: str | None = None) -> dict[str, Finding]:
    found = await asyncio.to_thread(lambda: list(doctor_checks.check_server(settings, url)))
    return {finding.what: finding for finding in found}


def states(findings: Iterable[Finding]) -> set[State]:
    return {finding.state for finding in findings}


def test_python_and_packages_are_listed_with_their_versions() -> None:
    findings = {finding.what: finding for finding in [*check_python(), *check_packages()]}
    assert states(findings.values()) == {State.OK}
    assert "aiohttp 3." in findings["packages"].text
    assert {"python", "openvino", "torch", "transformers", "sounddevice"} <= findings.keys()


def test_a_package_that_is_missing_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_checks, "NEEDED", ("numpy", "no-such-package"))
    problem = next(f for f in check_packages() if f.state is State.PROBLEM)
    assert "pip install no-such-package" in problem.text


def test_a_model_without_weights_is_a_problem(tiny_model: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(tiny_model, folder)
    (folder / "model.onnx").write_bytes(b"broken")
    arguments = argparse.Namespace(
        model=str(folder), runtime="onnxruntime", online=False, allow_pickle=False
    )
    (finding,) = check_model(arguments)
    assert finding.state is State.PROBLEM
    assert "\n" not in finding.text


def look_at(folder: Path) -> dict[str, Finding]:
    arguments = argparse.Namespace(
        model=str(folder), runtime="onnxruntime", online=False, allow_pickle=False
    )
    return {finding.what: finding for finding in check_model(arguments)}


def test_a_model_without_canaries_is_no_problem_and_its_runtime_is_explained(
    tiny_model: Path,
) -> None:
    found = look_at(tiny_model)
    assert states(found.values()) == {State.OK}
    assert found["runtime"].text.startswith("onnxruntime fp32 (")
    assert "none travel" in found["canaries"].text


def test_a_model_that_answers_otherwise_than_when_it_was_packed_is_a_problem(
    tiny_model: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(tiny_model, folder)
    record_canaries(open_classifier(folder), [speak(0.6), speak(0.9, pitch=200)]).save(folder)
    assert look_at(folder)["canaries"].state is State.OK
    canaries = read_canaries(folder)
    canaries.answers[1, 0] += 0.1
    canaries.save(folder)
    finding = look_at(folder)["canaries"]
    assert finding.state is State.PROBLEM
    assert "copy the model directory again" in finding.text
    (folder / CANARIES).write_bytes(b"broken")
    assert look_at(folder)["canaries"].state is State.PROBLEM


async def test_a_free_port_is_ok(unused_tcp_port: int) -> None:
    found = await check_server(Settings(port=unused_tcp_port))
    assert states(found.values()) == {State.OK}
    assert "vivavoz serve" in found["port"].text
    assert found["page"].text.startswith("a browser lets http://localhost:")


async def test_a_port_of_another_program_is_a_problem() -> None:
    async with await asyncio.start_server(
        lambda _, writer: writer.close(), "127.0.0.1", 0
    ) as other_program:
        port = other_program.sockets[0].getsockname()[1]
        found = await check_server(Settings(port=port))
    assert found["port"].state is State.PROBLEM
    assert "taken" in found["port"].text


async def test_an_address_for_everyone_needs_a_token_and_https(unused_tcp_port: int) -> None:
    closed = await check_server(Settings(host="0.0.0.0", port=unused_tcp_port))
    assert "--token-file" in closed["port"].text
    assert closed["port"].state is State.PROBLEM
    opened = await check_server(Settings(host="0.0.0.0", port=unused_tcp_port, open=True))
    assert opened["port"].state is State.OK


async def test_a_running_server_is_asked_for_its_page(server: Running) -> None:
    found = await check_server(Settings(port=server.port))
    assert states(found.values()) == {State.OK}
    assert {"server", "page"} <= found.keys()


async def test_a_draining_server_is_a_warning(server: Running) -> None:
    server.service.is_draining = True
    found = await check_server(Settings(), server.http)
    assert found["server"].state is State.WARNING


async def test_no_server_at_the_url_is_a_problem(unused_tcp_port: int) -> None:
    found = await check_server(Settings(), f"http://localhost:{unused_tcp_port}")
    assert found["server"].state is State.PROBLEM


async def test_a_page_that_is_none_is_a_problem() -> None:
    async def something(request: web.Request) -> web.StreamResponse:
        return web.Response(text="hello")

    async with serve(something, path="/{any:.*}") as url:
        found = await check_server(Settings(), url.replace("ws://", "http://"))
    assert found["page"].state is State.PROBLEM


@pytest.mark.parametrize(
    ("page", "state"),
    [
        ("http://localhost:80", State.OK),
        ("http://[::1]:80", State.OK),
        ("https://voice.example.org", State.OK),
        ("http://192.168.1.7:8080", State.WARNING),
    ],
)
def test_a_browser_wants_https_for_other_machines(page: str, state: State) -> None:
    finding = check_secure(page)
    assert finding.state is state
    assert state is State.OK or "https" in finding.text
