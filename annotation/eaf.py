"""ELAN's annotation format, EAF 3.0 (schema http://www.mpi.nl/tools/elan/EAFv3.0.xsd).

Utterances and emotions are tiers with times; confidence, correction and note belong to an emotion
each (*Symbolic Association*). Emotions come from a closed vocabulary: the model's labels, then the
reasons why there may be none. That segments lie within utterances is not told (*Included In*):
pympi, with which most programs read such files, finds no times below two levels of parents.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from annotation.annotation import Annotation
from annotation.notation import moment, one_line
from annotation.tiers import Interval, Tier, tiers

REASONS: Final = ("uncertain", "too_short", "too_noisy", "no_speech", "clipped", "overloaded")
"""As in the protocol; a test compares them."""
MEDIA_TYPES: Final = MappingProxyType(
    {
        ".wav": "audio/x-wav",
        ".flac": "audio/flac",
        ".ogg": "audio/ogg",
        ".oga": "audio/ogg",
        ".opus": "audio/ogg",
    }
)
WITH_TIMES: Final = frozenset({"utterance", "emotion"})
PARENT: Final = "emotion"
"""Of the other tiers, whose annotations have the times of its."""
BY_A_PERSON: Final = frozenset({"correction", "note"})
FROM_VOCABULARY: Final = frozenset({"emotion", "correction"})
STEREOTYPES: Final = MappingProxyType(
    {
        "Time_Subdivision": "Time subdivision of parent annotation's time interval, "
        "no time gaps allowed within this interval",
        "Symbolic_Subdivision": "Symbolic subdivision of a parent annotation. "
        "Annotations refering to the same parent are ordered",
        "Symbolic_Association": "1-1 association with a parent annotation",
        "Included_In": "Time alignable annotations within the parent annotation's time interval, "
        "gaps are allowed",
    }
)
"""As ELAN itself writes them, its spelling included; it expects all four."""
HEAD: Final = (
    'FORMAT="3.0" VERSION="3.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xsi:noNamespaceSchemaLocation="http://www.mpi.nl/tools/elan/EAFv3.0.xsd"'
)


def write(annotation: Annotation) -> str:
    """The whole document."""
    about = annotation.about
    levels = [_without_empty(tier) for tier in tiers(annotation)]
    words, slots, numbers = _vocabulary(annotation), _slots(levels), _numbers(levels)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<ANNOTATION_DOCUMENT AUTHOR="vivavoz" DATE="{moment(about.made_at)}" {HEAD}>',
        '    <HEADER MEDIA_FILE="" TIME_UNITS="milliseconds">',
        *_media(about.source),
        f'        <PROPERTY NAME="lastUsedAnnotationId">{len(numbers)}</PROPERTY>',
        "    </HEADER>",
        "    <TIME_ORDER>",
        *(
            f'        <TIME_SLOT TIME_SLOT_ID="ts{number}" TIME_VALUE="{ms}"/>'
            for (_, _, ms), number in slots.items()
        ),
        "    </TIME_ORDER>",
    ]
    for tier in levels:
        lines += _tier(tier, about.model, slots, numbers, words)
    lines += map(_type, levels)
    lines.append('    <LANGUAGE LANG_ID="eng" LANG_LABEL="English (eng)"/>')
    lines += (
        f'    <CONSTRAINT DESCRIPTION="{_escape(text)}" STEREOTYPE="{name}"/>'
        for name, text in STEREOTYPES.items()
    )
    return "\n".join([*lines, *_entries(words), "</ANNOTATION_DOCUMENT>", ""])


_End = tuple[str, bool, int]
"""An end of an annotation: its tier, whether it begins there, the time in ms."""


def _without_empty(tier: Tier) -> Tier:
    return Tier(tier.name, tuple(interval for interval in tier.intervals if interval.text))


def _vocabulary(annotation: Annotation) -> Mapping[str, int]:
    """Every word that stands or may stand on a tier of the vocabulary, numbered."""
    said = [word for each in annotation.segments for word in (each.word, each.correction)]
    words = map(one_line, (*annotation.about.labels, *REASONS, *said))
    return {word: number for number, word in enumerate(dict.fromkeys(filter(None, words)), 1)}


def _slots(levels: Iterable[Tier]) -> Mapping[_End, int]:
    """Both ends of each annotation that has times of its own, numbered in order of time."""
    ends = [
        end
        for tier in levels
        if tier.name in WITH_TIMES
        for interval in tier.intervals
        for end in ((tier.name, True, interval.start_ms), (tier.name, False, interval.end_ms))
    ]
    in_order = sorted(ends, key=lambda end: end[2])
    return {end: number for number, end in enumerate(in_order, 1)}


def _numbers(levels: Iterable[Tier]) -> Mapping[tuple[str, int], int]:
    """The annotations, by tier and start, numbered."""
    keys = ((tier.name, interval.start_ms) for tier in levels for interval in tier.intervals)
    return {key: number for number, key in enumerate(keys, 1)}


def _media(source: str) -> Iterator[str]:
    """Where the recording is, beside the document; nothing if it is no file of sound."""
    name = _escape(source)
    for suffix, media_type in MEDIA_TYPES.items():
        if source.lower().endswith(suffix):
            yield (
                f'        <MEDIA_DESCRIPTOR MEDIA_URL="{name}" MIME_TYPE="{media_type}" '
                f'RELATIVE_MEDIA_URL="./{name}"/>'
            )


def _tier(
    tier: Tier,
    model: str,
    slots: Mapping[_End, int],
    numbers: Mapping[tuple[str, int], int],
    words: Mapping[str, int],
) -> Iterator[str]:
    name = tier.name
    parent_ref = "" if name in WITH_TIMES else f' PARENT_REF="{PARENT}"'
    annotator = "" if name in BY_A_PERSON else f' ANNOTATOR="{_escape(model)}"'
    opening = f'<TIER{annotator} LINGUISTIC_TYPE_REF="{name}"{parent_ref} TIER_ID="{name}"'
    if not tier.intervals:
        yield f"    {opening}/>"
        return
    yield f"    {opening}>"
    for interval in tier.intervals:
        number = numbers[name, interval.start_ms]
        entry = f' CVE_REF="cve{words[interval.text]}"' if name in FROM_VOCABULARY else ""
        if name in WITH_TIMES:
            kind = "ALIGNABLE_ANNOTATION"
            start = slots[name, True, interval.start_ms]
            end = slots[name, False, interval.end_ms]
            where = f'TIME_SLOT_REF1="ts{start}" TIME_SLOT_REF2="ts{end}"'
        else:
            kind = "REF_ANNOTATION"
            where = f'ANNOTATION_REF="a{numbers[PARENT, interval.start_ms]}"'
        yield from _annotation(kind, f'ANNOTATION_ID="a{number}"{entry} {where}', interval)
    yield "    </TIER>"


def _annotation(kind: str, attributes: str, interval: Interval) -> Sequence[str]:
    return (
        "        <ANNOTATION>",
        f"            <{kind} {attributes}>",
        f"                <ANNOTATION_VALUE>{_escape(interval.text)}</ANNOTATION_VALUE>",
        f"            </{kind}>",
        "        </ANNOTATION>",
    )


def _type(tier: Tier) -> str:
    """A tier's linguistic type, which has its name."""
    name = tier.name
    has_times = name in WITH_TIMES
    constraint = "" if has_times else ' CONSTRAINTS="Symbolic_Association"'
    vocabulary = ' CONTROLLED_VOCABULARY_REF="emotion"' if name in FROM_VOCABULARY else ""
    return (
        f'    <LINGUISTIC_TYPE{constraint}{vocabulary} GRAPHIC_REFERENCES="false" '
        f'LINGUISTIC_TYPE_ID="{name}" TIME_ALIGNABLE="{"true" if has_times else "false"}"/>'
    )


def _entries(words: Mapping[str, int]) -> Iterator[str]:
    yield '    <CONTROLLED_VOCABULARY CV_ID="emotion">'
    yield '        <DESCRIPTION LANG_REF="eng">Emotions, and why none was named</DESCRIPTION>'
    for word, number in words.items():
        yield f'        <CV_ENTRY_ML CVE_ID="cve{number}">'
        yield f'            <CVE_VALUE DESCRIPTION="" LANG_REF="eng">{_escape(word)}</CVE_VALUE>'
        yield "        </CV_ENTRY_ML>"
    yield "    </CONTROLLED_VOCABULARY>"


def _escape(text: str) -> str:
    return html.escape(one_line(text))
