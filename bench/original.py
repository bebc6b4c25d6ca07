"""``vivavoz-bench original``: the thesis's stack beside ours, same weights, same recordings."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any, Final, NamedTuple

import numpy as np

from bench.conditions import Conditions
from bench.distribution import distribution
from bench.errors import BenchError, RecordingError, ServerError
from bench.expectation import expect
from bench.model import model_folder, named_model
from bench.original_stack import WORKERS, original_stack
from bench.programme import cut_segments
from bench.random_base import NAME
from bench.recordings import Pcm, add_recordings, milliseconds
from bench.report import Cell, Column, Report, Table
from bench.server_process import Server, serve
from bench.uploads import Pass, ReadLabel, Upload, make_upload, send_all
from classifier import DEFAULT_MODEL, NO_SPEECH
from vad import VadSettings

HELP = "the stack of the thesis beside ours: cost, latency, memory, throughput, as ratios"

MODELS: Final = f"{DEFAULT_MODEL},{NAME}"
ENGINES: Final = "auto:auto,onnxruntime:fp32,onnxruntime:int8,openvino:bf16"
SEGMENTS: Final = 30
WHOLE: Final = 0.9
"""Of a segment that is uploaded, so much has to be classified by us too."""


class Stack(NamedTuple):
    """What was measured of one server.

    Attributes:
        name: of it.
        ready_s: from its start until every worker had its model.
        alone: one request after the other.
        together: several at once.
    """

    name: str
    ready_s: float
    alone: Pass
    together: Pass


def add_flags(command: argparse.ArgumentParser) -> None:
    """The flags of this sub-command."""
    add_recordings(
        command,
        "whose segments are uploaded (default: a synthetic voice)",
    )
    command.add_argument(
        "--models",
        default=MODELS,
        metavar="MODEL,…",
        help=f"folders, or {DEFAULT_MODEL} or {NAME} (default: %(default)s)",
    )
    command.add_argument(
        "--engines",
        default=ENGINES,
        metavar="RUNTIME:PRECISION,…",
        help="of our server, one after the other (default: %(default)s)",
    )
    command.add_argument(
        "--segments",
        type=int,
        default=SEGMENTS,
        metavar="N",
        help="that are uploaded (default: %(default)s)",
    )
    command.add_argument(
        "--workers",
        type=int,
        default=WORKERS,
        metavar="N",
        help="of gunicorn, and requests at once (default: %(default)s, as in the thesis)",
    )


def run(arguments: argparse.Namespace) -> Report:
    """Measure their stack and ours with each model, one after the other."""
    if arguments.segments < 1 or arguments.workers < 1:
        raise BenchError("--segments and --workers have to be at least 1")
    said = choose(arguments.recordings, arguments.segments)
    uploads = [make_upload(pcm) for pcm in said]
    conditions = Conditions.here("each table's own")
    workers, tables = arguments.workers, list[Table]()
    measured: list[tuple[Stack, list[Stack]]] = []
    for name in arguments.models.split(","):
        model, missing = named_model(name), list[str]()
        first = theirs(model, uploads, workers)
        rest = ours(model, uploads, workers, arguments.engines, missing)
        measured.append((first, rest))
        tables.append(tabulate(f"The same weights, {name}", first, rest, workers, missing))
    if len(measured) > 1:
        last = measured[-1][0]
        rest = [stack for _, stacks in measured[:-1] for stack in stacks]
        tables.append(tabulate(f"Ours beside theirs with {name}", last, rest, workers, ()))
    failures = [
        f"{stack.name}: {stack.alone.labels.count(None)} recordings without an answer"
        for first, rest in measured
        for stack in (first, *rest)
        if None in stack.alone.labels
    ]
    chosen = {
        "audio": f"{len(arguments.recordings)} recordings" if arguments.recordings else "synthetic",
        "segments": len(said),
        "seconds of speech": round(sum(upload.seconds for upload in uploads)),
        "at once": workers,
    }
    return Report("original", conditions, chosen, tables, failures)


def choose(recordings: Sequence[Path], count: int) -> list[Pcm]:
    """Segments that our server, given one as a recording, classifies nearly whole, evenly chosen.

    Raises:
        RecordingError: there is none.
    """
    vad = VadSettings()
    said = [np.frombuffer(one.pcm, "<i2") for one in cut_segments(recordings, vad)]
    whole = [pcm for pcm in said if _is_whole(pcm, vad)]
    if not whole:
        raise RecordingError("no segment of these recordings is cut the same once more")
    step = max(1.0, len(whole) / count)
    return [whole[int(i * step)] for i in range(min(count, len(whole)))]


def theirs(model: str, uploads: Sequence[Upload], workers: int) -> Stack:
    """Their stack."""
    name = f"Flask, gunicorn -w {workers}, pipeline: {Path(model).name}"
    print(f"{name} …", file=sys.stderr)
    with original_stack(model_folder(model), workers) as server:
        return _measure(name, server, server.url, uploads, workers, read_theirs)


def ours(
    model: str, uploads: Sequence[Upload], at_once: int, engines: str, missing: list[str]
) -> list[Stack]:
    """Our server in each engine that there is; why another is left out is added to `missing`."""
    stacks: list[Stack] = []
    for engine in engines.split(","):
        runtime, _, precision = engine.partition(":")
        print(f"vivavoz serve, {engine}, {model} …", file=sys.stderr)
        flags = ["--max-uploads", str(4 * at_once), "--log-level", "warning"]
        if engine != "auto:auto":
            flags += ["--runtime", runtime, "--precision", precision or "auto"]
        try:
            with serve(model, *flags) as server:
                name = f"vivavoz serve, {engine}: {server.model}"
                url = f"{server.url}/v1/classify"
                stack = _measure(name, server, url, uploads, at_once, read_ours)
        except ServerError as error:
            missing.append(f"Not measured: {engine} ({error}).")
            continue
        stacks.append(stack)
    return stacks


def read_theirs(answer: Any) -> str | None:
    """The likeliest emotion of ``[{"label", "score"}]``."""
    best = [one for one in answer if one["label"] != NO_SPEECH]
    return str(max(best, key=lambda one: one["score"])["label"]) if best else None


def read_ours(answer: Any) -> str | None:
    """The likeliest emotion of the first segment, whatever the verdict."""
    segments = [segment for one in answer["utterances"] for segment in one["segments"]]
    scores: dict[str, float] = segments[0]["scores"] if segments else {}
    return max(scores, key=lambda label: scores[label]) if scores else None


def tabulate(
    title: str, first: Stack, rest: Sequence[Stack], at_once: int, missing: Sequence[str]
) -> Table:
    """Their stack first, then ours, with how many times better each is."""
    rows: list[tuple[Cell, ...]] = []
    for stack in (first, *rest):
        alone, together = stack.alone, stack.together
        spread = distribution(alone.latency_ms)
        rows.append(
            (
                stack.name,
                alone.cpu_per_minute,
                first.alone.cpu_per_minute / alone.cpu_per_minute,
                spread.p50,
                spread.p95,
                median(first.alone.latency_ms) / median(alone.latency_ms),
                together.throughput,
                together.throughput / first.together.throughput,
                together.mib,
                first.together.mib / together.mib,
                _same(stack, first),
                stack.ready_s,
            )
        )
    return Table(
        title,
        (
            Column("server"),
            Column("CPU a minute of speech, s", ".2f"),
            Column("times less", ".1f"),
            Column("answer p50, ms", ".0f"),
            Column("p95, ms", ".0f"),
            Column("times sooner", ".1f"),
            Column(f"speech a second, {at_once} at once, s", ".1f"),
            Column("times more", ".1f"),
            Column("memory, MiB", ".0f"),
            Column("times less memory", ".1f"),
            Column("same emotion as theirs", ".0%"),
            Column("ready after, s", ".1f"),
        ),
        rows,
        (
            "Every server gets the same segments as WAV files, one a request: theirs at /predict, "
            "ours at /v1/classify. Processor time and latency are of one request after the other, "
            f"throughput and memory of {at_once} at once; of all processes of a server, memory "
            "by their share of what they share. Times: theirs against each.",
            *missing,
        ),
    )


def _measure(
    name: str, server: Server, url: str, uploads: Sequence[Upload], at_once: int, read: ReadLabel
) -> Stack:
    pid = server.pid
    assert pid is not None
    # The first run of each worker is slower.
    send_all([*uploads[:at_once], *uploads[:at_once]], url, pid, at_once, read)
    alone = send_all(uploads, url, pid, 1, read)
    together = send_all(uploads, url, pid, at_once, read)
    return Stack(name, server.ready_s or 0.0, alone, together)


def _same(stack: Stack, first: Stack) -> float:
    pairs = zip(stack.alone.labels, first.alone.labels, strict=True)
    return float(np.mean([a is not None and a == b for a, b in pairs]))


def _is_whole(pcm: Pcm, vad: VadSettings) -> bool:
    found = list(expect(pcm, vad).verdicts.values())
    return len(found) == 1 and found[0].end_ms - found[0].start_ms >= WHOLE * milliseconds(pcm)
