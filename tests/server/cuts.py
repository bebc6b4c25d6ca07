"""A session over connections that are cut, with no socket: what its client hears in the end."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from client_python.progress import Progress
from server.protocol import (
    CloseCode,
    Emotion,
    Message,
    Resume,
    SessionCreated,
    SessionStart,
    UtteranceEnded,
    VadChange,
)
from server.session import Session
from tests.server.driving import MODEL, VERDICT, jobs, messages
from tests.voice import Pcm

CHUNK_MS = 100


def hear_through_cuts(
    pcm: Pcm,
    cuts_ms: Sequence[int],
    *,
    rate: int = 16000,
    seed: int = 0,
    vad: VadChange | None = None,
    drains: bool = False,
) -> list[Message]:
    """What a client takes that resumes after each cut.

    Of what a server said in the 400 ms before a cut, a random part is lost on the way.

    Args:
        pcm: the recording.
        cuts_ms: when the connection is cut.
        rate: Hz.
        seed: of what is lost.
        vad: settings to change.
        drains: whether each server leaves by itself, and all of its messages come.
    """
    rng = np.random.default_rng(seed)
    length_ms = len(pcm) * 1000 // rate
    progress, taken = Progress(), list[Message]()
    resume: Resume | None = None
    for _, end_ms in pairwise([0, *sorted(cuts_ms), length_ms]):
        is_last = end_ms == length_ms
        said = _connection(pcm, rate, resume, end_ms, vad, is_last=is_last, drains=drains)
        lost_ms = 0 if is_last or drains else rng.uniform(0, 400)
        news = [m for when, m in said if when <= end_ms - lost_ms and progress.take(m)]
        taken += [m for m in news if not (resume and isinstance(m, SessionCreated))]
        resume = progress.resume("s1", min(progress.keep_ms, progress.answered_ms))
    return taken


def _connection(
    pcm: Pcm,
    rate: int,
    resume: Resume | None,
    end_ms: int,
    vad: VadChange | None,
    *,
    is_last: bool,
    drains: bool,
) -> list[tuple[int, Message]]:
    """What one server says, each message with how much audio it then had."""
    session = Session("s1", MODEL)
    start = SessionStart(sample_rate=rate, interim_ms=0, vad=vad, resume=resume)
    said = [(0, m) for m in messages(session.receive_text(start.to_json()))]
    at_ms = resume.from_ms if resume else 0
    while at_ms < end_ms:
        until_ms = min(at_ms + CHUNK_MS, end_ms)
        chunk = pcm[at_ms * rate // 1000 : until_ms * rate // 1000]
        at_ms = until_ms
        said += [(at_ms, m) for m in _answered(session, session.receive_audio(chunk.tobytes()))]
    if is_last:
        said += [(at_ms, m) for m in _answered(session, session.receive_end())]
    elif drains:
        leaving = session.receive_end("draining", CloseCode.RESTARTING)
        said += [(at_ms, m) for m in _answered(session, leaving)]
    return said


def _answered(session: Session, actions: list) -> list[Message]:
    found = messages(actions)
    for job in jobs(actions):
        found += _answered(session, session.receive_verdict(job.job, VERDICT))
    return found


def utterances_of(taken: Sequence[Message]) -> list[tuple[int, int, str | None]]:
    """Start, end, and why it was none, of each that ended."""
    return [(m.utterance_id, m.end_ms, m.discarded) for m in taken if isinstance(m, UtteranceEnded)]


def segments_of(taken: Sequence[Message]) -> list[tuple[int, int, int, int]]:
    """Utterance, number, start, end of each final label."""
    return [
        (m.utterance_id, m.segment, m.start_ms, m.end_ms)
        for m in taken
        if isinstance(m, Emotion) and m.final
    ]
