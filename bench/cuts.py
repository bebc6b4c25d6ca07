"""``vivavoz-bench cuts``: the page over a network that is cut, beside one that is not."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import numpy as np

from bench.agreement import Agreement, Heard, compare
from bench.chromium import Wire, open_page, save_sound, start, stop
from bench.conditions import Conditions
from bench.model import add_model_flag, describe, open_model
from bench.network import Cut, network, random_cuts
from bench.page import TAIL_S, classify, programme, write
from bench.recordings import RATE, Pcm, add_recordings, milliseconds
from bench.report import Cell, Column, Report, Table
from bench.server_process import serve
from bench.voice import converse

if TYPE_CHECKING:
    from playwright.sync_api import Page

HELP = "the page in a real Chromium while its network is cut: nothing lost, nothing twice"

NEAR_MS: Final = 100
"""A boundary that is further off than this was moved by the cuts."""
QUIET_S: Final = 12.0
"""The last cut is so long before the end that the page is back when Stop is pressed."""


@dataclass(frozen=True, slots=True)
class Session:
    """One session of the page, to its end.

    Attributes:
        shown: the final segments on the page, in order.
        twice: final verdicts that came again for a segment that had one.
        gaps: stretches of sound that the page says were lost.
        connections: how many it took.
        filed: what ``vivavoz classify`` says of the sound that this page's microphone gave.
    """

    shown: Sequence[Heard]
    twice: int
    gaps: int
    connections: int
    filed: Sequence[Heard]


def add_flags(command: argparse.ArgumentParser) -> None:
    """The flags of this sub-command."""
    add_recordings(
        command,
        "played one after the other with a pause of a second, again and again (default: a "
        "synthetic voice)",
    )
    command.add_argument(
        "--minutes", type=float, default=5.0, help="how long it sounds (default: %(default)g)"
    )
    command.add_argument(
        "--cuts", type=int, default=20, help="of the network, at any moment (default: %(default)s)"
    )
    command.add_argument(
        "--out-s",
        type=float,
        default=3.0,
        help="each cut lasts up to so many seconds (default: %(default)g)",
    )
    command.add_argument("--seed", type=int, default=1, help="of the cuts (default: %(default)s)")
    add_model_flag(command)


def run(arguments: argparse.Namespace) -> Report:
    """Both at once, each in a browser of its own; then compare."""
    seconds: float = arguments.minutes * 60
    pcm = sound(arguments.recordings, seconds)
    conditions = Conditions.here(describe(open_model(arguments.model)))
    plan = random_cuts(
        arguments.seed,
        arguments.cuts,
        within_s=max(1.0, seconds - QUIET_S),
        most_out_s=arguments.out_s,
    )
    with TemporaryDirectory() as folder, serve(arguments.model) as server:
        recording = write(Path(folder) / "microphone.wav", pcm, RATE)

        def hear(cuts: Sequence[Cut]) -> Session:
            return attend(server.url, recording, milliseconds(pcm), cuts, arguments.model)

        with ThreadPoolExecutor(2) as at_once:
            uncut, cut = at_once.map(hear, ([], plan))
    tables, failures = judge(uncut, cut, plan)
    chosen = {
        "audio": f"{len(arguments.recordings)} recordings" if arguments.recordings else "synthetic",
        "minutes": f"{arguments.minutes:g}",
        "seed": arguments.seed,
    }
    return Report(
        "cuts", conditions, chosen, tables, failures, {"cuts": [cut._asdict() for cut in plan]}
    )


def sound(recordings: Sequence[Path], seconds: float) -> Pcm:
    """Recordings as often as fit, or a synthetic voice, and silence behind.

    Raises:
        RecordingError: see `programme`.
    """
    whole = programme(recordings) if recordings else converse(seconds)
    played: Pcm = np.resize(whole, round(seconds * RATE))
    return np.concatenate([played, np.zeros(round(TAIL_S * RATE), "<i2")])


def attend(url: str, recording: Path, length_ms: int, cuts: Sequence[Cut], model: str) -> Session:
    """A session of the page while its network is cut.

    Args:
        url: of the server.
        recording: a WAV for its microphone.
        length_ms: of it.
        cuts: from the moment when it listens.
        model: that of the server.

    Raises:
        BenchError: see `open_page`.
    """
    wire = Wire()
    with network(url) as between, open_page(between.url, recording) as page:
        wire.follow(page)
        start(page)
        plan = between.suffer(cuts)
        page.wait_for_timeout(length_ms)
        plan.result(QUIET_S)
        page.wait_for_selector("#state[data-connection=open]")
        stop(page)
        shown = read_shown(page, wire)
        gaps = count_gaps(page)
        heard = save_sound(page, recording.with_name(f"heard-{len(cuts)}.wav"))
    keys = Counter(key for key, _ in wire.finals)
    return Session(shown, keys.total() - len(keys), gaps, wire.connections, classify(heard, model))


def read_shown(page: Page, wire: Wire) -> list[Heard]:
    """The final segments that the page lists, with the scores that came for them."""
    said = dict(wire.finals)
    rows = page.locator("#timeline li[data-final=true]")
    data = rows.evaluate_all("rows => rows.map(row => ({...row.dataset}))")
    return [said[int(row["utterance"]), int(row["segment"])] for row in data]


def count_gaps(page: Page) -> int:
    """Stretches of lost sound in the page's table: who was not heard has no certainty."""
    page.click(".verdicts summary")
    return len(page.locator(".verdicts tbody td:nth-child(4):empty").all())


