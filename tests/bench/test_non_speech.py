from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from bench.cli import main
from bench.model import open_model
from bench.non_speech import hear, tally
from bench.recordings import Pcm
from bench.sounds import Sound
from tests.bench.conftest import with_silence, write
from vad import VadSettings
from vad.voice import speak


def test_every_segment_gets_its_verdict(tiny_model: Path, one_utterance: Pcm) -> None:
    classifier = open_model(str(tiny_model))
    heard = hear(np.tile(one_utterance, 3), VadSettings(), classifier)
    assert (heard.utterances, heard.discarded, heard.audio_ms) == (3, 0, 7500)
    assert heard.verdicts.total() == 3
    assert heard.labels.total() == heard.verdicts[None]
    blip = with_silence(speak(0.15), before=0.5, after=1.0)
    heard = hear(blip, VadSettings(onset_ms=60), classifier)
    assert (heard.utterances, heard.discarded, heard.verdicts.total()) == (0, 1, 0)


def test_the_reason_is_the_classifiers(tiny_model: Path) -> None:
    loud = with_silence(speak(1.0, level=2.0), before=0.5, after=1.0)  # far beyond full scale
    heard = hear(loud, VadSettings(), open_model(str(tiny_model)))
    assert heard.verdicts == {"clipped": 1}
    assert not heard.labels


def test_joined_recordings_are_one_stream(tiny_model: Path, tmp_path: Path) -> None:
    half = speak(0.6)
    sounds = [
        Sound(write(tmp_path / "a.wav", with_silence(half, before=0.5, after=0)), "x"),
        Sound(write(tmp_path / "b.wav", with_silence(half, before=0, after=0.5)), "x"),
    ]
    classifier = open_model(str(tiny_model))
    apart = tally(sounds, VadSettings(), classifier, joined=False)
    joined = tally(sounds, VadSettings(), classifier, joined=True)
    assert (apart.utterances, joined.utterances) == (2, 1)
    assert apart.recordings == joined.recordings == 2
    assert apart.audio_ms == joined.audio_ms == 2200


def test_the_tables_of_a_folder(
    tiny_model: Path, tmp_path: Path, one_utterance: Pcm, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "sounds"
    for i in range(10):
        write(data / f"{i}.wav", one_utterance)
    (data / "sounds.csv").write_text(
        "path,kind,set\n" + "".join(f"{i}.wav,noise,{'ab'[i // 5]}\n" for i in range(10))
    )
    out = tmp_path / "report.json"
    assert main(["noise", str(data), "--model", str(tiny_model), "--json", str(out)]) == 0
    text = capsys.readouterr().out
    assert "- model: tiny " in text
    assert "split test, streams one a recording" in text
    first, second = json.loads(out.read_text())["tables"]
    rows = {row["set"]: row for row in first["rows"]}
    assert [row["recordings"] for row in first["rows"]] == [1, 1, 2]  # a fifth of each set
    assert list(rows) == ["a", "b", "all"]
    row = rows["all"]
    assert row["minutes"] == pytest.approx(5 / 60)
    assert row["utterances a minute"] == pytest.approx(2 / (5 / 60))
    reasons = ("too_short", "no_speech", "clipped", "too_noisy", "uncertain")
    assert row["emotion labels"] + sum(row[reason] for reason in reasons) == row["segments"] == 2
    assert row["emotion labels a minute"] == pytest.approx(row["emotion labels"] * 12)
    labels = second["rows"][-1]
    assert sum(labels[name] for name in labels if name != "set") == row["emotion labels"]
