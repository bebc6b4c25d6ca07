import json
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from server.cli import main
from tests.server.command_line import serving, write_recording


@pytest.fixture(scope="module")
def address(tiny_model: Path) -> Iterator[str]:
    with serving(tiny_model) as url:
        yield url


def post(address: str, path: Path) -> object:
    try:
        with urlopen(Request(f"{address}/v1/classify", path.read_bytes()), timeout=20) as answer:
            return json.loads(answer.read())
    except HTTPError as error:
        with error:
            return json.loads(error.read())


def classify(model: Path, *arguments: object) -> int:
    return main(["classify", "--model", str(model), *map(str, arguments)])


def test_json_is_that_of_the_server(
    address: str, tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [write_recording(tmp_path / f"{rate}.wav", rate=rate) for rate in (8000, 16000, 44100)]
    assert classify(tiny_model, "--json", *paths) == 0
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert answers == [post(address, path) for path in paths]
    assert [len(answer["utterances"]) for answer in answers] == [2, 2, 2]


def test_a_refusal_is_that_of_the_server_but_for_the_name(
    address: str, tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "text.wav"
    path.write_text("hello")
    assert classify(tiny_model, "--json", path) == 1
    mine = json.loads(capsys.readouterr().out)["error"]
    servers = post(address, path)["error"]  # type: ignore[index]
    assert mine["code"] == servers["code"]
    assert servers["message"] in mine["message"]


def test_a_file_that_fails_does_not_keep_the_others(
    tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, text = write_recording(tmp_path / "good.wav"), tmp_path / "text.wav"
    text.write_text("hello")
    assert classify(tiny_model, tmp_path / "none.wav", text, good) == 1
    out, err = capsys.readouterr()
    assert out.splitlines()[0].endswith("good.wav  4.2 s, 2 utterances")
    assert len(out.splitlines()) == 3
    lines = err.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["vivavoz", "vivavoz"]
    assert "none.wav: no such file" in lines[0]
    assert "text.wav: this is no WAV" in lines[1]


def test_a_folder_and_silence(
    tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    silent = write_recording(tmp_path / "silent.wav", times=0)
    assert classify(tiny_model, tmp_path, silent) == 1
    out, err = capsys.readouterr()
    assert out.endswith("silent.wav  0.4 s, 0 utterances\n")
    assert "directory" in err


def test_how_speech_is_cut_out_can_be_said(
    tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_recording(tmp_path / "a.wav")
    assert classify(tiny_model, "--json", "--vad-hangover-ms", 2000, path) == 0
    assert len(json.loads(capsys.readouterr().out)["utterances"]) == 1


def test_a_model_that_is_none_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert classify(tmp_path, "a.wav") == 1
    err = capsys.readouterr().err
    assert err.startswith("vivavoz: ")
    assert "config.json" in err
    assert err.count("\n") == 1
