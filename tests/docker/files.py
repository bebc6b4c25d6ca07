"""The files of docker/, read as those read them that they are for."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
DOCKER = ROOT / "docker"
VARIABLE = re.compile(r"\$\{(\w+)(?::([-+])([^}]*))?\}")


def load(name: str) -> ModuleType:
    """A script of docker/, which is no package."""
    known = sys.modules.get(f"docker_{name}")
    if known:
        return known
    spec = importlib.util.spec_from_file_location(f"docker_{name}", DOCKER / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[f"docker_{name}"] = module  # dataclasses look themselves up there
    spec.loader.exec_module(module)
    return module


def yaml_of(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def compose(**variables: str) -> Any:
    """docker-compose.yml with variables in their places, as Compose puts them there."""
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")

    def value(found: re.Match[str]) -> str:
        name, how, other = found.groups()
        given = variables.get(name, "")
        if how == "+":
            return other if given else ""
        return given or (other or "")

    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    return yaml.safe_load(VARIABLE.sub(value, "\n".join(lines)))


def services() -> dict[str, Any]:
    found: dict[str, Any] = compose()["services"]
    return found


def mounted(service: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What of this folder a service sees, and where."""
    for volume in service.get("volumes", []):
        source, target = volume.split(":")[:2]
        if source.startswith("."):
            yield source, target


def dynamic(router: str) -> dict[str, Any]:
    """What Traefik's file provider makes of its files: one configuration."""
    whole: dict[str, Any] = {}
    for name in ("service", "inside", router):
        merge(whole, yaml_of(DOCKER / "traefik" / f"{name}.yml"))
    return whole


def merge(whole: dict[str, Any], part: dict[str, Any]) -> None:
    for key, value in part.items():
        if isinstance(value, dict) and key in whole:
            merge(whole[key], value)
        else:
            assert key not in whole, f"{key} is said twice"
            whole[key] = value
