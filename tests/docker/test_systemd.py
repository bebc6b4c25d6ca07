"""The unit for systemd: settings that exist, rights that it does not have."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from server.settings import Settings
from tests.docker.files import DOCKER

UNIT = DOCKER / "vivavoz.service"


def directives() -> dict[str, list[str]]:
    """What is said of each, in the order of the file."""
    found: dict[str, list[str]] = {}
    for line in UNIT.read_text(encoding="utf-8").splitlines():
        name, is_one, value = line.partition("=")
        if is_one and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


def variables() -> dict[str, str]:
    words = " ".join(directives()["Environment"]).split()
    return dict(word.split("=", 1) for word in words)


def test_every_variable_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    assert {name.removeprefix("VIVAVOZ_").lower() for name in variables()} <= (
        Settings.model_fields.keys()
    )
    for name, value in variables().items():
        monkeypatch.setenv(name, value.replace("%d", "/run/credentials/vivavoz.service"))
    settings = Settings()
    assert settings.host == settings.metrics_host == "127.0.0.1"
    assert [str(one) for one in settings.trusted_proxies] == ["127.0.0.1/32"]
    assert settings.token_file == Path("/run/credentials/vivavoz.service/token")
    assert directives()["LoadCredential"] == ["token:/etc/vivavoz/token"]


def test_sessions_are_seen_off_before_systemd_loses_patience() -> None:
    said = directives()
    assert int(said["TimeoutStopSec"][0]) > Settings().drain_ms / 1000 + 5
    assert said["KillMode"] == ["mixed"]


def test_it_can_talk_with_this_machine_alone() -> None:
    said = directives()
    assert said["IPAddressDeny"] == ["any"]
    assert said["IPAddressAllow"] == ["localhost"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DynamicUser", "yes"),
        ("NoNewPrivileges", "yes"),
        ("CapabilityBoundingSet", ""),
        ("ProtectSystem", "strict"),
        ("ProtectHome", "yes"),
        ("PrivateDevices", "yes"),
        ("MemorySwapMax", "0"),
        ("LimitCORE", "0"),
    ],
)
def test_it_has_no_rights_that_it_does_not_need(name: str, value: str) -> None:
    assert directives()[name] == [value]


def test_systemd_knows_every_word_of_it(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if not analyze:
        pytest.skip("there is no systemd here")
    unit = tmp_path / UNIT.name
    text = UNIT.read_text(encoding="utf-8").replace("/opt/vivavoz/bin/vivavoz", "/bin/true")
    unit.write_text(text, encoding="utf-8")
    done = subprocess.run([analyze, "verify", unit], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
