"""What `vivavoz listen` prints."""

from __future__ import annotations

import shutil
from typing import Final, Protocol, TextIO

from client_python import ClientError
from server.protocol import (
    Emotion,
    Error,
    ModelChanged,
    Notice,
    ServerMessage,
    SessionClosed,
    SessionCreated,
    UtteranceEnded,
    UtteranceStarted,
)
from server.verdict_text import counted, span, verdict_line

CLEAR: Final = "\r\x1b[K"
FAINT, PLAIN = "\x1b[2m", "\x1b[0m"


class View(Protocol):
    """Something that shows a session."""

    def begin(self, created: SessionCreated, url: str) -> None:
        """The session has started."""

    def show(self, message: ServerMessage) -> None:
        """A message came."""

    def end(self) -> None:
        """There will be no more."""


class JsonView:
    """Every message as the server sent it, one a line."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def begin(self, created: SessionCreated, url: str) -> None:
        """The first message."""
        del url
        self.show(created)

    def show(self, message: ServerMessage) -> None:
        """One more."""
        print(message.to_json(), file=self._out, flush=True)

    def end(self) -> None:
        """Nothing is left to say."""


class TerminalView:
    """A line for each final verdict; on a terminal, the one under way below them.

    Args:
        out: for the verdicts.
        notes: for everything else, so that the verdicts can be piped on.
    """

    def __init__(self, out: TextIO, notes: TextIO) -> None:
        self._out = out
        self._notes = notes
        self._is_live = out.isatty()

    def begin(self, created: SessionCreated, url: str) -> None:
        """Say who answers."""
        model = created.model
        self._note(f"{model.name} {model.version} at {url} listens; Ctrl-C ends it")

    def show(self, message: ServerMessage) -> None:
        """Print a verdict, or what a person should know."""
        match message:
            case UtteranceStarted():
                self._under_way(span(message.start_ms, None))
            case Emotion(final=True):
                self.end()
                print(verdict_line(message), file=self._out, flush=True)
            case Emotion():
                self._under_way(verdict_line(message))
            case UtteranceEnded() | SessionClosed():
                self.end()
                if isinstance(message, SessionClosed):
                    self._note(totals(message))
            case Notice() | Error():
                self.end()
                self._note(f"vivavoz: {message.message}")
            case ModelChanged(model=model):
                self.end()
                self._note(f"{model.name} {model.version} answers from here on")
            case _:
                pass

    def end(self) -> None:
        """Take the line under way back."""
        if self._is_live:
            print(CLEAR, end="", file=self._out, flush=True)

    def _under_way(self, line: str) -> None:
        if self._is_live:
            width = shutil.get_terminal_size().columns - 1
            print(f"{CLEAR}{FAINT}{line[:width]}{PLAIN}", end="", file=self._out, flush=True)

    def _note(self, text: str) -> None:
        print(text, file=self._notes, flush=True)


class Connection:
    """Says when the connection is lost, and when there is one again; each once.

    Args:
        notes: where to.
    """

    def __init__(self, notes: TextIO) -> None:
        self._notes = notes
        self._is_lost = False

    def tell(self, error: ClientError | None) -> None:
        """Take what `stay_connected` tells."""
        if error is None:
            print("connected again", file=self._notes, flush=True)
        elif not self._is_lost:
            text = f"vivavoz: {error}; trying again, and keeping what is said"
            print(text, file=self._notes, flush=True)
        self._is_lost = error is not None


def totals(closed: SessionClosed) -> str:
    """What the session was, in one line."""
    return (
        f"{counted(closed.utterances, 'utterance')}, {closed.speech_ms / 1000:.1f} s of speech "
        f"in {closed.audio_ms / 1000:.1f} s"
    )
