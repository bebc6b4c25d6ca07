"""Traefik's files. It publishes no schema in a package, so what is written here is compared with
what Traefik 3 knows, and what hangs together is followed from name to name.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from server.settings import Settings
from tests.docker.files import DOCKER, compose, dynamic, mounted, services, yaml_of

INSTALL = yaml_of(DOCKER / "traefik" / "traefik.yml")
ROUTERS = ("router", "domain-router")

KNOWN: dict[str, set[str]] = {
    "": {
        *("global", "log", "api", "ping", "providers", "entryPoints", "certificatesResolvers"),
        *("http", "tls"),  # in the files that the file provider reads
    },
    "global": {"checkNewVersion", "sendAnonymousUsage"},
    "log": {"level", "format", "filePath", "noColor"},
    "api": {"dashboard", "insecure", "basePath", "debug", "disableDashboardAd"},
    "ping": {"entryPoint", "manualRouting", "terminatingStatusCode"},
    "providers.file": {"directory", "filename", "watch", "debugLogGeneratedTemplate"},
    "entryPoints.*": {"address", "http", "transport", "forwardedHeaders", "proxyProtocol", "http2"},
    "entryPoints.*.http.redirections.entryPoint": {"to", "scheme", "permanent", "priority"},
    "entryPoints.*.transport": {"respondingTimeouts", "lifeCycle", "keepAliveMaxTime"},
    "entryPoints.*.transport.respondingTimeouts": {"readTimeout", "writeTimeout", "idleTimeout"},
    "entryPoints.*.transport.lifeCycle": {"requestAcceptGraceTimeout", "graceTimeOut"},
    "certificatesResolvers.*.acme": {"email", "storage", "keyType", "tlsChallenge", "caServer"},
    "http": {"routers", "services", "middlewares", "serversTransports"},
    "http.routers.*": {"rule", "entryPoints", "middlewares", "service", "tls", "priority"},
    "http.routers.*.tls": {"certResolver", "domains", "options"},
    "http.services.*": {"loadBalancer"},
    "http.services.*.loadBalancer": {"servers", "healthCheck", "passHostHeader", "sticky"},
    "http.services.*.loadBalancer.healthCheck": {"path", "interval", "timeout", "port", "scheme"},
    "http.middlewares.*": {"chain", "rateLimit", "inFlightReq", "headers", "basicAuth"},
    "http.middlewares.*.chain": {"middlewares"},
    "http.middlewares.*.rateLimit": {"average", "period", "burst", "sourceCriterion"},
    "http.middlewares.*.inFlightReq": {"amount", "sourceCriterion"},
    "http.middlewares.*.headers": {"stsSeconds", "stsIncludeSubdomains", "stsPreload"},
    "http.middlewares.*.basicAuth": {"users", "usersFile", "realm", "removeHeader", "headerField"},
    "tls": {"options", "stores", "certificates"},
    "tls.options.*": {"minVersion", "maxVersion", "cipherSuites", "sniStrict"},
    "tls.stores.*.defaultCertificate": {"certFile", "keyFile"},
}
"""Of Traefik's reference (3.6), as far as it is used or comes near it."""

FREE = re.compile(r"^(entryPoints|certificatesResolvers|http\.\w+|tls\.\w+)$")
"""Below these stand names of our own."""


def unknown(value: Any, path: str = "") -> list[str]:
    """What Traefik would not know: it refuses to start with a misspelt field."""
    if not isinstance(value, dict):
        return []
    found = []
    for key, below in value.items():
        if path in KNOWN and key not in KNOWN[path]:
            found.append(f"{path}.{key}")
        step = "*" if FREE.match(path) else key
        found += unknown(below, f"{path}.{step}".lstrip("."))
    return found


def seconds(text: str) -> float:
    found = re.fullmatch(r"(\d+)s", text)
    assert found, text
    return float(found[1])


def test_it_has_no_field_that_traefik_does_not_know() -> None:
    assert unknown(INSTALL) == []
    assert not {"http", "tls"} & INSTALL.keys()
    for router in ROUTERS:
        assert unknown(dynamic(router)) == []
        assert dynamic(router).keys() == {"http", "tls"}
    assert unknown({"entryPoints": {"http": {"transport": {"readTimeout": 1}}}}) != []


@pytest.mark.parametrize("router", ROUTERS)
def test_every_name_leads_somewhere(router: str) -> None:
    http = dynamic(router)["http"]
    for one in http["routers"].values():
        assert set(one["entryPoints"]) <= INSTALL["entryPoints"].keys()
        assert set(one.get("middlewares", [])) <= http["middlewares"].keys()
        assert one["service"] in {*http["services"], "api@internal"}
        resolver = one.get("tls", {}).get("certResolver")
        assert resolver is None or resolver in INSTALL["certificatesResolvers"]
    for middleware in http["middlewares"].values():
        assert set(middleware.get("chain", {}).get("middlewares", [])) <= http["middlewares"].keys()
    assert INSTALL["ping"]["entryPoint"] in INSTALL["entryPoints"]


