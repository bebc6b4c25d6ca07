"""What an ONNX graph of ours takes and gives, whichever runtime runs it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

from classifier.errors import LabelCountError, ModelFileError

INPUT: Final = "input_values"
OUTPUT: Final = "logits"


def check_graph(
    path: Path, inputs: Collection[str], outputs: Mapping[str, int | None], labels: int
) -> None:
    """Refuse a graph that is not that of a Wav2Vec2 classifier.

    Args:
        path: of the graph, for the message.
        inputs: names and types, as the runtime writes them.
        outputs: name to size of the last dimension, None where the graph does not say it.
        labels: how many config.json names.

    Raises:
        ModelFileError: its input or output is another.
        LabelCountError: labels and outputs differ in number.
    """
    if list(inputs) != [f"{INPUT} float32"] or OUTPUT not in outputs:
        raise ModelFileError(
            f"{path} must take {INPUT} (float32) alone and give {OUTPUT}, but it takes "
            f"{', '.join(inputs)} and gives {', '.join(outputs)}; export the model again"
        )
    count = outputs[OUTPUT]
    if count is not None and count != labels:
        raise LabelCountError(
            f"{path} has {count} outputs, but config.json names {labels} labels; "
            "export the model again"
        )
