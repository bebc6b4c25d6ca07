"""Which folder a model name means: the bundled one, a folder or store here, or the Hub's cache."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import Final, NamedTuple

from classifier.errors import ModelNotFoundError, RuntimeUnavailableError
from classifier.store import ModelStore, is_store
from classifier.weights import GRAPH, INT8_GRAPH, has_safetensors

DEFAULT_MODEL: Final = "default"
"""The name of the bundled model; a folder of that name is opened as ``./default``."""

HUB_NAME: Final = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*")

HUB_FILES: Final = (
    "config.json",
    "preprocessor_config.json",
    "processor_config.json",
    "vivavoz.json",
    "canaries.npz",
    "model.safetensors",
    "model.safetensors.index.json",
    "model-*.safetensors",
    GRAPH,
    GRAPH + ".data",
    INT8_GRAPH,
)
"""What is fetched from the Hub: nothing that holds code."""

HUB_PICKLES: Final = ("pytorch_model.bin", "pytorch_model.bin.index.json", "pytorch_model-*.bin")


class Source(NamedTuple):
    """A model directory, and what it is called when it does not say so itself."""

    folder: Path
    name: str


def default_model_path() -> Path:
    """The folder of the bundled model, wherever the package is installed."""
    return Path(str(files("models"))) / DEFAULT_MODEL


def find_model(source: str | Path, *, online: bool = False, allow_pickle: bool = False) -> Source:
    """The model directory that `source` means.

    Args:
        source: `DEFAULT_MODEL`, a folder (of a store the version that serves), or ``owner/name``
            on the Hugging Face Hub.
        online: may ask the Hub, and download what is not in the local cache.
        allow_pickle: download pickled weights where the Hub has no others.

    Raises:
        ModelNotFoundError: nothing of that name.
        StoreError: a model store whose pointer is broken.
        RuntimeUnavailableError: a Hub name, and ``huggingface_hub`` is not installed.
    """
    if source == DEFAULT_MODEL:
        folder = default_model_path()
        if not folder.is_dir():
            raise ModelNotFoundError(
                f"the bundled model is missing ({folder}); reinstall vivavoz or name a model"
            )
        return Source(folder, DEFAULT_MODEL)
    folder = Path(source).expanduser()
    if is_store(folder):
        return Source(ModelStore(folder).current_folder(), folder.resolve().name)
    if folder.is_dir():
        return Source(folder, folder.resolve().name)
    if isinstance(source, str) and HUB_NAME.fullmatch(source):
        find = _download if online else _cached
        return Source(find(source, allow_pickle=allow_pickle), source)
    what = "is a file" if folder.exists() else "does not exist"
    raise ModelNotFoundError(
        f"{source} {what}; name a model directory (one with a config.json), "
        f"a Hugging Face model as owner/name, or '{DEFAULT_MODEL}'"
    )


def _cached(name: str, *, allow_pickle: bool) -> Path:
    """The newest snapshot in the local cache, whoever downloaded it."""
    del allow_pickle  # nothing is fetched here; reading is refused where it would happen
    try:
        from huggingface_hub import try_to_load_from_cache
    except ImportError as error:
        raise _not_installed(name) from error
    config = try_to_load_from_cache(name, "config.json")
    if not isinstance(config, str):
        raise ModelNotFoundError(
            f"there is no folder {name} here, and no model {name} in the local Hugging Face cache; "
            "check the path, or pass --online (online=True) to download it from the Hub"
        )
    return Path(config).parent


def _download(name: str, *, allow_pickle: bool) -> Path:
    """A snapshot with everything that a model directory has, downloaded where it is missing."""
    try:
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HfHubHTTPError, HFValidationError
    except ImportError as error:
        raise _not_installed(name) from error
    try:
        folder = Path(snapshot_download(name, allow_patterns=list(HUB_FILES)))
        if allow_pickle and not has_safetensors(folder):
            patterns = [*HUB_FILES, *HUB_PICKLES]
            folder = Path(snapshot_download(name, allow_patterns=patterns))
    except (HfHubHTTPError, HFValidationError, OSError) as error:
        raise ModelNotFoundError(
            f"there is no folder {name} here, and the model {name} could not be had from the "
            f"Hugging Face Hub: {error}"
        ) from error
    return folder


def _not_installed(name: str) -> RuntimeUnavailableError:
    return RuntimeUnavailableError(
        f"there is no folder {name} here; for models of the Hugging Face Hub, "
        "pip install 'vivavoz[torch]'"
    )
