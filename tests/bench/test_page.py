from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from bench.agreement import Heard, compare
from bench.cli import main
from bench.errors import BenchError, RecordingError
from bench.page import classify, each, failures, overall, play, programme, write
from bench.recordings import RATE, Pcm, read_recording
from tests.bench import conftest


def test_it_has_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["page", "--help"])
    assert stopped.value.code == 0
    assert "--rate" in capsys.readouterr().out


def test_recordings_are_played_with_pauses(tmp_path: Path, one_utterance: Pcm) -> None:
    path = conftest.write(tmp_path / "a.wav", one_utterance)
    pcm, one_utterance = programme([path, path]), read_recording(path)
    n = one_utterance.size
    assert pcm.size == RATE + 2 * (n + RATE) + 3 * RATE
    assert np.array_equal(pcm[RATE : RATE + n], one_utterance)
    assert np.array_equal(pcm[2 * RATE + n : 2 * RATE + 2 * n], one_utterance)
    assert not pcm[:RATE].any()
    assert programme([]).any()
    with pytest.raises(RecordingError, match="no audio"):
        programme([conftest.write(tmp_path / "b.wav", one_utterance[:0])])


def test_another_rate_is_the_same_sound(tmp_path: Path, one_utterance: Pcm) -> None:
    back = read_recording(write(tmp_path / "a.wav", one_utterance, 48000)).astype(float)
    assert back.size == one_utterance.size
    assert np.corrcoef(back, one_utterance)[0, 1] > 0.999


def test_the_file_is_heard_by_the_product(tmp_path: Path, tiny_model: Path) -> None:
    pcm = programme([])
    (first, *_) = classify(write(tmp_path / "a.wav", pcm, RATE), str(tiny_model))
    assert first.start_ms >= 1000
    assert sum(first.scores.values()) == pytest.approx(1)
    with pytest.raises(BenchError, match=r"vivavoz classify failed: .*none\.wav"):
        classify(tmp_path / "none.wav", str(tiny_model))


def test_without_playwright_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "playwright.sync_api", None)
    with pytest.raises(BenchError, match=r"vivavoz\[dev\]"):
        play("http://127.0.0.1:1", tmp_path / "a.wav", 1)


def test_a_page_out_of_reach_is_one_line(tmp_path: Path) -> None:
    pytest.importorskip("playwright")
    with pytest.raises(BenchError) as raised:
        play("http://127.0.0.1:1", tmp_path / "a.wav", 1)
    assert str(raised.value).count("\n") == 0


def heard(start_ms: int, end_ms: int, label: str = "sad", score: float = 1.0) -> Heard:
    return Heard(start_ms, end_ms, label, None, {"sad": score, "angry": 1 - score})


def test_other_segments_and_other_places_are_failures_other_labels_are_not() -> None:
    file = [heard(t, t + 1000) for t in (0, 2000, 4000, 8000)]
    page = [heard(100, 1140, "angry", 0.3), heard(2400, 3120), heard(6000, 7000), heard(8120, 9120)]
    found = compare(file, page)
    assert failures(found) == [
        "the page missed 4000 to 5000 ms",
        "only the page heard 6000 to 7000 ms",
        "2000 to 3000 ms is more than 150 ms off on the page",
    ]
    assert failures(compare([], [])) == ["nobody heard anything"]
    figures = dict(overall(found).rows)
    assert figures["segments in the file"] == figures["segments on the page"] == 4
    assert figures["the page's clock shows later by, ms"] == 120
    assert figures["times apart besides, at most, ms"] == 280
    assert figures["same verdict"] == "2 of 3"
    assert figures["two labels that contradict each other"] == 1
    assert figures["scores apart, at most"] == pytest.approx(0.7)
    assert [row[0] for row in each(found).rows] == [0, 2000, 4000, 6000, 8000]
    assert "–" in each(found).to_markdown()  # noqa: RUF001


def test_a_page_that_began_late_is_off_by_as_much_everywhere() -> None:
    file = [heard(t, t + 1000) for t in (0, 2000, 4000)]
    page = [heard(t - 200, t + 800) for t in (0, 2000, 4000)]
    found = compare(file, page)
    assert failures(found) == []
    assert (found.offset_ms, found.times_apart_ms) == (-200, 0)
