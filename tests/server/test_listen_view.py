# ruff: noqa: RUF001 - the dash is what is printed

import io
import json

import pytest

from server.listen_view import JsonView, TerminalView
from server.protocol import (
    Ack,
    Error,
    ErrorCode,
    ModelChanged,
    Notice,
    UtteranceEnded,
    UtteranceStarted,
    WarningCode,
)
from tests.client_python.peer import CLOSED, MODEL, created, emotion

STARTED = UtteranceStarted(utterance_id=1000, start_ms=1000)
INTERIM = emotion(1000, end_ms=1800, final=False, confidence=0.5)
FINAL = emotion(1000, end_ms=2400)
ENDED = UtteranceEnded(utterance_id=1000, end_ms=2400)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(text: str) -> list[str]:
    """What stands on a terminal's lines in the end."""
    return [line.rpartition("\r\x1b[K")[2] for line in text.split("\n")]


def test_a_pipe_gets_one_line_for_each_final_verdict() -> None:
    out, notes = io.StringIO(), io.StringIO()
    view = TerminalView(out, notes)
    view.begin(created(), "ws://here")
    for message in (STARTED, INTERIM, FINAL, ENDED, Ack(audio_ms=2400), CLOSED):
        view.show(message)
    view.end()
    assert out.getvalue() == "[00:01.0–00:02.4] happy 0.90\n"
    assert "tiny 1 at ws://here" in notes.getvalue()
    assert "0 utterances, 0.0 s of speech in 0.2 s" in notes.getvalue()


def test_a_terminal_sees_the_one_under_way_give_way_to_the_final_one() -> None:
    out = Terminal()
    view = TerminalView(out, io.StringIO())
    view.show(STARTED)
    assert "[00:01.0–…]" in shown(out.getvalue())[-1]
    view.show(INTERIM)
    assert "happy 0.50" in shown(out.getvalue())[-1]
    view.show(FINAL)
    view.show(ENDED)
    assert shown(out.getvalue()) == ["[00:01.0–00:02.4] happy 0.90", ""]


def test_what_was_no_speech_is_taken_back() -> None:
    out = Terminal()
    view = TerminalView(out, io.StringIO())
    view.show(STARTED)
    view.show(ENDED.model_copy(update={"discarded": "too_short"}))
    assert shown(out.getvalue()) == [""]


def test_a_narrow_terminal_keeps_it_on_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "10")
    out = Terminal()
    TerminalView(out, io.StringIO()).show(INTERIM)
    assert shown(out.getvalue())[-1].replace("\x1b[2m", "").replace("\x1b[0m", "") == "[00:01.0–"


def test_notes_go_beside_the_verdicts() -> None:
    out, notes = io.StringIO(), io.StringIO()
    view = TerminalView(out, notes)
    view.show(Notice(code=WarningCode.QUIET, message="almost nothing is heard"))
    view.show(Error(code=ErrorCode.BAD_AUDIO, message="not whole samples", fatal=False))
    view.show(ModelChanged(model=MODEL))
    assert out.getvalue() == ""
    assert notes.getvalue().splitlines() == [
        "vivavoz: almost nothing is heard",
        "vivavoz: not whole samples",
        "tiny 1 answers from here on",
    ]


def test_json_is_every_message_one_a_line() -> None:
    out = io.StringIO()
    view = JsonView(out)
    view.begin(created(), "ws://here")
    for message in (STARTED, INTERIM, CLOSED):
        view.show(message)
    view.end()
    types = [json.loads(line)["type"] for line in out.getvalue().splitlines()]
    assert types == ["session.created", "utterance.started", "emotion", "session.closed"]
