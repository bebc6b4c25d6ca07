from pathlib import Path

from training.corpus_merge import Merged
from training.corpus_recording import LeftOut, Recording
from training.manifest_row import Row
from training.manifest_table import manifest_table


def row(label: str, speaker: str | None, split: str, corpus: str = "x") -> Row:
    recording = Recording(Path("a.wav"), label, corpus, speaker)
    return Row(recording, label, 900, f"{corpus}:{speaker}", "", "", split=split)  # type: ignore[arg-type]


def test_the_whole_of_it() -> None:
    merged = Merged(
        [
            row("angry", "ann", "train"),
            row("sad", "bob", "test"),
            row("sad", "bob", "test"),
            row("happy", None, "train", "y"),
        ],
        [LeftOut(Path(f"dir/{i}.wav"), "x", "dropped: surprised") for i in range(4)]
        + [LeftOut(Path("z.wav"), "y", "empty: no bytes")],
        ["look out"],
    )
    assert manifest_table(merged) == (
        "corpus  clips  speakers  hours  angry  disgust  fearful  happy  neutral  sad"
        "    train  validation   test\n"
        "x           3         2   0.75      1        0        0      0        0    2"
        "    1 (1)       0 (0)  2 (1)\n"
        "y           1       0+?   0.25      0        0        0      1        0    0"
        "  1 (0+?)       0 (0)  0 (0)\n"
        "all         4       2+?   1.00      1        0        0      1        0    2"
        "  2 (1+?)       0 (0)  2 (1)\n"
        "(in brackets: speakers; +?: and unknown ones)\n"
        "\n"
        "left out: 5\n"
        "  x: 4 x dropped: surprised (0.wav, 1.wav, 2.wav, ...)\n"
        "  y: 1 x empty: no bytes (z.wav)\n"
        "\n"
        "note:\n"
        "  look out"
    )


def test_nothing_left_out_and_nothing_to_note_is_no_heading() -> None:
    said = manifest_table(Merged([row("sad", "ann", "train")], [], []))
    assert len(said.splitlines()) == 3
    assert "all" not in said
