"""A model directory to the Hugging Face Hub."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from huggingface_hub import HfApi

from training.errors import TrainingError

FILES: Final = (
    "README.md",
    "LICENSE",
    "config.json",
    "preprocessor_config.json",
    "vivavoz.json",
    "model.safetensors",
    "model.onnx",
    "report.json",
    "report.md",
    "canaries.npz",
)
"""What belongs to a model and has to be there."""
EXTRAS: Final = ("report/*.png",)
"""What goes with it where it is there; whatever else lies in the folder stays at home."""


class PushError(TrainingError):
    """The folder is not a whole model directory; the message names what is missing."""


def push(
    folder: Path, repository: str, *, private: bool = True, endpoint: str | None = None
) -> str:
    """Upload a model directory as one commit, into a repository that is made where needed.

    Args:
        folder: the model directory, with its card.
        repository: ``organisation/name``.
        private: who may see a repository that is new.
        endpoint: of another hub than huggingface.co.

    Returns:
        The address of the commit.

    Raises:
        PushError: a file is missing.
        huggingface_hub.errors.HfHubHTTPError: the Hub refuses; log in with ``hf auth login``.
    """
    missing = [name for name in FILES if not (folder / name).exists()]
    if missing:
        raise PushError(f"{folder} lacks {', '.join(missing)}: run `vivavoz-train pack` first")
    hub = HfApi(endpoint=endpoint)
    hub.create_repo(repository, private=private, exist_ok=True)
    commit = hub.upload_folder(
        repo_id=repository,
        folder_path=folder,
        allow_patterns=[*FILES, *EXTRAS],
        commit_message=f"{folder.name} by vivavoz-train",
    )
    return str(commit.commit_url)
