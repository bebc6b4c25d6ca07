import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from server.protocol import Limits
from server.settings import Settings
from vad import VadSettings


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.upper().startswith("VIVAVOZ_"):
            monkeypatch.delenv(name)


def test_the_defaults_are_for_this_machine_alone() -> None:
    settings = Settings()
    assert (settings.host, settings.port, settings.metrics_host) == ("127.0.0.1", 8080, "127.0.0.1")
    assert (settings.token_file, settings.open, settings.allow_origin) == (None, False, ())
    assert settings.limits == Limits()
    assert settings.vad == VadSettings()


def test_every_field_says_what_it_is() -> None:
    undocumented = [name for name, field in Settings.model_fields.items() if not field.description]
    assert undocumented == []


@pytest.mark.parametrize(("cpus", "workers"), [(1, 1), (2, 1), (8, 7)])
def test_one_cpu_is_left_to_the_event_loop(
    monkeypatch: pytest.MonkeyPatch, cpus: int, workers: int
) -> None:
    monkeypatch.setattr("server.settings.available_cpus", lambda: cpus)
    assert Settings().workers == workers


def test_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIVAVOZ_PORT", "9000")
    monkeypatch.setenv("VIVAVOZ_OPEN", "true")
    monkeypatch.setenv("VIVAVOZ_TOKEN_FILE", "/run/token")
    monkeypatch.setenv("VIVAVOZ_ALLOW_ORIGIN", "https://A.example , http://b.example:8000,")
    monkeypatch.setenv("VIVAVOZ_VAD__HANGOVER_MS", "700")
    settings = Settings()
    assert (settings.port, settings.open) == (9000, True)
    assert settings.token_file == Path("/run/token")
    assert settings.allow_origin == ("https://a.example", "http://b.example:8000")
    assert settings.vad == VadSettings(hangover_ms=700)
    assert Settings(port=9001).port == 9001, "what is given goes before the environment"


def test_secret_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "vivavoz_port").write_text("9002\n")
    assert Settings(_secrets_dir=tmp_path).port == 9002
    monkeypatch.setenv("VIVAVOZ_PORT", "9000")
    assert Settings(_secrets_dir=tmp_path).port == 9000


@pytest.mark.parametrize(
    "mistake",
    [
        {"port": 65536},
        {"port": -1},
        {"workers": 0},
        {"host": ""},
        {"runtime": "tensorflow"},
        {"log_level": "loud"},
        {"pace": 0.5},
        {"allow_origin": "*"},
        {"allow_origin": "example.org"},
        {"allow_origin": "https://example.org/page"},
        {"vad": {"hangover_ms": 5}},
        {"vad": {"hangover_ms": "long"}},
        {"prot": 80},
    ],
)
def test_what_is_out_of_range(mistake: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Settings(**mistake)


def test_clients_are_told_the_limits_in_force() -> None:
    limits = Settings(session_ms=9, idle_ms=8, message_bytes=7, messages_per_second=6).limits
    assert (limits.session_ms, limits.idle_ms) == (9, 8)
    assert (limits.message_bytes, limits.messages_per_second) == (7, 6)
