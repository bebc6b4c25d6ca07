"""docker/prepare.sh: what it makes serves, once, and differs from machine to machine."""

from __future__ import annotations

import os
import shutil
import ssl
import stat
import subprocess
from pathlib import Path

import pytest

from server.access import read_token
from tests.docker.files import DOCKER, compose

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="there is no openssl here")


def prepare(folder: Path, *names: str) -> str:
    return subprocess.run(
        ["sh", DOCKER / "prepare.sh", *names],
        env={**os.environ, "VIVAVOZ_SECRETS": str(folder)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout


def test_it_makes_all_that_compose_asks_for(tmp_path: Path) -> None:
    said = prepare(tmp_path / "secrets")
    for secret in compose()["secrets"].values():
        path = tmp_path / "secrets" / Path(secret["file"]).name
        assert path.stat().st_size > 0
        assert stat.S_IMODE(path.stat().st_mode) == 0o644, "users of containers read it"
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700, "nobody else here does"
    assert stat.S_IMODE((tmp_path / "secrets/authority.key").stat().st_mode) == 0o600
    token = read_token(tmp_path / "secrets/token")
    assert token
    assert len(token) == 48
    assert token in said


def test_what_is_there_stays(tmp_path: Path) -> None:
    prepare(tmp_path / "secrets")
    before = {path.name: path.read_bytes() for path in (tmp_path / "secrets").iterdir()}
    assert prepare(tmp_path / "secrets") == ""
    assert {path.name: path.read_bytes() for path in (tmp_path / "secrets").iterdir()} == before


def test_its_password_is_the_one_that_it_says(tmp_path: Path) -> None:
    said = prepare(tmp_path / "secrets")
    (line,) = (line for line in said.splitlines() if "localhost:8081" in line)
    password = line.rsplit(" ", 1)[1]
    user, _, kept = (tmp_path / "secrets/inside_users").read_text().strip().partition(":")
    _, kind, salt, _ = kept.split("$")
    hashed = subprocess.run(
        ["openssl", "passwd", f"-{kind}", "-salt", salt, password],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    assert (user, hashed) == ("admin", kept)


def test_its_certificate_holds_for_the_names_that_were_said(tmp_path: Path) -> None:
    prepare(tmp_path / "secrets", "192.168.1.20", "voice.lan", "fd00::1")
    secrets = tmp_path / "secrets"
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(
        secrets / "certificate.pem", secrets / "certificate.key"
    )
    for flag, name, is_good in (
        ("-verify_hostname", "localhost", True),
        ("-verify_ip", "127.0.0.1", True),
        ("-verify_ip", "192.168.1.20", True),
        ("-verify_hostname", "voice.lan", True),
        ("-verify_ip", "fd00::1", True),
        ("-verify_hostname", "elsewhere.lan", False),
    ):
        command = ["openssl", "verify", "-purpose", "sslserver", "-x509_strict", flag, name]
        done = subprocess.run(
            [*command, "-CAfile", secrets / "authority.pem", secrets / "certificate.pem"],
            capture_output=True,
            text=True,
        )
        assert (done.returncode == 0) is is_good, f"{name}: {done.stderr}"
