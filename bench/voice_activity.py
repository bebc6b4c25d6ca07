"""``vivavoz-bench vad``: how much speech the segmenter finds, misses and falsely takes."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.conditions import Conditions
from bench.errors import RecordingError
from bench.recordings import RATE, Pcm, find_recordings, milliseconds, read_recording
from bench.report import Cell, Column, Report, Table
from bench.rttm import Span, read_rttm
from bench.scoring import COLLAR_MS, FRAME_MS, Score, score
from bench.vad_flags import add_vad_flags, read_vad_flags
from vad import Segmenter, SpeechEnded, VadSettings

HELP = "speech found, missed and falsely taken, against recordings with an RTTM file"

MODES: Final = (0, 1, 2, 3)

COLUMNS: Final = (
    Column("speech, s", ".1f"),
    Column("found, s", ".1f"),
    Column("found", ".1%"),
    Column("missed, s", ".1f"),
    Column("missed", ".1%"),
    Column("other, s", ".1f"),
    Column("falsely taken, s", ".1f"),
    Column("falsely taken", ".1%"),
    Column(f"missed, ±{COLLAR_MS} ms forgiven", ".1%"),
    Column(f"falsely taken, ±{COLLAR_MS} ms forgiven", ".1%"),
    Column("utterances"),
    Column("of these without speech"),
)

NOTE: Final = (
    "Found and missed are shares of the speech by the reference (anybody speaking), falsely taken "
    f"of all the rest, in frames of {FRAME_MS} ms. Forgiven: frames within {COLLAR_MS} ms of where "
    "speech begins or ends by the reference are not scored."
)


@dataclass(frozen=True, slots=True)
class Reference:
    """A recording and when anybody speaks in it, ms."""

    name: str
    pcm: Pcm
    speech: list[Span]


def add_flags(command: argparse.ArgumentParser) -> None:
    """The flags of this sub-command."""
    command.add_argument(
        "data",
        type=Path,
        metavar="DATA",
        help="a folder that holds an RTTM file with its recordings beside it, in itself or in vad/",
    )
    add_vad_flags(command, without=("aggressiveness",))


def run(arguments: argparse.Namespace) -> Report:
    """Score each recording at each aggressiveness."""
    conditions = Conditions.here("none: only the cutting is measured")
    settings = read_vad_flags(arguments)
    references = read_references(find_rttm(arguments.data))
    scores = {mode: score_all(references, settings, mode) for mode in MODES}
    chosen = settings.model_dump(exclude={"aggressiveness"})
    return Report("vad", conditions, chosen, tabulate(scores))


def find_rttm(data: Path) -> Path:
    """The one RTTM file that a path means.

    Raises:
        RecordingError: there is none, or several.
    """
    if data.is_file():
        return data
    found = sorted(data.glob("*.rttm")) or sorted((data / "vad").glob("*.rttm"))
    if len(found) != 1:
        raise RecordingError(
            f"{data} holds {len(found)} RTTM files, in itself or in its folder vad; name a folder "
            "with one, or the file"
        )
    return found[0]


def read_references(rttm: Path) -> list[Reference]:
    """The recordings beside an RTTM file that it speaks of.

    Raises:
        RttmError: see `read_rttm`.
        RecordingError: a recording is missing or cannot be read, or there is none at all.
    """
    beside = {path.stem: path for path in find_recordings(rttm.parent)}
    speech = read_rttm(rttm)
    if missing := sorted(speech.keys() - beside.keys()):
        raise RecordingError(f"no recording of {', '.join(missing)} lies beside {rttm}")
    if not speech:
        raise RecordingError(f"{rttm} names no speaker")
    return [Reference(n, read_recording(beside[n]), spans) for n, spans in sorted(speech.items())]


def score_all(
    references: Iterable[Reference], settings: VadSettings, mode: int
) -> dict[str, Score]:
    """The score of each recording at one aggressiveness, by its name."""
    changed = settings.model_copy(update={"aggressiveness": mode})
    return {
        one.name: score(one.speech, cut(one.pcm, changed), milliseconds(one.pcm))
        for one in references
    }


def cut(pcm: Pcm, settings: VadSettings) -> list[Span]:
    """The utterances of a recording, ms; discarded ones are none."""
    segmenter = Segmenter(RATE, settings)
    events = [*segmenter.push(pcm.tobytes()), *segmenter.flush()]
    return [(e.start_ms, e.end_ms) for e in events if isinstance(e, SpeechEnded)]


def tabulate(scores: dict[int, dict[str, Score]]) -> list[Table]:
    """Overall, where the false time lies, and each recording at each aggressiveness."""
    totals = {mode: sum(each.values(), Score()) for mode, each in scores.items()}
    overall = [(mode, *_figures(total)) for mode, total in totals.items()]
    where = [(mode, *_false_figures(total)) for mode, total in totals.items()]
    columns = ("falsely taken, s", "before the first word", "pauses", "after the last word")
    default = VadSettings().aggressiveness
    return [
        Table("Overall", (Column("aggressiveness"), *COLUMNS), overall, (NOTE,)),
        Table(
            "Where the falsely taken time lies, s",
            (
                Column("aggressiveness"),
                *(Column(name, ".1f") for name in (*columns, "in utterances without speech")),
            ),
            where,
            (
                "Before the first word is mostly the pre-roll, pauses are those inside an "
                f"utterance that the hangover bridges. The default aggressiveness is {default}.",
            ),
        ),
        *(
            Table(
                f"Each recording, aggressiveness {mode}",
                (Column("recording"), *COLUMNS),
                [(name, *_figures(one)) for name, one in each.items()],
            )
            for mode, each in scores.items()
        ),
    ]


def _figures(one: Score) -> tuple[Cell, ...]:
    return (
        _seconds(one.speech),
        _seconds(one.found),
        _share(one.found, one.speech),
        _seconds(one.missed),
        _share(one.missed, one.speech),
        _seconds(one.other),
        _seconds(one.false),
        _share(one.false, one.other),
        _share(one.strict_missed, one.strict_speech),
        _share(one.strict_false, one.strict_other),
        one.utterances,
        one.utterances_alone,
    )


def _false_figures(one: Score) -> tuple[Cell, ...]:
    parts = (one.false, one.lead_in, one.pauses, one.run_out, one.alone)
    return tuple(_seconds(frames) for frames in parts)


def _seconds(frames: int) -> float:
    return frames * FRAME_MS / 1000


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
