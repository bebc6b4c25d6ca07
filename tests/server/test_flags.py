import argparse
from pathlib import Path

import pytest

from server.command import CommandError
from server.flags import add_flags, flags, read_settings
from server.settings import Settings


def parse(*arguments: str) -> Settings:
    parser = argparse.ArgumentParser()
    add_flags(parser, Settings.model_fields)
    return read_settings(parser.parse_args(arguments))


def test_every_setting_is_a_flag_with_a_help() -> None:
    named = {flag.path[0] for flag in flags(Settings.model_fields)}
    assert named == set(Settings.model_fields)
    assert all(flag.field.description for flag in flags(Settings.model_fields))


def test_flags_are_the_settings() -> None:
    settings = parse(
        *("--port", "9000", "--token-file", "secret", "--open", "--pace", "2.5"),
        *("--allow-origin", "https://a.example,https://b.example", "--vad-hangover-ms", "700"),
    )
    assert (settings.port, settings.token_file, settings.open) == (9000, Path("secret"), True)
    assert settings.pace == 2.5
    assert settings.allow_origin == ("https://a.example", "https://b.example")
    assert settings.vad.hangover_ms == 700
    assert settings.vad.onset_ms == Settings().vad.onset_ms


def test_without_flags_everything_is_the_default() -> None:
    assert parse() == Settings()


def test_a_flag_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIVAVOZ_PORT", "7000")
    monkeypatch.setenv("VIVAVOZ_VAD__ONSET_MS", "60")
    monkeypatch.setenv("VIVAVOZ_OPEN", "true")
    settings = parse("--port", "9000", "--vad-hangover-ms", "700", "--no-open")
    assert (settings.port, settings.open) == (9000, False)
    assert (settings.vad.onset_ms, settings.vad.hangover_ms) == (60, 700)
    assert parse().port == 7000


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("--port", "x"), "--port (or VIVAVOZ_PORT) is 'x': "),
        (("--workers", "0"), "--workers (or VIVAVOZ_WORKERS) is '0': "),
        (("--allow-origin", "foo"), "write it as https://example.org"),
        (("--runtime", "magic"), "'onnxruntime'"),
        (("--vad-onset-ms", "5"), "--vad-onset-ms (or VIVAVOZ_VAD__ONSET_MS) is '5': "),
    ],
)
def test_a_mistake_names_flag_and_variable(arguments: tuple[str, str], text: str) -> None:
    with pytest.raises(CommandError) as caught:
        parse(*arguments)
    assert text in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code == 2


def test_a_variable_that_is_no_json_is_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIVAVOZ_VAD", "{x")
    with pytest.raises(CommandError, match="vad"):
        parse()


def test_a_help_shows_the_default(capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    add_flags(parser, ("port", "token_file", "runtime", "vad"))
    text = " ".join(parser.format_help().split())
    assert "default: 8080" in text
    assert "--token-file FILE" in text
    assert "auto|onnxruntime|openvino|torch" in text
    assert "--vad-max-segment-ms MS" in text
