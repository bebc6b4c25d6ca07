from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from classifier import DEFAULT_MODEL, ModelNotFoundError, default_model_path, open_classifier
from classifier.source import find_model
from tests.classifier.checkpoints import copy_with, save_pickle, speechlike
from tests.classifier.hub import fill_cache, serve_hub

NAME = "antonjaragon/emotions_6_classes_small"
OPEN = (
    "import sys\n"
    "from classifier import ClassifierError, open_classifier\n"
    "try:\n"
    "    model = open_classifier(sys.argv[1], online='online' in sys.argv,\n"
    "                            allow_pickle='pickle' in sys.argv)\n"
    "    model.warm_up()\n"
    "except ClassifierError as error:\n"
    "    sys.exit(f'{type(error).__name__}: {error}')\n"
    "print(model.name, model.version, model.runtime)\n"
)


def open_elsewhere(home, *arguments, endpoint="http://127.0.0.1:9"):
    """In a process of its own: the cache and the Hub's address are read at import."""
    environment = {
        "HF_HOME": str(home),
        "HF_ENDPOINT": endpoint,
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "HF_HUB_DISABLE_XET": "1",
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "NO_PROXY": "127.0.0.1",
    }
    return subprocess.run(
        [sys.executable, "-c", OPEN, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        cwd=home,
    )


def test_the_bundled_model_is_beside_the_code():
    assert default_model_path() == Path(__file__).parents[2] / "models" / "default"


@pytest.mark.skipif(not default_model_path().exists(), reason="no bundled model yet")
def test_the_bundled_model_opens():
    model = open_classifier(DEFAULT_MODEL)
    assert model.runtime == "onnxruntime"
    assert set(model.labels) == {"angry", "disgust", "fearful", "happy", "neutral", "sad"}
    assert sum(model.classify(speechlike(1)).scores.values()) == pytest.approx(1)


def test_a_missing_bundled_model_is_said(monkeypatch, tmp_path):
    monkeypatch.setattr("classifier.source.files", lambda package: tmp_path / package)
    with pytest.raises(ModelNotFoundError, match=r"bundled model is missing.*reinstall"):
        find_model(DEFAULT_MODEL)


def test_a_folder_goes_by_its_own_name(tmp_path, monkeypatch):
    folder = tmp_path / "owner" / "name"
    folder.mkdir(parents=True)
    assert find_model(folder) == (folder, "name")
    monkeypatch.chdir(folder)
    assert find_model(".").name == "name"
    monkeypatch.chdir(tmp_path)
    assert find_model("owner/name").folder == Path("owner/name"), "a folder goes before the Hub"


@pytest.mark.parametrize("source", ["nowhere", "/no/such/place", "./a/b", "../a", "a/b/c", ""])
def test_nothing_of_that_name_is_said(source, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    if source:
        with pytest.raises(ModelNotFoundError, match="does not exist; name a model directory"):
            find_model(source)
        with pytest.raises(ModelNotFoundError, match="does not exist"):
            find_model(Path(source))


def test_a_file_is_no_model_directory(tmp_path):
    (tmp_path / "model.onnx").touch()
    with pytest.raises(ModelNotFoundError, match="is a file; name a model directory"):
        find_model(tmp_path / "model.onnx")


def test_a_path_is_never_taken_for_a_hub_name():
    with pytest.raises(ModelNotFoundError, match="does not exist"):
        find_model(Path("owner/name"), online=True)


def test_a_hub_name_opens_from_the_cache_offline(group_norm, tmp_path):
    checkpoint = copy_with(group_norm, tmp_path / "checkpoint")
    (checkpoint / "model.onnx").unlink()
    fill_cache(tmp_path / "hub", NAME, checkpoint)
    done = open_elsewhere(tmp_path, NAME)
    version = open_classifier(group_norm).version
    assert (done.returncode, done.stdout.strip()) == (0, f"{NAME} {version} torch"), done.stderr


def test_a_hub_name_that_is_not_in_the_cache_asks_for_online(tmp_path):
    done = open_elsewhere(tmp_path, NAME)
    assert done.stderr.startswith("ModelNotFoundError: ")
    assert "pass --online" in done.stderr


def test_a_hub_that_does_not_answer_is_said(tmp_path):
    done = open_elsewhere(tmp_path, NAME, "online")
    assert done.stderr.startswith("ModelNotFoundError: ")
    assert "could not be had" in done.stderr


def test_online_downloads_what_a_model_needs_and_no_code(layer_norm, tmp_path):
    repository = copy_with(layer_norm, tmp_path / "repository")
    (repository / "pytorch_model.bin").write_bytes(b"pickle")
    (repository / "modeling.py").write_text("raise SystemExit")
    with serve_hub(NAME, repository) as hub:
        done = open_elsewhere(tmp_path, NAME, "online", "pickle", endpoint=hub.url)
        missing = open_elsewhere(tmp_path, "some/other", "online", endpoint=hub.url)
        assert "some/other could not be had" in missing.stderr
    version = open_classifier(layer_norm).version
    assert (done.returncode, done.stdout.strip()) == (0, f"{NAME} {version} onnxruntime"), (
        done.stderr
    )
    assert hub.served == {
        "config.json",
        "preprocessor_config.json",
        "model.safetensors",
        "model.onnx",
    }
    offline = open_elsewhere(tmp_path, NAME)
    assert offline.stdout == done.stdout, "and then it is in the cache"


def test_pickles_are_downloaded_on_the_flag_alone(group_norm, tmp_path):
    repository = save_pickle(group_norm, tmp_path / "repository")
    with serve_hub(NAME, repository) as hub:
        refused = open_elsewhere(tmp_path, NAME, "online", endpoint=hub.url)
        assert "pytorch_model.bin" not in hub.served
        taken = open_elsewhere(tmp_path, NAME, "online", "pickle", endpoint=hub.url)
    assert "WeightsError" in refused.stderr
    assert "--allow-pickle" in refused.stderr
    assert taken.returncode == 0, taken.stderr
