from __future__ import annotations

import argparse

import pytest

from bench.errors import BenchError
from bench.vad_flags import add_vad_flags, read_vad_flags
from vad import VadSettings


def parse(*argv: str, without: tuple[str, ...] = ()) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_vad_flags(parser, without=without)
    return parser.parse_args(argv)


def test_without_flags_the_defaults_and_nothing_given() -> None:
    settings = read_vad_flags(parse())
    assert settings == VadSettings()
    assert settings.model_fields_set == set()


def test_each_setting_has_its_flag() -> None:
    settings = read_vad_flags(parse("--onset-ms", "60", "--aggressiveness", "3"))
    assert settings.model_dump(exclude_unset=True) == {"onset_ms": 60, "aggressiveness": 3}


def test_a_setting_may_be_kept_from_the_flags() -> None:
    with pytest.raises(SystemExit):
        parse("--aggressiveness", "3", without=("aggressiveness",))
    assert read_vad_flags(parse(without=("aggressiveness",))) == VadSettings()


def test_out_of_range_is_said_with_the_flags_name() -> None:
    with pytest.raises(BenchError, match=r"--onset-ms: .*20"):
        read_vad_flags(parse("--onset-ms", "5"))
