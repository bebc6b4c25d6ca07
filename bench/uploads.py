"""Recordings uploaded one a request, and what answering them cost the processes that did."""

from __future__ import annotations

import io
import json
import time
import urllib.request
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any, Final, NamedTuple, TypeAlias

import soundfile

from bench.errors import MissingPackageError, ServerError
from bench.recordings import RATE, Pcm
from bench.server_process import LOCAL

ANSWER_S: Final = 120.0

ReadLabel: TypeAlias = Callable[[Any], str | None]
"""The likeliest emotion in an answer, None if it has none."""


class Upload(NamedTuple):
    """A request's body: one part of ``multipart/form-data``, named ``file``."""

    body: bytes
    content_type: str
    seconds: float


class Cost(NamedTuple):
    """Processor time of all processes of a server since they started, and their memory."""

    cpu_s: float
    mib: float


@dataclass(frozen=True, slots=True)
class Pass:
    """All recordings, uploaded once.

    Attributes:
        latency_ms: of each request.
        labels: the likeliest emotions.
        seconds: that passed.
        cpu_s: of the server's processes.
        mib: their memory afterwards.
        speech_s: what was uploaded.
    """

    latency_ms: list[float]
    labels: list[str | None]
    seconds: float
    cpu_s: float
    mib: float
    speech_s: float

    @property
    def cpu_per_minute(self) -> float:
        """Processor time a minute of speech, seconds."""
        return self.cpu_s * 60 / self.speech_s

    @property
    def throughput(self) -> float:
        """Seconds of speech a second."""
        return self.speech_s / self.seconds


def make_upload(pcm: Pcm) -> Upload:
    """A recording as a WAV file in a form."""
    wav = io.BytesIO()
    soundfile.write(wav, pcm, RATE, format="WAV", subtype="PCM_16")
    border = uuid.uuid4().hex
    head = (
        f"--{border}\r\n"
        'Content-Disposition: form-data; name="file"; filename="segment.wav"\r\n'
        "Content-Type: audio/wav\r\n\r\n"
    )
    body = head.encode() + wav.getvalue() + f"\r\n--{border}--\r\n".encode()
    return Upload(body, f"multipart/form-data; boundary={border}", pcm.size / RATE)


def send_all(uploads: Sequence[Upload], url: str, pid: int, at_once: int, read: ReadLabel) -> Pass:
    """Upload everything, so many requests at once.

    Args:
        uploads: all of them.
        url: that takes them.
        pid: of the server; its children count as well.
        at_once: requests under way.
        read: what an answer says.

    Raises:
        ServerError: a request was not answered.
        MissingPackageError: psutil is not installed.
    """

    def send(upload: Upload) -> tuple[float, str | None]:
        began_s = time.monotonic()
        answer = _post(upload, url)
        return (time.monotonic() - began_s) * 1000, read(answer)

    before = cost(pid)
    began_s = time.monotonic()
    with ThreadPoolExecutor(at_once) as pool:
        found = list(pool.map(send, uploads))
    seconds = time.monotonic() - began_s
    after = cost(pid)
    return Pass(
        [latency for latency, _ in found],
        [label for _, label in found],
        seconds,
        after.cpu_s - before.cpu_s,
        after.mib,
        sum(upload.seconds for upload in uploads),
    )


def cost(pid: int) -> Cost:
    """What a process and its children have used so far.

    Memory is each one's share of what they share (PSS) where the system knows it, else resident.

    Raises:
        ServerError: there is no such process.
        MissingPackageError: psutil is not installed.
    """
    try:
        from psutil import Error, Process
    except ImportError as error:
        raise MissingPackageError("psutil") from error
    try:
        first = Process(pid)
        family = [first, *first.children(recursive=True)]
        times = [one.cpu_times() for one in family]
        memory = [one.memory_full_info() for one in family]
    except Error as error:
        raise ServerError(f"no process {pid} runs on this machine") from error
    cpu_s = sum(float(one.user + one.system) for one in times)
    return Cost(cpu_s, sum(float(getattr(one, "pss", one.rss)) for one in memory) / 2**20)


def _post(upload: Upload, url: str) -> Any:
    request = urllib.request.Request(
        url, upload.body, {"Content-Type": upload.content_type}, method="POST"
    )
    try:
        with LOCAL.open(request, timeout=ANSWER_S) as answer:
            return json.load(answer)
    except (OSError, HTTPException, ValueError) as error:
        raise ServerError(f"{url} did not take a recording: {error}") from error
