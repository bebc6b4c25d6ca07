"""What is known of the recordings that models here are trained on, and what their licences ask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Corpus:
    """One published set of recordings.

    Attributes:
        title: how people call it.
        content: what it holds.
        licence: as published.
    """

    title: str
    content: str
    licence: str


CORPORA: Final[Mapping[str, Corpus]] = MappingProxyType(
    {
        "ravdess": Corpus("RAVDESS (speech)", "24 actors, English (US)", "CC BY-NC-SA 4.0"),
        "cremad": Corpus("CREMA-D", "91 actors, English (US)", "ODbL 1.0"),
        "tess": Corpus("TESS", "2 actors, English (Canada)", "CC BY-NC-ND 4.0"),
        "savee": Corpus("SAVEE", "4 men, English (UK)", "research only, on registration"),
        "emodb": Corpus("EMO-DB", "10 actors, German", "free for research"),
        "nemo": Corpus("nEMO", "9 actors, Polish", "CC BY-NC-SA 4.0"),
        "ased": Corpus("ASED", "65 speakers, Amharic", "free for research"),
        "urdu": Corpus("URDU", "29 speakers, Urdu", "research only"),
        "audio-emotions": Corpus(
            "Kaggle audio-emotions",
            "files of several corpora that their names do not tell",
            "that of each corpus; the collection states none",
        ),
        "hu100": Corpus("HU 100 nonspeech sounds", "everyday noises", "research or study only"),
        "rakshak_background": Corpus("Rakshak, background", "homes and streets", "CC BY-NC-SA 4.0"),
        "kitamura": Corpus("Kitamura's responses", "room responses", "none stated"),
    }
)
"""By the name in a manifest's corpus (or set) column."""


def describe(name: str) -> Corpus:
    """What is known of a corpus; one that is not listed here is said to be unknown."""
    return CORPORA.get(name) or Corpus(name, "not described here", "ask whoever published it")


def licence_lines(names: Iterable[str]) -> list[str]:
    """A row of a Markdown table for each corpus."""
    rows = ["| recordings | what they are | licence as published |", "|---|---|---|"]
    rows += [f"| {c.title} | {c.content} | {c.licence} |" for c in map(describe, names)]
    return rows


def licence_text(model: str, names: Iterable[str]) -> str:
    """The ``LICENSE`` that lies beside a model's weights."""
    corpora = "\n".join(f"  - {c.title} ({c.content}): {c.licence}" for c in map(describe, names))
    return f"""Licence of the model "{model}" (weights, graph and configuration in this folder)

1. You may use, copy, change and share this model for research, teaching and private,
   non-commercial purposes.
2. You may not use it, or a model made from it, to earn money or in the course of a business.
   The recordings it learned from do not allow that, and who made the model cannot.
3. Whoever gets a copy from you gets this text with it.
4. Where a law forbids a use (in the European Union: to infer emotions of people at work or in
   education, Regulation (EU) 2024/1689, article 5(1)(f)), this text does not permit it.
5. The model comes as it is. It is often wrong. There is no warranty, and nobody who made it
   answers for what comes of its use.

It learned from these recordings. None of them is contained in it; their own terms hold beside
this text, and where they are stricter, they prevail:
{corpora}

The code that made and runs the model has a licence of its own, in the project's LICENSE.
"""
