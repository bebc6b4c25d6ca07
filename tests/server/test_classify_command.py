import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from annotation import FORMATS
from server.cli import main
from tests.annotation.readers import READERS
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


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_holds_what_json_says(
    tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    path = write_recording(tmp_path / "a.wav")
    assert classify(tiny_model, path, "--json") == 0
    said = READERS["json"](capsys.readouterr().out)
    assert classify(tiny_model, path, "--format", name) == 0
    assert READERS[name](capsys.readouterr().out) == said
    assert len(said) == 2


def test_the_document_holds_what_json_says(
    tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_recording(tmp_path / "a.wav")
    assert classify(tiny_model, path, "--json") == 0
    short = json.loads(capsys.readouterr().out)
    assert classify(tiny_model, path, "--format", "json") == 0
    whole = json.loads(capsys.readouterr().out)
    for utterance in whole["utterances"]:
        for segment in utterance["segments"]:
            for more in ("model", "correction", "note"):
                del segment[more]
    assert {key: whole[key] for key in short} == short
    assert whole["source"] == "a.wav"
    assert whole["labels"] == list(short["utterances"][0]["segments"][0]["scores"])


def test_several_recordings_are_one_table_or_a_file_each(
    tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [write_recording(tmp_path / f"{name}.wav") for name in "ab"]
    assert classify(tiny_model, *paths, "--format", "csv") == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out, newline="")))
    assert [row["source"] for row in rows] == ["a.wav", "a.wav", "b.wav", "b.wav"]
    table, folder = tmp_path / "all.csv", tmp_path / "labels"
    assert classify(tiny_model, *paths, "--format", "csv", "-o", table) == 0
    assert list(csv.DictReader(io.StringIO(table.read_text(), newline=""))) == rows
    assert classify(tiny_model, *paths, "--format", "textgrid", "-o", f"{folder}/") == 0
    assert sorted(path.name for path in folder.iterdir()) == ["a.TextGrid", "b.TextGrid"]
    assert capsys.readouterr() == ("", "")


def test_a_recording_that_fails_leaves_the_others_in_the_table(
    tiny_model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = write_recording(tmp_path / "good.wav")
    assert classify(tiny_model, tmp_path / "none.wav", good, "--format", "csv") == 1
    out, err = capsys.readouterr()
    assert [line.partition(",")[0] for line in out.splitlines()] == ["source", *["good.wav"] * 2]
    assert "none.wav: no such file" in err


@pytest.mark.parametrize(
    ("flags", "exit_code", "said"),
    [
        (["--format", "docx"], 2, "choose from csv, json, vtt, audacity, textgrid, eaf"),
        (["--format", "csv", "--json"], 2, "not allowed with"),
        (["-o", "a.csv"], 2, "-o needs --format"),
        (["b.wav", "--format", "eaf"], 1, "name a folder"),
    ],
)
def test_a_mistake_in_the_call_is_told_without_waiting_for_a_model(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    flags: list[str],
    exit_code: int,
    said: str,
) -> None:
    try:
        code = classify(tmp_path / "no model", "a.wav", *flags)
    except SystemExit as error:
        code = int(str(error.code))
    err = capsys.readouterr().err
    assert (code, err.count("\n")) == (exit_code, 1)
    assert said in err
