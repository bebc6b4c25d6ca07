"""What can go wrong with a model or with what it is given; the tree stands in `classifier`."""

from __future__ import annotations


class ClassifierError(Exception):
    """Any error of this package."""


class ModelNotFoundError(ClassifierError):
    """No model directory of that name, here or in the local cache of the Hugging Face Hub."""


class ModelFileError(ClassifierError):
    """A file of the model directory is missing, broken or contradicts another."""


class ArchitectureError(ModelFileError):
    """The checkpoint is not a ``Wav2Vec2ForSequenceClassification``."""


class SampleRateError(ModelFileError):
    """The model was not made for 16 kHz."""


class LabelCountError(ModelFileError):
    """``id2label`` names more or fewer classes than the model has outputs."""


class WeightsError(ModelFileError):
    """The weights are missing or cannot be read."""


class PickleRefusedError(WeightsError):
    """There are pickled weights only, and they may not be read without being asked to."""


class CanaryError(ModelFileError):
    """The model does not answer its canaries as it did when it was packed, or has none."""


class StoreError(ClassifierError):
    """A model store is none, or does not hold what was asked of it."""


class RuntimeUnavailableError(ClassifierError):
    """No runtime of that name, or its packages are not installed."""


class PcmError(ClassifierError, ValueError):
    """The PCM is not whole 16-bit mono samples."""


class TooShortError(PcmError):
    """Fewer samples than the model's convolutions need for one frame."""


class LogitsError(ClassifierError):
    """The model answered something that is no set of finite logits."""
