"""Verdicts in the formats of other tools: the flags, and how they become an annotation."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

from annotation import FORMATS, About, Annotation, Format, Segment, UnknownFormatError, format_named
from server.analysis import AnalysedSegment, Analysis
from server.protocol import Emotion, ModelInfo


def add_format_flags(parser: argparse.ArgumentParser, target: str) -> None:
    """``--format`` and ``-o``; `--json` and `--format` exclude each other.

    Args:
        parser: of the command.
        target: what ``-o`` takes, as the help says it.
    """
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--json", action="store_true", help="objects for programs, one a line")
    how.add_argument(
        "--format",
        type=_format,
        metavar="NAME",
        help="; ".join(f"{each.name}: {each.title}" for each in FORMATS.values()),
    )
    parser.add_argument(
        "-o", "--output", metavar="PATH", help=f"{target}; default: standard output"
    )


def check_format_flags(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> None:
    """Refuse ``-o`` where nothing says what to write there."""
    if arguments.output is not None and arguments.format is None:
        parser.error(f"-o needs --format, one of {', '.join(FORMATS)}")


def _format(name: str) -> Format:
    try:
        return format_named(name)
    except UnknownFormatError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def about_now(source: str, model: ModelInfo) -> About:
    """What is annotated from now on."""
    return About(source, datetime.now(UTC), model.version, model.labels)


def annotation_of(analysis: Analysis, about: About) -> Annotation:
    """A file's analysis as an annotation."""
    segments = (
        _segment(segment, utterance.start_ms, number, analysis.model)
        for utterance in analysis.utterances
        for number, segment in enumerate(utterance.segments)
    )
    return Annotation(about, analysis.audio_ms, tuple(segments))


def segment_of(emotion: Emotion) -> Segment:
    """A final verdict of a live session as an annotation's segment."""
    return _segment(emotion, emotion.utterance_id, emotion.segment, emotion.model)


def _segment(
    judged: AnalysedSegment | Emotion, utterance_id: int, number: int, model: str
) -> Segment:
    return Segment(
        utterance_id=utterance_id,
        segment=number,
        start_ms=judged.start_ms,
        end_ms=judged.end_ms,
        label=judged.label,
        reason=judged.reason,
        confidence=judged.confidence,
        scores=judged.scores,
        model=model,
    )
