"""Drives a session as a stream would, with no socket and no model."""

import json

import numpy as np

from classifier import Verdict
from server.actions import Action, Classify, Send
from server.protocol import Ack, Error, Message, ModelInfo, SessionCreated
from server.session import Session

RATE = 16000
LABELS = ("angry", "happy")
MODEL = ModelInfo(name="m", version="v1", labels=LABELS)
VERDICT = Verdict(
    label="happy", reason=None, confidence=0.8, scores={"angry": 0.2, "happy": 0.8}, model="v1"
)
SILENCE = np.zeros(RATE, "<i2").tobytes()


def started(rate: int = RATE, interim_ms: int = 0, **options) -> Session:
    session = Session("s1", MODEL, **options)
    text = json.dumps({"type": "session.start", "sample_rate": rate, "interim_ms": interim_ms})
    assert isinstance(messages(session.receive_text(text))[0], SessionCreated)
    return session


def messages(actions: list[Action]) -> list[Message]:
    return [a.message for a in actions if isinstance(a, Send)]


def jobs(actions: list[Action]) -> list[Classify]:
    return [a for a in actions if isinstance(a, Classify)]


def kinds(actions: list[Action]) -> list[type]:
    return [type(m) for m in messages(actions) if not isinstance(m, Ack)]


def error_of(actions: list[Action]) -> Error:
    (error,) = messages(actions)
    assert isinstance(error, Error)
    return error


def drive(session: Session, audio: np.ndarray, chunks: list[int]) -> list[Action]:
    """Feed audio, answering each job at once; then end."""
    done: list[Action] = []

    def act(actions: list[Action]) -> None:
        done.extend(actions)
        for job in jobs(actions):
            act(session.receive_verdict(job.job, VERDICT))

    at = 0
    for size in chunks:
        act(session.receive_audio(audio[at : at + size].tobytes()))
        at += size
    act(session.receive_audio(audio[at:].tobytes()))
    act(session.receive_end())
    return done
