"""``vivavoz.json``: what a model directory is called, and when its answer is to be trusted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from classifier.errors import ModelFileError

FILE: Final = "vivavoz.json"

Name = Annotated[
    str, StringConstraints(min_length=1, max_length=100, pattern=r"^[\w./@+-][\w./@+ -]*$")
]


class Calibration(BaseModel):
    """When a model's answer becomes a label. Thresholds themselves still give a label.

    The defaults are for a checkpoint that nobody has calibrated; ``vivavoz train`` measures a
    model's own. A rule of another name is refused: its threshold was measured together with the
    others, so leaving it out would give verdicts that nobody has measured.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    temperature: Annotated[
        float, Field(gt=0, le=100, description="divides the logits (Guo et al., 2017)")
    ] = 1.0
    """1 leaves the checkpoint's own probabilities."""
    uncertain_below: Annotated[
        float, Field(ge=0, le=1, description="least confidence for a label")
    ] = 0.4
    """Over twice the chance of six classes; an even choice between two and a third falls below."""
    no_speech_above: Annotated[
        float, Field(ge=0, le=1, description="most probability of no speech for a label")
    ] = 0.5
    """No speech is then likelier than all emotions together."""
    least_voiced_ms: Annotated[
        int, Field(ge=0, le=10000, description="least voiced time for a label")
    ] = 300
    """A syllable and a half (200 ms each in conversation: Greenberg, 1999); one has no melody."""
    least_snr_db: Annotated[
        float, Field(ge=-100, le=100, description="least level of the voice above the noise, dB")
    ] = 3.0
    """The level of voice and noise together over that of the noise: at 3 dB they are equal."""
    most_clipped: Annotated[
        float, Field(ge=0, le=1, description="most samples at full scale for a label, a share")
    ] = 0.05
    """Clipping of one sample in twenty flattens the loud half of most vowels."""


class Description(BaseModel):
    """The whole of ``vivavoz.json``, all of it optional. Fields not known here are ignored.

    Attributes:
        name: what people call the model; else the folder's or the Hub's name.
        version: what an answer is traced back to; else a hash of the weights.
        calibration: see `Calibration`.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: Name | None = None
    version: Name | None = None
    calibration: Calibration = Calibration()


def read_description(folder: Path) -> Description:
    """``vivavoz.json`` of a model directory; the defaults where there is none.

    Raises:
        ModelFileError: it cannot be read or holds a value out of range.
    """
    path = folder / FILE
    if not path.is_file():
        return Description()
    try:
        return Description.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise ModelFileError(f"{path} is not a valid model description: {error}") from error
