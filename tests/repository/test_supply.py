"""What is installed, what may be installed, and what a release installs: nothing known to be
unsafe, and nothing but what was looked at.
"""

from __future__ import annotations

import csv
import re
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "docker" / "requirements.lock"
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.M)
LEAST = {"aiohttp": "3.14.3", "torch": "2.10", "transformers": "5.3", "ray": "2.54"}
"""Whatever else is found, these were promised."""


def floors() -> dict[str, Version]:
    """The lowest safe version of each package."""
    with (ROOT / "tools" / "floors.csv").open(encoding="utf-8", newline="") as file:
        return {row["package"]: Version(row["minimum"]) for row in csv.DictReader(file)}


def requirements() -> list[Requirement]:
    """All that the project may ask for, extras included."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    return [Requirement(text) for group in groups for text in group]


def locked() -> dict[str, Version]:
    """What a release installs."""
    text = LOCK.read_text(encoding="utf-8")
    return {canonicalize_name(name): Version(pin) for name, pin in PINNED.findall(text)}


def lower_bound(requirement: Requirement) -> Version | None:
    bounds = [Version(one.version) for one in requirement.specifier if one.operator in {">=", "=="}]
    return max(bounds, default=None)


def test_each_floor_names_its_advisory() -> None:
    with (ROOT / "tools" / "floors.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = [row["package"] for row in rows]
    assert names == sorted(set(names))
    for row in rows:
        assert row["what"]
        for advisory in row["advisories"].split():
            assert re.fullmatch(
                r"GHSA(-[2-9cfghjmpqrvwx]{4}){3}|CVE-\d{4}-\d{4,}|PYSEC-\d{4}-\d+|https://\S+",
                advisory,
            ), advisory


@pytest.mark.parametrize(("name", "least"), LEAST.items())
def test_the_floor_is_not_lowered(name: str, least: str) -> None:
    assert floors()[name] >= Version(least)


@pytest.mark.parametrize("name", sorted(floors()))
def test_what_is_installed_is_safe(name: str) -> None:
    try:
        installed = version(name)
    except PackageNotFoundError:
        pytest.skip(f"{name} is not installed here")
    assert Version(installed) >= floors()[name]


@pytest.mark.parametrize("name", sorted(floors()))
def test_nothing_older_may_be_installed(name: str) -> None:
    asked = [one for one in requirements() if canonicalize_name(one.name) == name]
    for requirement in asked:
        bound = lower_bound(requirement)
        assert bound is not None, requirement
        assert bound >= floors()[name], requirement


def test_each_requirement_has_a_lower_bound() -> None:
    ours = {"vivavoz"}
    unbound = [one for one in requirements() if one.name not in ours and not lower_bound(one)]
    assert not unbound


def test_the_lock_has_what_serving_needs_and_all_of_it_is_safe() -> None:
    pins = locked()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for text in project["dependencies"]:
        requirement = Requirement(text)
        assert pins[canonicalize_name(requirement.name)] in requirement.specifier, requirement
    for name, floor in floors().items():
        if name in pins:
            assert pins[name] >= floor
    heavy = {"torch", "transformers", "openvino", "ray"}
    assert not heavy & pins.keys(), "serving needs none of them"


def test_each_pin_has_hashes() -> None:
    text = LOCK.read_text(encoding="utf-8")
    blocks = re.split(r"(?m)^(?=[A-Za-z0-9])", text)[1:]
    assert len(blocks) >= len(locked()) >= 20  # one more where a version depends on Python's
    for block in blocks:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), block.splitlines()[0]
        assert " @ " not in block.splitlines()[0]
