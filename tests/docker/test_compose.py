"""docker-compose.yml: by the published schema, and by what it promises."""

from __future__ import annotations

import re
import subprocess
import sys
from ipaddress import ip_address, ip_network

import pytest

from server.settings import Settings
from tests.docker.files import DOCKER, ROOT, compose, mounted, services

NAMES = sorted(services())


def test_it_keeps_to_the_published_schema() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run(
        [*command, "docker-compose.yml"], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_profiles() -> None:
    profiles = {name: service.get("profiles") for name, service in services().items()}
    assert profiles == {
        "server": None,
        "traefik": None,
        "server-gpu": ["gpu"],
        "prometheus": ["monitoring"],
        "grafana": ["monitoring"],
    }


@pytest.mark.parametrize("name", NAMES)
def test_every_container_has_next_to_no_rights(name: str) -> None:
    service = services()[name]
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is True
    assert int(service["user"].split(":")[0]) > 0
    assert not {"privileged", "pid", "ipc", "network_mode", "devices"} & service.keys()
    assert service["pids_limit"] <= 256
    assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory"}
    assert service["logging"]["options"] == {"max-size": "10m", "max-file": "3"}


@pytest.mark.parametrize("name", NAMES)
def test_every_image_is_pinned(name: str) -> None:
    assert re.search(r":v?\d+\.\d+(\.\d+)?(-gpu)?$", services()[name]["image"])


def test_ours_carry_our_version() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    version = re.search(r'(?m)^version = "([^"]+)"', project)
    assert version
    assert services()["server"]["image"] == f"vivavoz:{version[1]}"
    assert services()["server-gpu"]["image"] == f"vivavoz:{version[1]}-gpu"


def test_nobody_holds_the_socket_of_docker() -> None:
    assert "docker.sock" not in (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    assert set(DOCKER.glob("traefik/*.yml")) >= {
        ROOT / source for source, _ in mounted(services()["traefik"]) if source.endswith(".yml")
    } - {ROOT / "docker/traefik/router.yml"}


def test_only_the_proxy_has_a_way_out() -> None:
    networks = compose()["networks"]
    assert networks["inside"]["internal"] is True
    for name, service in services().items():
        assert ("outside" in service["networks"]) is (name == "traefik"), name
        assert ("ports" in service) is (name == "traefik"), name
    public = [port for port in services()["traefik"]["ports"] if not port.startswith("127.0.0.1:")]
    assert public == ["80:8080", "443:8443"]


def test_the_server_is_as_large_as_promised() -> None:
    server = services()["server"]
    assert server["deploy"]["resources"]["limits"] == {"cpus": "4", "memory": "8g"}
    smaller = compose(CPUS="2", MEMORY="2g")["services"]["server"]
    assert smaller["deploy"]["resources"]["limits"] == {"cpus": "2", "memory": "2g"}


@pytest.mark.parametrize("name", ["server", "server-gpu"])
def test_every_variable_is_a_setting_and_its_value_is_one(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = services()[name]["environment"]
    fields = {variable.removeprefix("VIVAVOZ_").lower() for variable in environment}
    assert fields <= Settings.model_fields.keys()
    for variable, value in environment.items():
        monkeypatch.setenv(variable, str(value))
    settings = Settings()
    assert settings.host == settings.metrics_host == "0.0.0.0"
    assert not settings.open
    assert settings.max_sessions == 64
    assert settings.token_file
    assert settings.token_file.name in services()[name]["secrets"]


def test_only_traefik_is_believed() -> None:
    (trusted,) = Settings(
        trusted_proxies=services()["server"]["environment"]["VIVAVOZ_TRUSTED_PROXIES"]
    ).trusted_proxies
    address = services()["traefik"]["networks"]["inside"]["ipv4_address"]
    assert list(trusted) == [ip_address(address)]
    (inside,) = compose()["networks"]["inside"]["ipam"]["config"]
    assert ip_address(address) in ip_network(inside["subnet"])
    assert ip_address(address) not in ip_network(inside["ip_range"]), "another could get it"


def test_sessions_are_seen_off_before_docker_loses_patience() -> None:
    for service in services().values():
        if service["image"].startswith("vivavoz:"):
            assert int(service["stop_grace_period"].rstrip("s")) > Settings().drain_ms / 1000 + 5


def test_the_gpu_server_takes_the_place_of_the_other() -> None:
    gpu = services()["server-gpu"]
    assert gpu["networks"]["inside"]["aliases"] == ["server"]
    assert gpu["build"]["args"] == {"LOCK": "requirements-torch.lock"}
    (device,) = gpu["deploy"]["resources"]["reservations"]["devices"]
    assert device["driver"] == "nvidia"
    assert gpu["deploy"]["resources"]["limits"] == {"cpus": "4", "memory": "8g"}


@pytest.mark.parametrize("domain", ["", "voice.example.org"])
def test_all_that_is_mounted_is_there(domain: str) -> None:
    for service in compose(DOMAIN=domain)["services"].values():
        for source, _ in mounted(service):
            made_by_prepare = source.startswith("./docker/state/")
            assert made_by_prepare or (ROOT / source).exists(), source


def test_the_certificate_follows_the_domain() -> None:
    def router(**variables: str) -> str:
        targets = {to: at for at, to in mounted(compose(**variables)["services"]["traefik"])}
        return targets["/etc/traefik/dynamic/router.yml"]

    assert router() == "./docker/traefik/router.yml"
    assert router(DOMAIN="voice.example.org") == "./docker/traefik/domain-router.yml"


def test_secrets_are_files_that_no_repository_holds() -> None:
    declared = compose()["secrets"]
    used = {one for service in services().values() for one in service.get("secrets", [])}
    assert used == declared.keys()
    for secret in declared.values():
        assert secret.keys() == {"file"}
        ignored = subprocess.run(["git", "check-ignore", "-q", secret["file"]], cwd=ROOT)
        assert ignored.returncode == 0
    for service in services().values():
        for variable, value in service.get("environment", {}).items():
            if re.search("PASSWORD|TOKEN|SECRET", variable):
                assert value.startswith("/run/secrets/")
