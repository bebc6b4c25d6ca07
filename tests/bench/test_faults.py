from __future__ import annotations

import asyncio

import pytest

from bench.crowd_through_faults import Ledger
from bench.faults import attempt, table_of
from bench.prometheus import read_value
from bench.server_process import serve
from bench.stub import write_stub
from bench.trial import Outcome, Trial
from bench.trials import TRIALS


@pytest.fixture(scope="module")
def stub(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(write_stub(tmp_path_factory.mktemp("stub")))


@pytest.mark.parametrize("fault", ["client that does not read", "gone without a word"])
def test_a_promise_is_kept(stub: str, fault: str) -> None:
    """The others take longer than a test may, and are kept by ``vivavoz bench faults``."""
    (trial,) = [trial for trial in TRIALS if fault in trial.fault]
    outcome = asyncio.run(attempt(trial, stub))
    assert outcome.is_kept, outcome.figure


def test_a_trial_that_fails_is_a_promise_broken() -> None:
    async def stumble(_: str) -> Outcome:
        raise ConnectionError("nobody there")

    trial = Trial("a fault", "a promise", stumble)
    outcome = asyncio.run(attempt(trial, ""))
    assert outcome == Outcome(False, "ConnectionError: nobody there")
    assert table_of([trial], [outcome]).rows == [
        ["a fault", "a promise", "NO", "ConnectionError: nobody there"]
    ]


def test_a_ledger_tells_what_is_lost_and_what_comes_twice() -> None:
    whole = Ledger([(0, 0, 900), (2000, 2000, 2900)])
    heard = Ledger([(0, 0, 900), (0, 0, 900)])
    assert (heard.lost(whole), heard.twice()) == (1, 1)
    assert (whole.lost(whole), whole.twice()) == (0, 0)


def test_a_value_of_the_metrics(stub: str) -> None:
    with serve(stub) as server:
        assert server.metrics_url is not None
        assert read_value(server.metrics_url, "vivavoz_sessions_open") == 0
        assert read_value(server.metrics_url, "vivavoz_sessions_capacity") >= 4
