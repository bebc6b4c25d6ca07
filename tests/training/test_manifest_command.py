import csv
import doctest
import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.training.corpus_tree import TREES, ravdess_names, tone, tones
from training import manifest_command
from training.cli import main
from training.manifest import EMOTIONS, SPLITS, read_speech

SPEECH = Path(__file__).parents[3] / "shared/data/speech.csv"
Capture = pytest.CaptureFixture[str]


def make(out: Path, *words: str) -> int:
    return main(["manifest", *words, "--out", str(out)])


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_examples() -> None:
    assert doctest.testmod(manifest_command).failed == 0


def test_help_imports_no_numpy() -> None:
    code = (
        "import argparse, sys; from training import manifest_command\n"
        "top = argparse.ArgumentParser()\n"
        "manifest_command.add(top.add_subparsers())\n"
        "try: top.parse_args(['manifest', '--help'])\n"
        "except SystemExit as e: assert e.code == 0\n"
        "assert not {'torch', 'numpy', 'soundfile'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "--unknown-speakers" in done.stdout


def everything(folder: Path) -> list[str]:
    """Every kind of corpus there is; the words for the command line."""
    words = ["--corpus"]
    for name, tree in TREES.items():
        words.append(f"{name}={tones(folder / name, tree)}")
    tones(
        folder / "kaggle",
        ["Angry/1005_TIE_ANG_LO.wav", "Suprised/x.wav", "Sad/y.wav", "Sad/1001_IEO_SAD_HI.wav"],
    )
    lines = []
    for split in ("train", "validation", "test"):
        for label in EMOTIONS:
            lines.append({"file_name": f"{split}/{label}.wav", "label": label, "speaker": split})
            tone(folder / "hub" / split / f"{label}.wav")
    text = "\n".join(json.dumps(line) for line in lines)
    (folder / "hub/metadata.jsonl").write_text(text)
    tones(folder / "classes", ["happy/1.wav", "fear/2.wav"])
    tone(folder / "own/a.wav")
    (folder / "own.csv").write_text("path,emotion,speaker,split\nown/a.wav,sad,me,test\n")
    return [
        *words, f"audio-emotions={folder / 'kaggle'}", f"hub={folder / 'hub'}",
        f"classes={folder / 'classes'}", f"own={folder / 'own.csv'}", "--language", "hub=it",
    ]  # fmt: skip


def test_from_folders_to_what_training_reads(tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "made.csv"
    assert make(out, *everything(tmp_path)) == 0
    clips = read_speech(out)  # which refuses a speaker on two sides
    assert all(clip.path.is_file() for clip in clips)
    assert {clip.corpus for clip in clips} == {
        *TREES, "audio-emotions", "hub", "classes", "own",
    }  # fmt: skip
    for split in SPLITS:
        assert {clip.label for clip in clips if clip.split == split} == set(EMOTIONS)
    assert {c.language for c in clips if c.corpus == "hub"} == {"it"}
    assert {c.split for c in clips if c.speaker == "own:me"} == {"test"}
    assert all(c.split == c.path.parent.name for c in clips if c.corpus == "hub")

    said = capsys.readouterr().out
    table = {line.split()[0]: line.split() for line in said.split("left out")[0].splitlines()[1:-2]}
    assert table["all"][1] == str(len(clips))
    ravdess = [clip for clip in clips if clip.corpus == "ravdess"]
    assert table["ravdess"][1:3] == [str(len(ravdess)), "8"]
    counts = [str(sum(clip.label == label for clip in ravdess)) for label in EMOTIONS]
    assert table["ravdess"][4:10] == counts
    shown = [str(sum(clip.split == split for clip in ravdess)) for split in SPLITS]
    assert table["ravdess"][10::2] == shown
    assert "  ravdess: 8 x dropped: surprised (03-01-08" in said
    assert "  emodb: 6 x no emotion of ours: boredom (03a01La.wav" in said
    assert "  cremad: 1 x the same recording again (1001_IEO_SAD_HI.wav)" in said
    assert "tess: 2 speaker(s) are too few" in said
    assert "classes: of 2 recordings the speaker cannot be told; they are in train" in said
    assert said.rstrip().endswith(str(out))


def test_the_same_command_gives_the_same_file_whatever_the_disk_lists_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["--corpus", f"ravdess={tones(tmp_path / 'r', TREES['ravdess'])}"]
    assert make(tmp_path / "one.csv", *words) == 0
    listed: Callable[..., object] = Path.rglob

    def shuffled(self: Path, pattern: str) -> list[Path]:
        paths = list(listed(self, pattern))  # type: ignore[call-overload]
        random.Random(1).shuffle(paths)
        return paths

    monkeypatch.setattr(Path, "rglob", shuffled)
    assert make(tmp_path / "two.csv", *words) == 0
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()
    assert make(tmp_path / "three.csv", *words, "--seed", "5") == 0
    assert (tmp_path / "one.csv").read_bytes() != (tmp_path / "three.csv").read_bytes()


def test_what_it_wrote_is_a_corpus_with_the_same_splits(tmp_path: Path) -> None:
    place = tones(tmp_path / "r", TREES["ravdess"])
    assert make(tmp_path / "one.csv", "--corpus", f"ravdess={place}") == 0
    again = ["--corpus", f"x={tmp_path / 'one.csv'}", "--seed", "9"]
    assert make(tmp_path / "two.csv", *again) == 0
    assert rows(tmp_path / "two.csv") == rows(tmp_path / "one.csv")
    # The corpus's own label is still there to be treated otherwise.
    assert make(tmp_path / "three.csv", *again, "--drop", "calm") == 0
    assert len(rows(tmp_path / "three.csv")) == len(rows(tmp_path / "one.csv")) - 8


def test_each_flag_does_what_it_says(tmp_path: Path) -> None:
    place = tones(tmp_path / "r", ravdess_names(range(1, 21)))
    tone(place / "../c/sad/1.wav")
    words = ["--corpus", f"RAVDESS={place}", "--corpus", f"c={place / '../c'}"]
    flags = "--map surprised=happy calm=sad --drop disgust --test 0 --validation 0.4"
    out = tmp_path / "made.csv"
    assert make(out, *words, *flags.split(), "--unknown-speakers", "leave-out") == 0
    made = rows(out)
    assert {row["corpus"] for row in made} == {"ravdess"}
    assert {(row["original"], row["emotion"]) for row in made} == {
        *((e, e) for e in EMOTIONS if e != "disgust"), ("surprised", "happy"), ("calm", "sad"),
    }  # fmt: skip
    speakers = {row["speaker"]: row["split"] for row in made}
    assert sorted(speakers.values()) == ["train"] * 12 + ["validation"] * 8


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--corpus", "ravdess"], "--corpus ravdess: two sides are needed"),
        (["--corpus", "ravdess="], "two sides are needed"),
        (["--corpus", "x=/nowhere"], "x: no folder and no .csv file at /nowhere"),
        (["--corpus", "x=.", "--map", "surprised=surprised"], "and no other; map to one of them"),
        (["--corpus", "x=.", "--map", "calm"], "--map calm: two sides"),
        (["--corpus", "x=.", "--validation", "0.6"], "train keeps at least half"),
    ],
)
def test_what_a_person_can_put_right_is_said_in_a_line(
    tmp_path: Path, capsys: Capture, words: list[str], message: str
) -> None:
    assert make(tmp_path / "made.csv", *words) == 1
    said = capsys.readouterr().err
    assert said.startswith("vivavoz-train: ")
    assert message in said
    assert said.count("\n") == 1
    assert not (tmp_path / "made.csv").exists()


