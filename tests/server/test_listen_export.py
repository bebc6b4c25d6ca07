import csv
import json
from pathlib import Path

import pytest

from annotation import FORMATS
from server.command import CommandError
from server.export_output import Output
from server.listen_export import ExportView, Nowhere, Views
from server.listen_view import TerminalView
from server.protocol import Ack
from tests.annotation.readers import READERS
from tests.client_python.peer import CLOSED, created, emotion

SAID = (emotion(1000, final=False), emotion(1000), emotion(3000, label=None, reason="too_noisy"))
FOUND = [(1000, 1900, "happy"), (3000, 3900, "too_noisy")]


def view(name: str, path: Path) -> ExportView:
    return ExportView(FORMATS[name], Output(path), "microphone")


@pytest.mark.parametrize("name", FORMATS)
def test_final_verdicts_are_written_in_every_format(name: str, tmp_path: Path) -> None:
    path = tmp_path / "session"
    one = view(name, path)
    one.begin(created(), "ws://here")
    for message in (*SAID, Ack(audio_ms=4000), CLOSED):
        one.show(message)
    one.end()
    assert READERS[name](path.read_bytes().decode()) == FOUND


def test_rows_are_there_while_the_session_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "session.csv"
    one = view("csv", path)
    one.begin(created(), "ws://here")
    assert path.read_text().startswith("source,")
    for message in SAID:
        one.show(message)
    rows = list(csv.DictReader(path.read_text().splitlines()))
    assert [row["label"] or row["reason"] for row in rows] == ["happy", "too_noisy"]
    assert {row["source"] for row in rows} == {"microphone"}
    one.end()


def test_a_session_that_breaks_off_is_written_as_far_as_it_came(tmp_path: Path) -> None:
    path = tmp_path / "session.json"
    one = view("json", path)
    one.begin(created(), "ws://here")
    for message in SAID:
        one.show(message)
    one.end()
    whole = json.loads(path.read_text())
    assert whole["audio_ms"] == 3900
    assert len(whole["utterances"]) == 2


def test_the_sound_behind_the_last_word_counts(tmp_path: Path) -> None:
    path = tmp_path / "session.json"
    one = view("json", path)
    one.begin(created(), "ws://here")
    one.show(Ack(audio_ms=9000))
    one.show(CLOSED)
    one.end()
    assert json.loads(path.read_text())["audio_ms"] == 9000


def test_a_place_that_cannot_be_written_is_told_before_anyone_speaks(tmp_path: Path) -> None:
    one = view("eaf", tmp_path / "none" / "a.eaf")
    with pytest.raises(CommandError, match="cannot write"):
        one.begin(created(), "ws://here")
    one.end()


def test_a_session_that_never_began_leaves_what_there_was(tmp_path: Path) -> None:
    path = tmp_path / "session.eaf"
    path.write_text("of yesterday")
    view("eaf", path).end()
    assert path.read_text() == "of yesterday"


def test_several_views_see_the_same(tmp_path: Path) -> None:
    out, notes = Nowhere(), Nowhere()
    paths = [tmp_path / "a.csv", tmp_path / "b.txt"]
    views = Views(view("csv", paths[0]), view("audacity", paths[1]), TerminalView(out, notes))
    views.begin(created(), "ws://here")
    for message in SAID:
        views.show(message)
    views.end()
    assert [len(path.read_text().splitlines()) for path in paths] == [3, 2]
    assert out.getvalue() == notes.getvalue() == ""
