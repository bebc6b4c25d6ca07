"""How much a Wav2Vec2 has to compute for a segment, by its ``config.json``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from bench.errors import BenchError

DEFAULTS: Final[dict[str, Any]] = {
    "conv_dim": (512,) * 7,
    "conv_kernel": (10, 3, 3, 3, 3, 2, 2),
    "conv_stride": (5, 2, 2, 2, 2, 2, 2),
    "hidden_size": 768,
    "num_hidden_layers": 12,
    "intermediate_size": 3072,
    "num_conv_pos_embeddings": 128,
    "num_conv_pos_embedding_groups": 16,
    "classifier_proj_size": 256,
}
"""Those of ``Wav2Vec2Config``, which is wav2vec2-base."""


def read_config(folder: Path) -> dict[str, Any]:
    """What `count_flop` needs of a model directory.

    Raises:
        BenchError: there is no ``config.json``, or it cannot be read.
    """
    try:
        found = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        return DEFAULTS | {key: found[key] for key in DEFAULTS if key in found}
    except (OSError, ValueError, TypeError) as error:
        raise BenchError(f"{folder}/config.json cannot be read: {error}") from error


def count_flop(config: dict[str, Any], samples: int) -> int:
    """Multiplications and additions of all matrix products and convolutions, for one segment.

    The rest (norms, GELU, softmax) is left out, as is usual; it is under one in a hundred of the
    operations, though not of the time.

    Args:
        config: of `read_config`.
        samples: of the segment.
    """
    length, channels, flop = samples, 1, 0
    layers = zip(config["conv_dim"], config["conv_kernel"], config["conv_stride"], strict=True)
    for width, kernel, stride in layers:
        length = (length - kernel) // stride + 1
        flop += 2 * length * width * channels * kernel
        channels = width
    size, inner = config["hidden_size"], config["intermediate_size"]
    flop += 2 * length * channels * size
    taps = config["num_conv_pos_embeddings"]
    # An even kernel gives one frame more, which is then cut off.
    positions = length + (1 - taps % 2)
    flop += 2 * positions * size * (size // config["num_conv_pos_embedding_groups"]) * taps
    layer = 4 * 2 * length * size * size + 2 * 2 * length * length * size
    layer += 2 * 2 * length * size * inner
    flop += config["num_hidden_layers"] * layer
    return int(flop + 2 * length * size * config["classifier_proj_size"])
