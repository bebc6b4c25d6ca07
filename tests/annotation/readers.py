"""Every format read by a program that is not ours: what segments it finds, and how they are called.

Audacity's labels have no reader on PyPI that needs less than pandas; theirs keeps to the manual.
"""

from __future__ import annotations

import csv
import html
import io
import json
import re
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import parselmouth
import pympi
import webvtt
from lxml import etree
from parselmouth.praat import call, run

Found = list[tuple[int, int, str]]
"""Start and end in ms, and the label or why there is none."""

SCHEMA = Path(__file__).with_name("eaf.xsd")


def read_csv(text: str) -> Found:
    return [
        (int(row["start_ms"]), int(row["end_ms"]), row["label"] or row["reason"])
        for row in csv.DictReader(io.StringIO(text, newline=""), strict=True)
    ]


def read_json(text: str) -> Found:
    return [
        (segment["start_ms"], segment["end_ms"], segment["label"] or segment["reason"])
        for utterance in json.loads(text)["utterances"]
        for segment in utterance["segments"]
    ]


def read_vtt(text: str) -> Found:
    captions = webvtt.from_string(text)
    return [(_ms(each.start), _ms(each.end), vtt_word(each.text)) for each in captions]


def vtt_word(text: str) -> str:
    first = html.unescape(text.splitlines()[0])
    without = re.fullmatch(r"\[(.+)\]", first) or re.fullmatch(r"(.+) [01]\.\d\d", first)
    assert without, first
    return without[1]


def _ms(clock: str) -> int:
    hours, minutes, seconds = clock.split(":")
    return round((int(hours) * 3600 + int(minutes) * 60 + float(seconds)) * 1000)


def read_audacity(text: str) -> Found:
    """A line a label: start, tab, end, tab, text; https://manual.audacityteam.org, "Importing and
    Exporting Labels".
    """
    found = []
    for line in text.splitlines():
        start, end, label = line.split("\t")
        assert re.fullmatch(r"\d+\.\d{6}", start)
        found.append((round(float(start) * 1000), round(float(end) * 1000), label))
    return found


def read_textgrid(text: str) -> Found:
    """By Praat itself: what it saves is letter for letter what it was given."""
    with tempfile.TemporaryDirectory() as folder:
        given, saved = Path(folder, "given.TextGrid"), Path(folder, "saved.TextGrid")
        given.write_bytes(text.encode())
        grid = parselmouth.read(str(given))
        run('Text writing preferences: "UTF-8"')
        call(grid, "Save as text file", str(saved))
        assert saved.read_bytes().decode() == text
    return [
        (round(start * 1000), round(end * 1000), label)
        for start, end, label in textgrid_tiers(grid)["emotion"]
        if label
    ]


def textgrid_tiers(grid: Any) -> dict[str, list[tuple[float, float, str]]]:
    tiers = {}
    for tier in range(1, call(grid, "Get number of tiers") + 1):
        places = range(1, call(grid, "Get number of intervals", tier) + 1)
        tiers[call(grid, "Get tier name", tier)] = [
            (
                call(grid, "Get start time of interval", tier, place),
                call(grid, "Get end time of interval", tier, place),
                call(grid, "Get label of interval", tier, place),
            )
            for place in places
        ]
    return tiers


def read_eaf(text: str) -> Found:
    _schema().assertValid(etree.fromstring(text.encode()))
    return [(start, end, word) for start, end, word, *_ in eaf_tiers(text)["emotion"]]


def eaf_tiers(text: str) -> dict[str, list[tuple[Any, ...]]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.eaf")
        path.write_bytes(text.encode())
        document = pympi.Eaf(str(path))
    names = document.get_tier_names()
    return {name: document.get_annotation_data_for_tier(name) for name in names}


@cache
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(file=str(SCHEMA))


READERS: dict[str, Callable[[str], Found]] = {
    "csv": read_csv,
    "json": read_json,
    "vtt": read_vtt,
    "audacity": read_audacity,
    "textgrid": read_textgrid,
    "eaf": read_eaf,
}
