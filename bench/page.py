"""``vivavoz-bench page``: what the page hears through a browser's microphone, beside the file."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import numpy as np
import soundfile

from bench.agreement import Agreement, Heard, compare
from bench.chromium import Wire, open_page, start, stop
from bench.conditions import Conditions
from bench.errors import BenchError, RecordingError
from bench.model import add_model_flag, describe, open_model
from bench.recordings import RATE, Pcm, add_recordings, milliseconds, read_recording
from bench.report import Cell, Column, Report, Table
from bench.server_process import TOP, serve
from bench.voice import converse

if TYPE_CHECKING:
    from collections.abc import Sequence

HELP = "recordings played into a real Chromium's microphone: does the page hear what the file says"

PAUSE_S: Final = 1.0
"""Silence before and after each recording, so that it ends its utterance."""
TAIL_S: Final = 3.0
"""More of it at the end: the microphone goes on after the last word."""
SYNTHETIC_S: Final = 20.0
NEAR_MS: Final = 150
"""A begin or end that is further off than the others is another one."""


def add_flags(command: argparse.ArgumentParser) -> None:
    """The flags of this sub-command."""
    add_recordings(
        command,
        "played one after the other with a pause of a second, in real time (default: "
        f"{SYNTHETIC_S:g} s of a synthetic voice, of which no model has an opinion)",
    )
    command.add_argument(
        "--rate",
        type=int,
        choices=(16000, 44100, 48000),
        default=RATE,
        help="of the file at the microphone, Hz (default: %(default)s)",
    )
    add_model_flag(command)


def run(arguments: argparse.Namespace) -> Report:
    """Play, classify the same file, and compare."""
    pcm = programme(arguments.recordings)
    model = describe(open_model(arguments.model))
    conditions = Conditions.here(model)
    with TemporaryDirectory() as folder, serve(arguments.model) as server:
        recording = write(Path(folder) / "microphone.wav", pcm, arguments.rate)
        streamed = play(server.url, recording, milliseconds(pcm))
        filed = classify(recording, arguments.model)
    found = compare(filed, streamed)
    chosen = {
        "audio": f"{len(arguments.recordings)} recordings" if arguments.recordings else "synthetic",
        "seconds": f"{len(pcm) / RATE:.0f}",
        "rate": arguments.rate,
    }
    return Report(
        "page", conditions, chosen, [overall(found), each(found)], failures(found), details(found)
    )


def programme(recordings: Sequence[Path]) -> Pcm:
    """All recordings with pauses, or a synthetic voice.

    Raises:
        RecordingError: a recording cannot be read, or all of them are empty.
    """
    heard = [read_recording(path) for path in recordings] or [converse(SYNTHETIC_S)]
    if not any(pcm.size for pcm in heard):
        raise RecordingError("there is no audio in these recordings")
    pause, tail = (np.zeros(round(seconds * RATE), "<i2") for seconds in (PAUSE_S, TAIL_S))
    return np.concatenate([pause, *(part for pcm in heard for part in (pcm, pause)), tail])


def write(path: Path, pcm: Pcm, rate: int) -> Path:
    """The sound as a WAV for Chromium, at another rate where asked for."""
    if rate != RATE:
        import soxr

        pcm = soxr.resample(pcm, RATE, rate)
    soundfile.write(path, pcm, rate, subtype="PCM_16")
    return path


def play(url: str, recording: Path, length_ms: int) -> list[Heard]:
    """Open the page with a recording at its microphone, listen to its end, and stop.

    Args:
        url: of the server.
        recording: a WAV.
        length_ms: of it.

    Returns:
        The final verdicts that came to the page.

    Raises:
        BenchError: there is no Playwright or no Chromium, or the page does not do as it should.
    """
    wire = Wire()
    with open_page(url, recording) as page:
        wire.follow(page)
        start(page)
        page.wait_for_timeout(length_ms)  # it sounds as long as it sounds
        stop(page)
    return [heard for _, heard in wire.finals]


def classify(recording: Path, model: str) -> list[Heard]:
    """What ``vivavoz classify`` says of a recording.

    Raises:
        BenchError: it fails.
    """
    folder = Path(model).expanduser()
    source = str(folder.resolve()) if folder.is_dir() else model
    done = subprocess.run(
        [sys.executable, "-m", "server.cli", "classify", "--json", "--model", source, recording],
        cwd=TOP,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BenchError(f"vivavoz classify failed: {done.stderr.strip() or done.stdout.strip()}")
    utterances = json.loads(done.stdout)["utterances"]
    return [Heard.of(segment) for utterance in utterances for segment in utterance["segments"]]


def overall(found: Agreement) -> Table:
    """How far both agree."""
    n = len(found.pairs)
    mean, largest = found.scores_apart or (None, None)
    rows = [
        ("segments in the file", n + len(found.only_one)),
        ("segments on the page", n + len(found.only_other)),
        ("the same segment", n),
        ("the page's clock shows later by, ms", found.offset_ms if n else None),
        ("times apart besides, at most, ms", found.times_apart_ms if n else None),
        ("same verdict", f"{found.same_verdict} of {n}"),
        ("same likeliest emotion", f"{found.same_lead} of {n}"),
        ("two labels that contradict each other", found.contradictions),
        ("scores apart, mean", mean),
        ("scores apart, at most", largest),
    ]
    notes = (
        "The same: more than half of the longer one is shared. Scores apart: the largest "
        "difference of an emotion's score on the segment. The page's clock begins with its first "
        "block: what the microphone gave before that is missing in front.",
    )
    return Table("Page beside file", (Column("figure"), Column("value", ".3f")), rows, notes)


def each(found: Agreement) -> Table:
    """Each segment, where it was found."""
    columns = (
        Column("begins, ms"),
        Column("ends, ms"),
        Column("page begins later by, ms"),
        Column("ends later by, ms"),
        Column("file"),
        Column("page"),
        Column("scores apart", ".3f"),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            *(pair.one.start_ms, pair.one.end_ms, pair.start_apart_ms, pair.end_apart_ms),
            *(pair.one.verdict, pair.other.verdict, pair.scores_apart),
        )
        for pair in found.pairs
    ]
    rows += [(o.start_ms, o.end_ms, None, None, o.verdict, None, None) for o in found.only_one]
    rows += [(o.start_ms, o.end_ms, None, None, None, o.verdict, None) for o in found.only_other]
    return Table("Segments", columns, sorted(rows, key=lambda row: int(row[0] or 0)))


def failures(found: Agreement) -> list[str]:
    """What may not happen, whatever the model is: another segment, or another place of it."""
    return [
        *(f"the page missed {one.start_ms} to {one.end_ms} ms" for one in found.only_one),
        *(f"only the page heard {one.start_ms} to {one.end_ms} ms" for one in found.only_other),
        *(
            f"{pair.one.start_ms} to {pair.one.end_ms} ms is more than {NEAR_MS} ms off on the page"
            for pair in found.pairs
            if found.apart_ms(pair) > NEAR_MS
        ),
        *(() if found.pairs else ("nobody heard anything",)),
    ]


def details(found: Agreement) -> dict[str, object]:
    """All scores, for the JSON file."""
    return {
        "pairs": [
            {"file": pair.one._asdict(), "page": pair.other._asdict()} for pair in found.pairs
        ]
    }