@pytest.mark.skipif(not SPEECH.exists(), reason="needs ../shared/data")
def test_folders_of_real_recordings_give_what_their_manifest_says(tmp_path: Path) -> None:
    folder = SPEECH.parent / "speech"
    out = tmp_path / "made.csv"
    assert make(out, "--corpus", f"emodb={folder / 'emodb'}", f"urdu={folder / 'urdu'}") == 0
    told = {row["path"]: row for row in rows(SPEECH)}
    made = rows(out)
    assert len(made) == 535 - 81 + 400  # without boredom
    for row in made:
        other = told[Path(row["path"]).relative_to(SPEECH.parent).as_posix()]
        assert row["emotion"] == other["emotion"]
        assert row["sex"] == other["sex"]
        assert row["language"] == other["language"]
        assert float(row["duration_s"]) == pytest.approx(float(other["duration_s"]), abs=0.02)
    for corpus in ("emodb", "urdu"):
        own = [row for row in made if row["corpus"] == corpus]
        for split in SPLITS:
            share = sum(row["split"] == split for row in own) / len(own)
            assert share == pytest.approx(0.7 if split == "train" else 0.15, abs=0.06)
            labels = {row["emotion"] for row in own if row["split"] == split}
            assert labels == {row["emotion"] for row in own}


def test_a_run_refuses_to_start_on_a_manifest_with_somebody_on_both_sides(
    tmp_path: Path, capsys: Capture
) -> None:
    out = tmp_path / "made.csv"
    assert make(out, "--corpus", f"ravdess={tones(tmp_path / 'r', TREES['ravdess'])}") == 0
    text = out.read_text()
    one = next(row for row in rows(out) if row["split"] == "test")
    line = next(line for line in text.splitlines() if line.startswith(one["path"]))
    out.write_text(text.replace(line, line.removesuffix("test") + "train"))
    run = tmp_path / "run"
    assert main(["fit", "--speech", str(out), "--run", str(run), "--epochs", "1"]) == 1
    said = capsys.readouterr().err
    assert f"1 speaker(s) stand in more than one split ({one['speaker']})" in said
    assert not list(run.glob("**/*.safetensors"))
