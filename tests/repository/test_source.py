"""What the source may not do: read data that carries code, run code from elsewhere, ask a shell."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = (
    *("annotation", "bench", "classifier", "client_python", "models", "server", "tools"),
    *("training", "vad"),
)
CARRY_CODE = frozenset(
    {"cloudpickle", "dill", "joblib", "marshal", "pickle", "shelve", "yaml", "jsonpickle"}
)
RUN_CODE = frozenset({"eval", "exec", "compile", "__import__"})
ASK_A_SHELL = frozenset({"os.system", "os.popen", "subprocess.getoutput", "commands.getoutput"})
BETWEEN_OWN_PROCESSES = frozenset({"bench/crowd.py", "bench/generators.py"})
"""A benchmark's processes, over pipes between parent and child: nobody else writes there."""
PICKLE_ERROR = "pickle.UnpicklingError"
"""What torch raises where it refuses."""


def sources() -> list[Path]:
    return sorted(path for name in PACKAGES for path in (ROOT / name).rglob("*.py"))


def name_of(node: ast.expr) -> str:
    """As it is written: ``torch.load``."""
    if isinstance(node, ast.Attribute):
        return f"{name_of(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def faults(tree: ast.AST) -> Iterator[str]:
    """What may not be, in a module."""
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            if name.partition(".")[0] in CARRY_CODE and name != PICKLE_ERROR:
                yield f"imports {name.partition('.')[0]}"
        if isinstance(node, ast.Call):
            yield from _faults_of_call(node)


def _faults_of_call(call: ast.Call) -> Iterator[str]:
    name = name_of(call.func)
    given = {word.arg: word.value for word in call.keywords if word.arg}
    literal = {key: value.value for key, value in given.items() if isinstance(value, ast.Constant)}
    if name in RUN_CODE or name in ASK_A_SHELL:
        yield f"calls {name}"
    if literal.get("shell"):
        yield f"{name} asks a shell"
    if "trust_remote_code" in given and literal.get("trust_remote_code") is not False:
        yield f"{name} may run a model's own code"
    if name == "torch.load" and literal.get("weights_only") is not True:
        yield "torch.load without weights_only=True"
    if name in {"np.load", "numpy.load"} and literal.get("allow_pickle", False) is not False:
        yield "numpy.load with allow_pickle"
    if literal.get("verify") is False:
        yield f"{name} does not verify a certificate"


def imported(tree: ast.Module) -> set[str]:
    """The packages that a module imports as it is imported itself."""
    found = set()
    for node in tree.body:
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


def test_onnx_runtime_is_loaded_in_one_place_which_stops_its_reports() -> None:
    loading = {
        str(path.relative_to(ROOT))
        for path in sources()
        if "onnxruntime" in imported(ast.parse(path.read_text()))
    }
    assert loading == {"classifier/onnx_import.py"}


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_reads_no_code_and_runs_none(path: Path) -> None:
    name = path.relative_to(ROOT).as_posix()
    found = list(faults(ast.parse(path.read_text(encoding="utf-8"))))
    if name in BETWEEN_OWN_PROCESSES:
        found = [fault for fault in found if fault != "imports pickle"]
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from pickle import loads",
        "import joblib.numpy_pickle",
        "def f():\n    import dill",
        "eval(text)",
        "__import__('os')",
        "os.system('id')",
        "subprocess.run('id', shell=True)",
        "torch.load(path)",
        "torch.load(path, weights_only=False)",
        "torch.load(path, weights_only=flag)",
        "np.load(path, allow_pickle=True)",
        "from pickle import UnpicklingError, loads",
        "AutoModel.from_pretrained(name, trust_remote_code=True)",
        "AutoModel.from_pretrained(name, trust_remote_code=flag)",
        "requests.get(url, verify=False)",
    ],
)
def test_the_search_finds(source: str) -> None:
    assert list(faults(ast.parse(source)))


@pytest.mark.parametrize(
    "source",
    [
        "torch.load(path, weights_only=True)",
        "np.load(path)",
        "np.load(path, allow_pickle=False)",
        "from pickle import UnpicklingError",
        "model.eval()",
        "re.compile('x')",
        "from_pretrained(name, trust_remote_code=False)",
    ],
)
def test_the_search_does_not_find(source: str) -> None:
    assert not list(faults(ast.parse(source)))


def test_weights_in_the_repository_carry_no_code() -> None:
    endings = {".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".joblib", ".npy"}
    found = [path for path in (ROOT / "models").rglob("*") if path.suffix in endings]
    assert not found
