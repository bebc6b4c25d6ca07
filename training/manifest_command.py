"""``vivavoz-train manifest``: folders of published corpora in, one CSV with honest splits out."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from training.errors import TrainingError

if TYPE_CHECKING:
    from training.merge_settings import MergeSettings

DESCRIPTION: Final = """\
Make the CSV manifest that training reads, of corpora that you have on disk.

  vivavoz-train manifest --corpus ravdess=RAVDESS emodb=EMO-DB --out speech.csv

ravdess, cremad, tess, savee, emodb, nemo, ased and urdu are read by their publishers' file names;
audio-emotions is Kaggle's folder of that name, feedback an export of `vivavoz feedback`; any other
name stands for an audiofolder of Hugging Face, or for a CSV manifest. Splits that a corpus brings
are kept; one without gets splits by whole speakers. It refuses splits in which somebody is both
learned from and measured on.
docs/corpora.md says more.
"""


class UsageError(TrainingError, ValueError):
    """A flag's value is not of the form that the help shows."""


def add(commands: argparse._SubParsersAction[Any]) -> None:
    """Register the command. Imports no numpy: that waits for work."""
    command = commands.add_parser(
        "manifest",
        help="make the CSV manifest of corpora on disk",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument(
        "--corpus",
        metavar="NAME=PLACE",
        nargs="+",
        action="extend",
        required=True,
        help="a corpus and its folder or CSV file; of a recording in two, the first counts",
    )
    command.add_argument("--out", type=Path, required=True, help="the CSV to write")
    command.add_argument("--seed", type=int, default=1, help="of the splits (default: 1)")
    command.add_argument(
        "--validation", type=float, default=0.15, help="share of clips (default: 0.15)"
    )
    command.add_argument("--test", type=float, default=0.15, help="share of clips (default: 0.15)")
    command.add_argument(
        "--map",
        metavar="LABEL=EMOTION",
        nargs="+",
        action="extend",
        default=[],
        help="count a corpus's label as one of the six emotions (default: calm=neutral)",
    )
    command.add_argument(
        "--drop",
        metavar="LABEL",
        nargs="+",
        action="extend",
        default=[],
        help="leave a label out (default: surprised; --map surprised=... overrules that)",
    )
    command.add_argument(
        "--language", metavar="NAME=TAG", nargs="+", action="extend", default=[],
        help="the language of a corpus that does not tell, such as mine=it",
    )  # fmt: skip
    command.add_argument(
        "--unknown-speakers",
        choices=("train", "spread", "leave-out"),
        default="train",
        help="recordings without a known speaker or split: into train alone (default); spread, "
        "each as a speaker of its own, which may flatter the figures; or left out",
    )
    command.add_argument(
        "--resplit", action="store_true", help="ignore the splits that corpora bring"
    )
    command.set_defaults(work=make)


def make(arguments: argparse.Namespace) -> None:
    """Read, split, write, and print the table.

    Raises:
        TrainingError: see `training.corpus_merge.merge`.
    """
    from training.corpus_merge import merge
    from training.manifest_file import write_manifest
    from training.manifest_table import manifest_table
    from training.readers import known_name

    places = [pair("--corpus", text) for text in arguments.corpus]
    corpora = [(known_name(name), Path(place).expanduser()) for name, place in places]
    merged = merge(corpora, settings_of(arguments))
    write_manifest(arguments.out, merged.rows)
    print(manifest_table(merged))  # noqa: T201 - a command prints
    print(f"\n{arguments.out}")  # noqa: T201


def settings_of(arguments: argparse.Namespace) -> MergeSettings:
    """The settings that the flags say."""
    from training.emotion_words import EmotionRule
    from training.merge_settings import MergeSettings
    from training.readers import known_name
    from training.speaker_split import Shares

    languages = dict(pair("--language", text) for text in arguments.language)
    return MergeSettings(
        emotions=EmotionRule(dict(pair("--map", text) for text in arguments.map), arguments.drop),
        shares=Shares(arguments.validation, arguments.test),
        seed=arguments.seed,
        unknown_speakers=arguments.unknown_speakers,
        resplit=arguments.resplit,
        languages={known_name(name): tag for name, tag in languages.items()},
    )


def pair(flag: str, text: str) -> tuple[str, str]:
    """The two sides of ``a=b``.

    Raises:
        UsageError: there are no two.

    Examples:
        >>> pair("--corpus", "mine=/data/a=b")
        ('mine', '/data/a=b')
    """
    left, sign, right = text.partition("=")
    if not (left.strip() and sign and right.strip()):
        raise UsageError(f"{flag} {text}: two sides are needed, as in {flag} a=b")
    return left.strip(), right.strip()
