"""The golden annotations: a JSON document each, and beside it the same in every other format.

``python -m tests.annotation.golden`` writes the others anew; look at what git says has changed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from annotation import FORMATS, About, Annotation, Segment

FOLDER = Path(__file__).parents[1] / "golden" / "annotation"
CASES = sorted(path.stem for path in FOLDER.glob("*.json"))


def golden(case: str, suffix: str) -> str:
    """A golden file's text, its line ends as they are."""
    return (FOLDER / f"{case}{suffix}").read_bytes().decode()


def document(case: str) -> dict[str, Any]:
    return dict(json.loads(golden(case, ".json")))


def annotation(case: str) -> Annotation:
    return read_annotation(document(case))


def read_annotation(document: Mapping[str, Any]) -> Annotation:
    """The annotation that a document was written from."""
    about = About(
        document["source"],
        datetime.fromisoformat(document["made_at"]),
        document["model"],
        tuple(document["labels"]),
    )
    segments = (
        Segment(utterance_id=utterance["start_ms"], segment=number, **fields)
        for utterance in document["utterances"]
        for number, fields in enumerate(utterance["segments"])
    )
    return Annotation(about, document["audio_ms"], tuple(segments))


if __name__ == "__main__":
    for name in CASES:
        for each in FORMATS.values():
            text = each.write(annotation(name))
            (FOLDER / f"{name}{each.suffix}").write_bytes(text.encode())
