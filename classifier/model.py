"""A model directory, read without torch: what its configuration files say."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, ValidationError, model_validator

from classifier.calibration import Calibration, read_description
from classifier.errors import ArchitectureError, ModelFileError, SampleRateError
from classifier.labels import emotions, our_label
from classifier.lengths import Layer, least_samples
from classifier.pcm import RATE
from classifier.source import Source
from classifier.weights import INT8_VERSION, fingerprint

ARCHITECTURE: Final = "Wav2Vec2ForSequenceClassification"

log = logging.getLogger(__name__)

Parsed = TypeVar("Parsed", bound=BaseModel)


class Architecture(BaseModel):
    """The part of ``config.json`` that says whether the rest concerns us."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    model_type: str = ""
    architectures: tuple[str, ...] | None = None

    @property
    def ours(self) -> bool:
        """An old checkpoint may not name its class; its weights are checked against it anyway."""
        return self.model_type == "wav2vec2" and (
            not self.architectures or ARCHITECTURE in self.architectures
        )


class Network(BaseModel):
    """What we need of ``config.json``; the defaults are those of ``Wav2Vec2Config``."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id2label: Annotated[dict[int, str], Field(min_length=1)]
    conv_kernel: Annotated[tuple[PositiveInt, ...], Field(min_length=1)] = (10, 3, 3, 3, 3, 2, 2)
    conv_stride: tuple[PositiveInt, ...] = (5, 2, 2, 2, 2, 2, 2)
    feat_extract_norm: str = "group"

    @model_validator(mode="after")
    def _consistent(self) -> Network:
        if sorted(self.id2label) != list(range(len(self.id2label))):
            raise ValueError("id2label must number the labels 0, 1, 2 and so on")
        if len(self.conv_kernel) != len(self.conv_stride):
            raise ValueError("conv_kernel and conv_stride must be of one length")
        return self

    @property
    def outputs(self) -> tuple[str, ...]:
        """The outputs' names in our words, in the order of the logits."""
        return tuple(our_label(self.id2label[i]) for i in range(len(self.id2label)))

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The convolutions of the feature encoder."""
        return tuple(map(Layer, self.conv_kernel, self.conv_stride))

    @property
    def least_samples(self) -> int:
        """The fewest samples that give one frame."""
        first, *others = self.layers
        need = least_samples(1, others)
        if self.feat_extract_norm == "group":
            need = max(need, 2)  # a group norm over a single value is undefined, torch raises
        return first.inputs(need)


class Preprocessing(BaseModel):
    """What we need of ``preprocessor_config.json``; defaults of ``Wav2Vec2FeatureExtractor``.

    ``return_attention_mask`` is of no use here: it says whether *padding* has to be masked in a
    batch (checkpoints with layer norm) or not (group norm). One segment alone is never padded, and
    a mask of ones changes nothing in either.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    do_normalize: bool = True
    sampling_rate: int = RATE


class Processor(BaseModel):
    """``processor_config.json``, where transformers 5 nests the preprocessing of a processor."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    feature_extractor: Preprocessing = Preprocessing()


@dataclass(frozen=True, slots=True)
class Model:
    """A model directory that was read and found whole.

    Attributes:
        folder: where it is.
        name: what people call it.
        version: what an answer is traced back to.
        outputs: names of all outputs in our words, in the order of the logits.
        calibration: when its answer becomes a label.
        normalise: whether it wants zero mean and unit variance.
        least_samples: the fewest samples it can be asked about.
        layers: the convolutions of its feature encoder.
    """

    folder: Path
    name: str
    version: str
    outputs: tuple[str, ...]
    calibration: Calibration
    normalise: bool
    least_samples: int
    layers: tuple[Layer, ...]

    @property
    def quantised(self) -> bool:
        """Whether its graph itself is in 8 bits."""
        return self.version.endswith(INT8_VERSION)


def read_model(source: Source) -> Model:
    """Read everything but the weights of a model directory.

    Raises:
        ModelFileError: no ``config.json``, or a file that is broken or names no emotion.
        ArchitectureError: another network than ours.
        SampleRateError: not made for 16 kHz.
        WeightsError: no weights to take the version from.
    """
    folder = source.folder
    network = read_network(folder)
    preprocessing = read_preprocessing(folder)
    description = read_description(folder)
    return Model(
        folder=folder,
        name=description.name or source.name,
        version=description.version or fingerprint(folder),
        outputs=network.outputs,
        calibration=description.calibration,
        normalise=preprocessing.do_normalize,
        least_samples=network.least_samples,
        layers=network.layers,
    )


def read_network(folder: Path) -> Network:
    """``config.json``, checked to be of our architecture and to name an emotion."""
    path = folder / "config.json"
    if not path.is_file():
        raise ModelFileError(
            f"{folder} has no config.json, so it is no model directory; "
            "copy all files of the model, or name another folder"
        )
    architecture = _parse(path, Architecture)
    if not architecture.ours:
        found = ", ".join(architecture.architectures or (architecture.model_type or "unknown",))
        raise ArchitectureError(
            f"{path} describes {found}; only checkpoints of {ARCHITECTURE} can be opened"
        )
    network = _parse(path, Network)
    if not emotions(network.outputs):
        raise ModelFileError(f"{path} names no emotion in id2label, only {network.outputs}")
    return network


def read_preprocessing(folder: Path) -> Preprocessing:
    """The preprocessing, from whichever file has it; the extractor's defaults where none has.

    Raises:
        SampleRateError: not made for 16 kHz.
    """
    path = folder / "preprocessor_config.json"
    if path.is_file():
        preprocessing = _parse(path, Preprocessing)
    elif (path := folder / "processor_config.json").is_file():
        preprocessing = _parse(path, Processor).feature_extractor
    else:
        log.warning("%s has no preprocessor_config.json; assuming %s", folder, Preprocessing())
        return Preprocessing()
    if preprocessing.sampling_rate != RATE:
        raise SampleRateError(
            f"{path} asks for {preprocessing.sampling_rate} Hz; only models for {RATE} Hz can be "
            "opened"
        )
    return preprocessing


def _parse(path: Path, kind: type[Parsed]) -> Parsed:
    try:
        return kind.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise ModelFileError(f"{path} cannot be used: {error}") from error
