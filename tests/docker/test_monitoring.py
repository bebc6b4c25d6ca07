"""Prometheus and Grafana ask for what the server has."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from prometheus_client import Metric

from server.metrics import Metrics
from tests.docker.files import DOCKER, services, yaml_of

ALERTS = yaml_of(DOCKER / "prometheus" / "alerts.yml")
RULES = [rule for group in ALERTS["groups"] for rule in group["rules"]]
BOARD = json.loads((DOCKER / "grafana" / "vivavoz.json").read_text(encoding="utf-8"))
TARGETS = [target for panel in BOARD["panels"] for target in panel["targets"]]
RECORDED = {rule["record"] for rule in RULES if "record" in rule}
USED = re.compile(r"\b((?:vivavoz|process)[_:][a-z_:]+)(?:\{([^}]*)\})?")
SUFFIXES = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}
OF_PROMETHEUS = {"job", "instance", "le"}


def expressions() -> list[str]:
    return [rule["expr"] for rule in RULES] + [target["expr"] for target in TARGETS]


@pytest.fixture(scope="module")
def known() -> dict[str, set[str]]:
    """Every name that a server shows, with its labels."""
    metrics = Metrics()
    metrics.watch_queue(lambda: 0, lambda: 0)
    metrics.watch_capacity(lambda: 0.0)
    names: dict[str, set[str]] = {}
    for collector in vars(metrics).values():
        for family in described(collector):
            for suffix in SUFFIXES[family.type]:
                names[family.name + suffix] = set(collector._labelnames)
    for family in metrics.registry.collect():
        names |= {sample.name: names.get(sample.name, set()) for sample in family.samples}
    return names


def described(collector: Any) -> Iterator[Metric]:
    if hasattr(collector, "_labelnames"):
        yield from collector.describe()


@pytest.mark.parametrize("expression", expressions())
def test_each_name_is_one_of_the_servers(expression: str, known: dict[str, set[str]]) -> None:
    found = USED.findall(expression)
    assert found or expression.startswith("up") or "up{" in expression
    for name, selector in found:
        if name in RECORDED:
            continue
        assert name in known, name
        labels = set(re.findall(r'(\w+)\s*[=!]~?\s*"', selector))
        assert labels <= known[name] | OF_PROMETHEUS, f"{name}: {labels}"
    for labels in re.findall(r"\bby \(([\w, ]*)\)", expression):
        have = set().union(*(known.get(name, {"verdict"}) for name, _ in found), OF_PROMETHEUS)
        assert set(filter(None, labels.split(", "))) <= have, expression


def test_the_names_that_are_known_are_real(known: dict[str, set[str]]) -> None:
    assert known["vivavoz_label_latency_seconds_bucket"] == {"final"}
    assert known["vivavoz_verdicts_total"] == {"verdict", "final"}
    assert "vivavoz_queue_depth" in known
    assert "process_resident_memory_bytes" in known
    assert not {"vivavoz_verdicts", "vivavoz_sessions_open_total"} & known.keys()


def test_what_has_to_be_watched_is_watched() -> None:
    alerts = {rule["alert"]: rule for rule in RULES if "alert" in rule}
    assert alerts.keys() >= {"Down", "LatencyHigh", "Refusals", "QueueLong", "Drift"}
    assert re.search(r"histogram_quantile\(0\.95.*\) > 1$", alerts["LatencyHigh"]["expr"])
    for rule in alerts.values():
        assert rule["labels"]["severity"] in {"page", "warn"}
        assert rule["annotations"].keys() == {"summary", "description"}


def test_prometheus_asks_where_the_server_answers() -> None:
    (job,) = yaml_of(DOCKER / "prometheus" / "prometheus.yml")["scrape_configs"]
    (found,) = job["dns_sd_configs"]
    environment = services()["server"]["environment"]
    assert found["names"] == ["server"]
    assert str(found["port"]) == environment["VIVAVOZ_METRICS_PORT"]
    assert job["job_name"] == "vivavoz"


def test_the_dashboard_is_provisioned_and_asks_prometheus() -> None:
    (source,) = yaml_of(DOCKER / "grafana" / "datasource.yml")["datasources"]
    assert {panel["datasource"]["uid"] for panel in BOARD["panels"]} == {source["uid"]}
    (port,) = re.findall(r"http://prometheus:(\d+)/prometheus$", source["url"])
    inside = yaml_of(DOCKER / "traefik" / "inside.yml")["http"]["services"]["prometheus"]
    assert inside["loadBalancer"]["servers"] == [{"url": f"http://prometheus:{port}"}]
    (provider,) = yaml_of(DOCKER / "grafana" / "dashboards.yml")["providers"]
    folder = provider["options"]["path"]
    assert any(volume.endswith(f":{folder}/vivavoz.json:ro") for volume in volumes("grafana"))


def test_panels_have_numbers_of_their_own_and_do_not_overlap() -> None:
    panels = BOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    cells: set[tuple[int, int]] = set()
    for panel in panels:
        at = panel["gridPos"]
        own = {(at["x"] + i, at["y"] + j) for i in range(at["w"]) for j in range(at["h"])}
        assert not cells & own, panel["title"]
        assert at["x"] + at["w"] <= 24
        cells |= own


def test_the_alerts_do_what_they_say() -> None:
    """By Prometheus's own tool, on made-up series."""
    promtool = shutil.which("promtool")
    if not promtool:
        pytest.skip("there is no promtool here; apt-get install prometheus")
    for command in (
        ["check", "config", "prometheus.yml"],
        ["test", "rules", "alerts.test.yml"],
    ):
        done = subprocess.run(
            [promtool, *command],
            cwd=DOCKER / "prometheus",
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def volumes(name: str) -> list[str]:
    found: list[str] = services()[name]["volumes"]
    return found
