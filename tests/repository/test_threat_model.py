"""The threat model is true as far as a machine can tell: every test that it names is there."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "THREAT_MODEL.md"
NODE = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
LEAST = 40


def rows(text: str) -> list[tuple[str, str, str]]:
    """Threat, counter, tests: of all tables."""
    found = []
    for line in text.splitlines():
        if line.startswith("|"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            assert len(cells) == 3, line
            if cells[0] != "threat" and not set(cells[0]) <= set("-:"):
                found.append((cells[0], cells[1], cells[2]))
    return found


@cache
def defined_in(path: str) -> frozenset[str]:
    """The tests that a file defines; none where there is no such file."""
    file = ROOT / path
    if not file.is_file():
        return frozenset()
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    tree = ast.parse(file.read_text(encoding="utf-8"))
    names = {node.name for node in ast.walk(tree) if isinstance(node, kinds)}
    return frozenset(name for name in names if name.startswith("test_"))


def faults(row: tuple[str, str, str]) -> list[str]:
    """What is wrong with a row."""
    threat, counter, proof = row
    named = NODE.findall(proof)
    found = [
        f"{path}::{name} does not exist" for path, name in named if name not in defined_in(path)
    ]
    if not named:
        found.append("no test proves it")
    if NODE.sub("", proof).strip():
        found.append(f"this is no test: {NODE.sub('', proof).strip()}")
    if not threat or not counter:
        found.append("a cell is empty")
    return found


ROWS = rows(PAGE.read_text(encoding="utf-8"))


@pytest.mark.parametrize("row", ROWS, ids=[row[0][:60] for row in ROWS])
def test_each_row_has_tests_that_exist(row: tuple[str, str, str]) -> None:
    assert faults(row) == []


def test_it_is_whole() -> None:
    assert len(ROWS) >= LEAST
    assert len({threat for threat, _, _ in ROWS}) == len(ROWS)


@pytest.mark.parametrize(
    "row",
    [
        ("a threat", "a counter", ""),
        ("a threat", "a counter", "`tests/server/test_page.py`"),
        ("a threat", "a counter", "`tests/server/test_page.py::test_that_is_not_there`"),
        ("a threat", "a counter", "`tests/server/test_nothing.py::test_nothing`"),
        ("a threat", "a counter", "`tests/server/test_page.py::asked`"),
        ("a threat", "", "`tests/server/test_page.py::test_no_folder_is_listed`"),
    ],
)
def test_a_row_without_proof_is_found(row: tuple[str, str, str]) -> None:
    assert faults(row)
