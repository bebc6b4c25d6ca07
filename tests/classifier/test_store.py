import json
import shutil
from pathlib import Path

import pytest

from classifier import ModelFileError, ModelStore, StoreError, is_store, open_classifier
from classifier.source import find_model


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "store")


def made(folder: Path, version: str | None, weights: bytes = b"weights") -> Path:
    """As much of a model directory as a store looks at."""
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(weights)
    (folder / "canaries.npz").touch()
    if version is not None:
        (folder / "vivavoz.json").write_text(json.dumps({"version": version}))
    return folder


def test_versions_lie_side_by_side_and_one_serves(store: ModelStore, tmp_path: Path) -> None:
    assert not is_store(store.folder)
    assert store.versions() == []
    store.install(made(tmp_path / "a", "1"))
    assert store.add(made(tmp_path / "b", "2")) == "2"
    assert is_store(store.folder)
    assert store.versions() == ["1", "2"]
    assert store.pointer().current == "1"
    pointer = store.promote("2", instead_of="1")
    assert (pointer.current, pointer.history) == ("2", ("1",))
    assert store.current_folder() == store.folder / "2"
    assert (store.folder / "2" / "model.safetensors").read_bytes() == b"weights"


def test_promoting_what_serves_changes_nothing(store: ModelStore, tmp_path: Path) -> None:
    first = store.install(made(tmp_path / "a", "1"))
    assert store.promote("1") == first


def test_rollback_goes_back_one_by_one(store: ModelStore, tmp_path: Path) -> None:
    for version in ("1", "2", "3"):
        store.install(made(tmp_path / version, version))
    assert store.rollback().current == "2"
    assert store.pointer().current == "2"
    assert store.rollback().current == "1"
    with pytest.raises(StoreError, match="nothing served"):
        store.rollback()
    assert store.pointer().current == "1"
    assert store.versions() == ["1", "2", "3"], "what was rolled back can be promoted again"


def test_a_comparison_with_what_serves_no_more_is_void(store: ModelStore, tmp_path: Path) -> None:
    for version in ("1", "2"):
        store.install(made(tmp_path / version, version))
    store.add(made(tmp_path / "3", "3"))
    with pytest.raises(StoreError, match="2 serves by now, not 1"):
        store.promote("3", instead_of="1")
    assert store.pointer().current == "2"


def test_a_model_without_a_version_has_its_fingerprint(store: ModelStore, tmp_path: Path) -> None:
    version = store.add(made(tmp_path / "a", None))
    assert len(version) == 8
    assert store.add(tmp_path / "a") == version, "the same one may come again"


def test_another_model_of_the_same_version_is_refused(store: ModelStore, tmp_path: Path) -> None:
    store.install(made(tmp_path / "a", "1"))
    with pytest.raises(StoreError, match="another model of version 1"):
        store.add(made(tmp_path / "b", "1", weights=b"others"))


@pytest.mark.parametrize("version", ["owner/name", "..", ".hidden", "a b"])
def test_a_version_that_is_no_name_of_a_folder(
    store: ModelStore, tmp_path: Path, version: str
) -> None:
    with pytest.raises((StoreError, ModelFileError)):
        store.add(made(tmp_path / "a", version))
    assert not store.folder.exists()


def test_a_model_without_canaries_is_refused(store: ModelStore, tmp_path: Path) -> None:
    folder = made(tmp_path / "a", "1")
    (folder / "canaries.npz").unlink()
    with pytest.raises(StoreError, match=r"no canaries\.npz.*vivavoz-train canaries"):
        store.add(folder)


@pytest.mark.parametrize(
    "pointer",
    ["", "{", "[]", "{}", '{"current": "../outside"}', '{"current": "/etc"}', '{"current": "9"}'],
)
def test_a_broken_pointer_is_said(store: ModelStore, tmp_path: Path, pointer: str) -> None:
    store.install(made(tmp_path / "a", "1"))
    made(tmp_path / "outside", "2")
    (store.folder / "current.json").write_text(pointer)
    with pytest.raises(StoreError):
        find_model(store.folder)


def test_what_is_no_store_is_said_with_the_remedy(store: ModelStore) -> None:
    with pytest.raises(StoreError, match="vivavoz model install"):
        store.pointer()


def test_a_store_is_opened_like_a_model(
    group_norm: Path, store: ModelStore, tmp_path: Path
) -> None:
    model = tmp_path / "model"
    shutil.copytree(group_norm, model)
    (model / "vivavoz.json").write_text(json.dumps({"version": "7"}))
    (model / "canaries.npz").touch()
    store.install(model)
    opened = open_classifier(store.folder)
    assert (opened.name, opened.version) == ("store", "7")
