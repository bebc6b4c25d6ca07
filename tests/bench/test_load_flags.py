from __future__ import annotations

import argparse

import pytest

from bench.errors import BenchError
from bench.load_flags import add_load_flags, read_load, server_flags


def parse(*argv: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_load_flags(parser, "1,5")
    return parser.parse_args(argv)


def test_the_defaults() -> None:
    arguments = parse()
    assert arguments.sessions == [1, 5]
    load = read_load(arguments)
    assert (load.seconds, load.chunk_ms, load.interim_ms) == (30, 100, 1000)
    assert load.session_s == 35


def test_what_is_given() -> None:
    arguments = parse(
        *("--sessions", "20,3", "--seconds", "2", "--ramp", "0.5", "--interim-ms", "0"),
        *("--sessions-a-process", "7", "--serve=--workers 2 --runtime torch"),
    )
    assert arguments.sessions == [3, 20]
    load = read_load(arguments)
    assert (load.session_s, load.interim_ms, load.sessions_a_process) == (2.5, 0, 7)
    flags = server_flags(arguments, 20)
    assert flags[:4] == ["--max-sessions", "28", "--max-sessions-per-address", "28"]
    assert flags[4:8] == ["--max-connections", "28", "--max-connections-per-address", "28"]
    assert flags[-4:] == ["--workers", "2", "--runtime", "torch"]


@pytest.mark.parametrize(
    "argv", [("--sessions", "0"), ("--sessions", "a"), ("--seconds", "0"), ("--ramp", "nan")]
)
def test_what_makes_no_sense(argv: tuple[str, str]) -> None:
    with pytest.raises(SystemExit):
        parse(*argv)


def test_a_process_holds_at_least_one() -> None:
    with pytest.raises(BenchError, match="--sessions-a-process"):
        read_load(parse("--sessions-a-process", "0"))
