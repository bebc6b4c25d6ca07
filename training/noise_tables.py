"""What noise, shortness and another beginning do, as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from training.measured import Duration, Heard, Noisy, Shift
from training.tables import table

NOISE_HOW: Final = """\
In noise: {clips} of {of} recordings, with noise added before the segmenter, so that segmenter,
model and thresholds all hear it. *recorded* are the noises of this split, *babble* is the sum of
five other speakers of it. SNR is the level of the recording's speech over the noise's. A
recording's answer is that of the segment that holds most of its speech. *UAR* is over the
recordings in which the segmenter found speech, as everywhere in this report; *missed* is the share
in which it found none, and the next column counts those as wrong. *uncertain*, *too noisy* and
*no speech* are shares of all recordings that were held back for that reason. The last rows are as
the live service meets it: the noise was there for five seconds before anybody spoke."""

HEAD: Final = (
    "noise", "SNR", "UAR", "missed", "UAR, missed wrong", "answered", "right of answered",
    "uncertain", "too noisy", "no speech",
)  # fmt: skip


def noise_lines(noisy: Noisy | None) -> list[str]:
    """The section on noise; empty where it was not measured."""
    if noisy is None:
        return []
    rows = [heard_row("clean", "", noisy.clean)]
    means = {"**mean**": noisy.mean, "mean, noise before": noisy.mean_before}
    for kind, levels in {**noisy.kinds, **means}.items():
        rows += [heard_row(kind, f"{snr} dB", heard) for snr, heard in levels.items()]
    return [NOISE_HOW.format(clips=noisy.clips, of=noisy.of), "", *table(HEAD, rows), ""]


def heard_row(kind: str, snr: str, heard: Heard) -> tuple[str, ...]:
    """One condition."""
    right = "-" if heard.answered_accuracy is None else f"{heard.answered_accuracy:.1%}"
    return (
        kind,
        snr,
        f"{heard.uar:.3f}",
        f"{heard.missed:.1%}",
        f"{heard.uar_missed_wrong:.3f}",
        f"{heard.answered:.1%}",
        right,
        f"{heard.uncertain:.1%}",
        f"{heard.too_noisy:.1%}",
        f"{heard.no_speech:.1%}",
    )


def noise_summary(noisy: Noisy | None) -> list[str]:
    """Noise in a line, for a card."""
    if noisy is None:
        return []
    falls = ", ".join(f"{heard.uar:.3f} at {snr} dB" for snr, heard in noisy.mean.items())
    last = min(noisy.mean)
    return [
        f"- In noise (mean over {', '.join(noisy.kinds)}) UAR goes from {noisy.clean.uar:.3f} to "
        f"{falls}, and the share that gets a label from {noisy.clean.answered:.0%} to "
        f"{noisy.mean[last].answered:.0%}."
    ]


def duration_lines(durations: Sequence[Duration]) -> list[str]:
    """The section on length; empty where it was not measured."""
    if not durations:
        return []
    rows = [
        (
            f"{d.seconds:g} s",
            str(d.segments),
            f"{d.joined:.0%}",
            f"{d.uar:.3f}",
            f"{d.accuracy:.3f}",
            f"{d.answered:.1%}",
        )
        for d in durations
    ]
    head = ("length", "segments", "joined", "UAR", "accuracy", "answered")
    return [
        "By length: the middle of a segment that is long enough; else segments of one speaker and "
        "emotion joined until they are (*joined*), each used once.",
        "",
        *table(head, rows),
        "",
    ]


def shift_lines(shifts: Sequence[Shift]) -> list[str]:
    """The section on segments cut a little later; empty where it was not measured."""
    if not shifts:
        return []
    rows = [
        (
            f"{s.samples} ({s.samples / 16:g} ms)",
            str(s.segments),
            f"{s.mean:.3f}",
            f"{s.largest:.3f}",
            f"{s.changed:.1%}",
        )
        for s in shifts
    ]
    head = ("samples later", "segments", "scores move, mean", "at most", "another verdict")
    return [
        "Cut a little later: a stream's frames begin elsewhere than a file's. Of each segment, by "
        "how much the score moves that moves most, and whether the verdict is another one.",
        "",
        *table(head, rows),
        "",
    ]