@pytest.mark.parametrize("router", ROUTERS)
def test_every_file_is_seen_by_the_container(router: str) -> None:
    service = services()["traefik"]
    seen = {f"/run/secrets/{one}" for one in service["secrets"]}
    whole = dynamic(router)
    certificate = whole["tls"].get("stores", {}).get("default", {}).get("defaultCertificate", {})
    users = whole["http"]["middlewares"]["password"]["basicAuth"]["usersFile"]
    assert {*certificate.values(), users} <= seen
    targets = [target for _, target in mounted(service)]
    assert INSTALL["certificatesResolvers"]["letsencrypt"]["acme"]["storage"].startswith(
        tuple(targets)
    )
    folder = INSTALL["providers"]["file"]["directory"]
    assert sum(target.startswith(f"{folder}/") for target in targets) == 3


def test_ports_are_those_that_are_published() -> None:
    listening = {entry["address"].lstrip(":") for entry in INSTALL["entryPoints"].values()}
    published = [port.rsplit(":", 1) for port in services()["traefik"]["ports"]]
    assert {inside for _, inside in published} == listening
    assert min(map(int, listening)) >= 1024, "no rights are left to listen below"
    redirection = INSTALL["entryPoints"]["http"]["http"]["redirections"]["entryPoint"]
    to = {inside: outside for outside, inside in published}
    assert redirection["to"].lstrip(":") == to[INSTALL["entryPoints"]["https"]["address"][1:]]
    assert redirection["scheme"] == "https"


@pytest.mark.parametrize("router", ROUTERS)
def test_the_server_is_where_traefik_looks(router: str) -> None:
    whole = dynamic(router)["http"]
    hosts = {
        name: server["url"].removeprefix("http://").split(":")
        for name, service in whole["services"].items()
        for server in service["loadBalancer"]["servers"]
    }
    assert {host for host, _ in hosts.values()} <= services().keys()
    host, port = hosts["vivavoz"]
    assert services()[host]["environment"]["VIVAVOZ_PORT"] == port
    assert whole["routers"]["vivavoz"]["service"] == "vivavoz"
    assert "tls" in whole["routers"]["vivavoz"]


def test_a_session_may_last_and_be_silent() -> None:
    timeouts = INSTALL["entryPoints"]["https"]["transport"]["respondingTimeouts"]
    settings = Settings()
    assert seconds(timeouts["writeTimeout"]) == 0
    assert seconds(timeouts["idleTimeout"]) > 2 * settings.heartbeat_ms / 1000
    assert seconds(timeouts["readTimeout"]) > settings.upload_within_ms / 1000


@pytest.mark.parametrize("router", ROUTERS)
def test_one_address_is_limited_by_itself(router: str) -> None:
    whole = dynamic(router)["http"]
    assert "limits" in whole["routers"]["vivavoz"]["middlewares"]
    chain = whole["middlewares"]["limits"]["chain"]["middlewares"]
    limits: dict[str, Any] = {}
    for name in chain:
        limits |= whole["middlewares"][name]
    assert limits["inFlightReq"]["amount"] >= Settings().max_sessions_per_address
    assert limits["rateLimit"]["burst"] >= len(list((DOCKER.parent / "client_web").iterdir()))
    for limit in limits.values():
        assert limit["sourceCriterion"] == {"ipStrategy": {"ipv6Subnet": 64}}  # as the server does
    assert "forwardedHeaders" not in INSTALL["entryPoints"]["https"]


@pytest.mark.parametrize("router", ROUTERS)
def test_what_is_inside_asks_for_a_password_and_is_not_public(router: str) -> None:
    routers = dynamic(router)["http"]["routers"]
    for name, one in routers.items():
        is_inside = one["entryPoints"] == ["inside"]
        assert is_inside is (name != "vivavoz")
        assert ("password" in one.get("middlewares", [])) is is_inside
    assert INSTALL["api"]["insecure"] is False
    (port,) = (one for one in services()["traefik"]["ports"] if one.endswith(":8081"))
    assert port.startswith("127.0.0.1:")


def test_recordings_are_not_written_to_a_disk() -> None:
    middlewares = dynamic("router")["http"]["middlewares"]
    assert not [name for name, one in middlewares.items() if "buffering" in one]


def test_the_domain_is_given_to_the_template() -> None:
    rule = dynamic("domain-router")["http"]["routers"]["vivavoz"]["rule"]
    (variable,) = re.findall(r'\{\{ env "(\w+)" \}\}', rule)
    environment = compose(DOMAIN="voice.example.org")["services"]["traefik"]["environment"]
    assert environment[variable] == "voice.example.org"