def judge(uncut: Session, cut: Session, plan: Sequence[Cut]) -> tuple[list[Table], list[str]]:
    """Each session beside its own sound as a file, and both beside each other."""
    sessions = {"uncut": uncut, "cut": cut}
    own = {name: compare(session.filed, session.shown) for name, session in sessions.items()}
    out_s = sum(one.out_s for one in plan)
    rows: list[tuple[Cell, ...]] = [
        ("cuts of the network", 0, len(plan)),
        ("without a network, s", 0.0, out_s),
        ("connections", *(one.connections for one in sessions.values())),
        ("segments in its sound", *(len(one.filed) for one in sessions.values())),
        ("segments on the page", *(len(one.shown) for one in sessions.values())),
        ("lost", *(len(found.only_one) for found in own.values())),
        ("in the page alone", *(len(found.only_other) for found in own.values())),
        ("answered twice", *(one.twice for one in sessions.values())),
        ("gaps on the page", *(one.gaps for one in sessions.values())),
        ("largest shift of a boundary, ms", *(shift(found) for found in own.values())),
        ("same verdict", *(f"{f.same_verdict} of {len(f.pairs)}" for f in own.values())),
    ]
    notes = (
        "Each session beside what `vivavoz classify` says of the sound that the page kept of it: "
        "the same samples, by a way without a network. The two browsers themselves do not hear the "
        "same: what a busy machine does not play in time, a microphone does not give.",
    )
    columns = (Column("figure"), Column("uncut", ".1f"), Column("cut", ".1f"))
    tables = [Table("Page over a network that is cut", columns, rows, notes)]
    return tables, [line for name in sessions for line in faults(name, sessions[name], own[name])]


def shift(found: Agreement) -> int:
    """The largest shift of a boundary where both clocks are one, ms."""
    return max(
        (abs(ms) for pair in found.pairs for ms in (pair.start_apart_ms, pair.end_apart_ms)),
        default=0,
    )


def faults(name: str, session: Session, own: Agreement) -> list[str]:
    """What may not happen to a session."""
    far = shift(own)
    return [
        *(f"{name}: {one.start_ms} to {one.end_ms} ms was lost" for one in own.only_one),
        *(f"{name}: {one.start_ms} to {one.end_ms} ms was not said" for one in own.only_other),
        *([f"{name}: {session.twice} answered twice"] if session.twice else []),
        *([f"{name}: {session.gaps} gaps"] if session.gaps else []),
        *([f"{name}: a boundary is {far} ms off"] if far > NEAR_MS else []),
        *([] if own.pairs else [f"{name}: nobody heard anything"]),
    ]
