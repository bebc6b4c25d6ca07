"""What clients may send, mangled, fed to what reads it: messages, whole sessions, frames."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from random import Random
from typing import Any, Final

from aiohttp import WebSocketError

from bench.findings import Findings, LawError
from bench.fuzz_laws import Laws
from bench.mutation import mutate, mutate_text
from bench.websocket_frame import Opcode, frame
from classifier import Verdict
from server.protocol import ModelInfo, ProtocolError, read_client_message
from server.session import Session
from server.token_bucket import TokenBucket
from server.websocket import FrameCheck
from vad.voice import speak

LABELS: Final = ("happy", "sad")
MODEL: Final = ModelInfo(name="stub", version="0", labels=LABELS)
STEPS: Final = 12
FRAMES_A_STREAM: Final = 6
FREE: Final = TokenBucket(1.0, 1e12)


class ProtocolFuzzer:
    """Feeds what a seed and a corpus make.

    Args:
        corpus: client messages.
        seed: of everything.
        findings: where it counts.
    """

    def __init__(self, corpus: Sequence[str], seed: int, findings: Findings) -> None:
        self._rng = Random(seed)
        self._texts = list(corpus)
        self._bytes = [text.encode("utf-8", "replace") for text in corpus]
        self._voice = speak(2.0).tobytes()
        self._findings = findings

    def run(self, count: int) -> None:
        """Feed so many inputs: half of them messages, the others steps of sessions, and frames."""
        until = self._findings.inputs.total() + count
        while self._findings.inputs.total() < until:
            for _ in range(STEPS + FRAMES_A_STREAM):
                self.feed_message()
            self.feed_session()
            for _ in range(FRAMES_A_STREAM):
                self.feed_frames()

    def feed_message(self) -> None:
        """A text, as the protocol reads it."""
        text = self._text()

        def work() -> str:
            try:
                return str(read_client_message(text).type)
            except ProtocolError as error:
                return str(error.code)

        self._findings.feed("messages", text.encode(), work)

    def feed_session(self) -> None:
        """A session from its start to its end, whatever comes in between."""
        session, laws = Session("s", MODEL), Laws()
        start = self._texts[self._rng.randrange(9)] if self._rng.random() < 0.9 else self._text()
        steps = [start, *(self._step() for _ in range(STEPS - 2))]
        for step in steps:
            sent = step if isinstance(step, bytes) else step.encode("utf-8", "replace")
            self._findings.feed("sessions", sent, partial(self._take, session, laws, step))
        self._findings.feed("sessions", b"(end)", lambda: self._end(session, laws))

    def feed_frames(self) -> None:
        """A stream of frames, whole and in pieces: both have to be taken alike."""
        rng = self._rng
        frames = [self._frame() for _ in range(FRAMES_A_STREAM)]
        stream = b"".join(frames)
        if rng.random() < 0.5:
            stream = mutate(stream, rng, frames)

        def work() -> str:
            whole = _Taken()
            whole.feed(stream)
            pieces, at = _Taken(), 0
            while at < len(stream) and not pieces.error:
                size = rng.choice((1, 2, 3, 7, 100, 5000))
                pieces.feed(stream[at : at + size])
                at += size
            if whole.error != pieces.error:
                raise LawError(f"whole {whole.error}, in pieces {pieces.error}")
            return str(whole.error or "taken")

        self._findings.feed("frames", stream, work)

    def _text(self) -> str:
        return mutate_text(self._rng.choice(self._texts), self._rng, self._bytes)

    def _step(self) -> str | bytes:
        rng = self._rng
        if rng.random() < 0.3:
            return self._text()
        begin = rng.randrange(len(self._voice) // 2) * 2
        pcm = rng.choice((self._voice, bytes(64_000), rng.randbytes(3200)))[begin:]
        size = rng.choice((0, 1, 2, 319, 320, 3200, 3201, 32_000, 65_536))
        return pcm[:size]

    def _take(self, session: Session, laws: Laws, step: str | bytes) -> str:
        if isinstance(step, str):
            laws.watch(session.receive_text(step))
        else:
            laws.watch(session.receive_audio(step))
        while laws.pending and self._rng.random() < 0.7:
            self._answer(session, laws)
        if laws.is_closed:
            return "closed"
        return "text" if isinstance(step, str) else "sound"

    def _end(self, session: Session, laws: Laws) -> str:
        laws.watch(session.receive_end())
        while laws.pending:
            self._answer(session, laws)
        laws.end()
        return "ended"

    def _answer(self, session: Session, laws: Laws) -> None:
        job = self._rng.choice(list(laws.pending))
        del laws.pending[job]
        verdict = Verdict("happy", None, 0.9, {"happy": 0.9, "sad": 0.1}, "0")
        laws.watch(session.receive_verdict(job, self._rng.choice((verdict, verdict, None))))

    def _frame(self) -> bytes:
        rng = self._rng
        opcode = rng.choice((*Opcode, *Opcode, *range(16)))
        payload = rng.choice((b"", b"x", self._rng.choice(self._bytes), bytes(126), bytes(70_000)))
        return frame(
            opcode,
            payload,
            fin=rng.random() < 0.8,
            rsv=rng.choice((0,) * 20 + tuple(range(8))),
            mask=rng.choice((rng.randbytes(4),) * 49 + (None,)),
            form=rng.choice((None,) * 29 + (64,)),
        )


class _Taken:
    """Stands for the reader behind a `FrameCheck`."""

    def __init__(self) -> None:
        self.error: str | None = None
        self._check = FrameCheck(self, self, FREE)

    def feed(self, data: bytes) -> None:
        self._check.feed_data(data)

    def feed_data(self, data: bytes) -> tuple[bool, bytes]:
        return False, data[:0]

    def set_exception(self, error: Any) -> None:
        self.error = f"{error.code} {error}" if isinstance(error, WebSocketError) else repr(error)
