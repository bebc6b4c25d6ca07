from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench.agreement import Heard
from bench.cli import main
from bench.cuts import Session, judge, sound
from bench.network import random_cuts
from bench.recordings import RATE, Pcm
from tests.bench import conftest

PLAN = random_cuts(1, 2, within_s=60, most_out_s=1)


def heard(start_ms: int, end_ms: int, label: str = "sad") -> Heard:
    return Heard(start_ms, end_ms, label, None, {label: 1.0})


def session(*segments: Heard) -> Session:
    return Session(segments, twice=0, gaps=0, connections=1, filed=segments)


WHOLE = session(heard(0, 900), heard(2000, 3000))


def test_it_has_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["cuts", "--help"])
    assert stopped.value.code == 0
    assert "--seed" in capsys.readouterr().out


def test_recordings_sound_as_long_as_is_asked(tmp_path: Path, one_utterance: Pcm) -> None:
    path = conftest.write(tmp_path / "a.wav", one_utterance)
    pcm = sound([path], 60)
    assert pcm.size == (60 + 3) * RATE
    assert not pcm[-3 * RATE :].any()
    quarters = np.split(pcm[: 60 * RATE], 4)
    assert all(quarter.any() for quarter in quarters)
    assert sound([], 30).size == 33 * RATE


def test_a_session_as_it_was_without_cuts_is_no_failure() -> None:
    tables, failures = judge(WHOLE, replace(WHOLE, connections=3), PLAN)
    assert failures == []
    rows = {figure: (uncut, cut) for figure, uncut, cut in tables[0].rows}
    assert rows["cuts of the network"] == (0, 2)
    assert rows["connections"] == (1, 3)
    assert rows["segments on the page"] == (2, 2)
    assert rows["same verdict"] == ("2 of 2", "2 of 2")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"shown": WHOLE.shown[:1]}, "cut: 2000 to 3000 ms was lost"),
        ({"shown": [*WHOLE.shown, heard(5000, 6000)]}, "cut: 5000 to 6000 ms was not said"),
        ({"twice": 1}, "cut: 1 answered twice"),
        ({"gaps": 2}, "cut: 2 gaps"),
        ({"shown": [heard(0, 900), heard(2101, 3000)]}, "cut: a boundary is 101 ms off"),
    ],
)
def test_what_cuts_may_not_do_is_a_failure(change: dict[str, object], said: str) -> None:
    assert judge(WHOLE, replace(WHOLE, **change), PLAN)[1] == [said]


def test_silence_measures_nothing() -> None:
    assert judge(session(), session(), PLAN)[1] == [
        "uncut: nobody heard anything",
        "cut: nobody heard anything",
    ]
