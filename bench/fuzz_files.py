"""Sound files, mangled, fed to what reads uploads.

Decoding is done here in processes that do nothing else and are watched from outside: one that dies
or hangs says which file it had. In service such a file costs its decoder alone; so it is fed to
`server.decoder` as well, and only what gets past that is a fault.
"""

from __future__ import annotations

import io
import multiprocessing
import time
from collections.abc import Sequence
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from typing import Any, Final

import numpy as np
import soundfile

from bench.findings import Fault, Findings, LawError
from bench.mutation import mutate
from bench.ogg import is_ogg, with_checksums
from server.decoder import Decoder
from server.protocol import SAMPLE_RATES
from server.recording import RecordingError, read_recording
from vad.voice import speak

TARGET: Final = "files"
CONTAINED: Final = "files, in the decoder's process"
MAX_MS: Final = 5_000
SEED_S: Final = 0.2
MOST_SEED_BYTES: Final = 20_000
ALSO_CONTAINED: Final = 1000
"""Of so many files one takes the way of an upload."""

LOST_S: Final = 20.0
"""A process that says nothing for so long has a file that hangs, however busy the machine is."""
LOOK_S: Final = 0.05

KINDS: Final = (
    *(("WAV", "PCM_16"), ("WAV", "PCM_U8"), ("WAV", "PCM_24"), ("WAV", "FLOAT"), ("WAV", "ULAW")),
    *(("WAVEX", "PCM_16"), ("FLAC", "PCM_16"), ("FLAC", "PCM_24")),
    *(("OGG", "VORBIS"), ("OGG", "OPUS")),
)


def seeds(folder: Path | None) -> list[bytes]:
    """Whole files of every kind that is taken, and those of a folder."""
    files = [_encode(speak(SEED_S), 16000, *kind) for kind in KINDS]
    stereo = np.stack([speak(SEED_S), speak(SEED_S, pitch=200)], axis=1)
    files += [_encode(stereo, 48000, *kind) for kind in KINDS]
    for path in sorted(folder.iterdir()) if folder else ():
        if path.is_file() and path.stat().st_size <= MOST_SEED_BYTES:
            files.append(path.read_bytes())
    return files


def input_of(corpus: Sequence[bytes], seed: int, number: int) -> bytes:
    """One input; the same for the same seed and number."""
    rng = Random(f"{seed}/{number}")
    is_whole = rng.random() < 0.6
    first = rng.choice(corpus[: 2 * len(KINDS)] if is_whole else corpus)
    content = mutate(first, rng, corpus)
    if is_ogg(content) and rng.random() < 0.7:
        content = with_checksums(content)
    return content


def fuzz_files(count: int, seed: int, folder: Path | None, findings: Findings) -> None:
    """Feed so many files."""
    corpus = seeds(folder)
    decoder = Decoder()
    try:
        todo = [range(count)]
        while todo:
            numbers = todo.pop()
            lost = _feed_some(seed, numbers, folder, findings) if numbers else None
            if lost is None:
                continue
            number, fault = lost
            content = input_of(corpus, seed, number)
            findings.note(TARGET, content, f"{fault}, to be contained", 0.0)
            _feed_contained(decoder, content, findings)
            todo += [range(number + 1, numbers.stop), range(numbers.start, number)]
        for number in range(0, count, ALSO_CONTAINED):
            _feed_contained(decoder, input_of(corpus, seed, number), findings)
    finally:
        decoder.close()


def _feed_some(
    seed: int, numbers: range, folder: Path | None, findings: Findings
) -> tuple[int, Fault] | None:
    """Feed files in a process by itself.

    Returns:
        The number of the file with which the process was lost, and how; nothing of what it found
        is known then. None where all were fed.
    """
    context = multiprocessing.get_context("spawn")
    at: Any = context.Value("q", numbers.start)
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(seed, numbers, folder, at, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        found = _await(at, ours)
    finally:
        process.kill()
        process.join()
        ours.close()
    if isinstance(found, Findings):
        findings.add(found)
        return None
    return at.value, found


def _await(at: Any, ours: Connection) -> Findings | Fault:
    """What a process found, or how it was lost."""
    last, since = -1, time.monotonic()
    while not ours.poll(LOOK_S):
        if at.value != last:
            last, since = at.value, time.monotonic()
        elif time.monotonic() - since > LOST_S:
            return Fault.HANG
    try:
        found: Findings = ours.recv()
    except EOFError:
        return Fault.CRASH
    return found


def _work(seed: int, numbers: range, folder: Path | None, at: Any, theirs: Connection) -> None:
    """In a process of its own: feed files, say which one is next, and in the end what was found."""
    corpus, findings = seeds(folder), Findings()
    for number in numbers:
        at.value = number
        content = input_of(corpus, seed, number)
        findings.feed(TARGET, content, partial(_read, content))
    theirs.send(findings)


def _read(content: bytes) -> str:
    try:
        recording = read_recording(content, max_ms=MAX_MS)
    except RecordingError as error:
        return str(error.code)
    if recording.sample_rate not in SAMPLE_RATES:
        raise LawError(f"a recording of {recording.sample_rate} Hz")
    samples = recording.samples
    if samples.dtype != np.int16 or not 0 < len(samples) * 1000 <= MAX_MS * recording.sample_rate:
        raise LawError(f"a recording of {samples.shape} {samples.dtype}")
    return "decoded"


def _feed_contained(decoder: Decoder, content: bytes, findings: Findings) -> None:
    def work() -> str:
        try:
            decoder.decode(content, max_ms=MAX_MS)
        except RecordingError as error:
            return str(error.code)
        return "decoded"

    findings.feed(CONTAINED, content, work)


def _encode(samples: Any, rate: int, kind: str, subtype: str) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format=kind, subtype=subtype)
    return file.getvalue()
