"""A model directory in, a verdict out: runtimes, calibration, the label or why there is none.

Importing this package imports neither torch nor transformers nor ONNX Runtime nor OpenVINO; each is
imported when a model is opened that needs it.

Errors:
    * :exc:`ClassifierError`
        * :exc:`ModelNotFoundError`: no such folder, or no such model in the Hub's cache.
        * :exc:`ModelFileError`: a file of the model directory is missing, broken or contradicts
          another.
            * :exc:`ArchitectureError`: not a ``Wav2Vec2ForSequenceClassification``.
            * :exc:`SampleRateError`: not made for 16 kHz.
            * :exc:`LabelCountError`: as many labels as outputs are needed.
            * :exc:`WeightsError`: no weights, or unreadable ones.
                * :exc:`PickleRefusedError`: only pickled weights, and no leave to read them.
            * :exc:`CanaryError`: not the answers that were recorded when it was packed.
        * :exc:`StoreError`: a model store that is none, or does not hold what was asked of it.
        * :exc:`RuntimeUnavailableError`: an unknown runtime or precision, or one that is not to be
          had here.
        * :exc:`PcmError` (also a ``ValueError``): not whole 16-bit mono samples.
            * :exc:`TooShortError`: fewer samples than the model's convolutions need.
        * :exc:`LogitsError`: the model answered something that is no set of logits.
"""

from classifier.calibration import Calibration, Description
from classifier.choice import Choice
from classifier.classifier import Classifier
from classifier.errors import (
    ArchitectureError,
    CanaryError,
    ClassifierError,
    LabelCountError,
    LogitsError,
    ModelFileError,
    ModelNotFoundError,
    PcmError,
    PickleRefusedError,
    RuntimeUnavailableError,
    SampleRateError,
    StoreError,
    TooShortError,
    WeightsError,
)
from classifier.labels import NO_SPEECH
from classifier.opening import open_classifier
from classifier.runtime import PrecisionName, RuntimeName
from classifier.source import DEFAULT_MODEL, default_model_path
from classifier.store import ModelStore, is_store
from classifier.verdict import Quality, Reason, Verdict, decide

__all__ = [
    "DEFAULT_MODEL",
    "NO_SPEECH",
    "ArchitectureError",
    "Calibration",
    "CanaryError",
    "Choice",
    "Classifier",
    "ClassifierError",
    "Description",
    "LabelCountError",
    "LogitsError",
    "ModelFileError",
    "ModelNotFoundError",
    "ModelStore",
    "PcmError",
    "PickleRefusedError",
    "PrecisionName",
    "Quality",
    "Reason",
    "RuntimeName",
    "RuntimeUnavailableError",
    "SampleRateError",
    "StoreError",
    "TooShortError",
    "Verdict",
    "WeightsError",
    "decide",
    "default_model_path",
    "is_store",
    "open_classifier",
]
