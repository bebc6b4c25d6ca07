"""Opening a model: the first runtime and precision that is here and agrees."""

from __future__ import annotations

import logging
from pathlib import Path

from classifier.canary import measure_agreement
from classifier.choice import ASKED, Option, options
from classifier.classifier import Classifier
from classifier.errors import CanaryError, ClassifierError, RuntimeUnavailableError
from classifier.model import Model, read_model
from classifier.runtime import PrecisionName, RuntimeName, check_names, open_runtime
from classifier.source import find_model

log = logging.getLogger(__name__)


def open_classifier(
    source: str | Path,
    *,
    runtime: RuntimeName = "auto",
    precision: PrecisionName = "auto",
    threads: int = 1,
    online: bool = False,
    allow_pickle: bool = False,
) -> Classifier:
    """Open a model.

    Args:
        source: `DEFAULT_MODEL`, a model directory, or ``owner/name`` on the Hugging Face Hub.
        runtime: ``auto`` takes torch where there is CUDA, else OpenVINO in bf16 where it pays,
            else ONNX Runtime; torch where the model has no graph.
        precision: ``auto`` takes less than fp32 only where it answers the canaries that travel
            with the model as fp32 did.
        threads: that one classification may use on a CPU.
        online: may ask the Hub; without it nothing leaves this machine.
        allow_pickle: may read pickled weights (``pytorch_model.bin``), with ``weights_only``.

    Raises:
        ModelNotFoundError: nothing of that name.
        ModelFileError: a file of the model directory is missing, broken or contradicts another;
            which, its subclass says.
        RuntimeUnavailableError: no such runtime or precision, or it is not installed.
    """
    check_names(runtime, precision)
    model = read_model(find_model(source, online=online, allow_pickle=allow_pickle))
    *tries, last = options(model, runtime, precision)
    opener = _Opener(model, threads, allow_pickle)
    chosen = next(filter(None, map(opener.attempt, tries)), None) or opener.insist(last)
    extra = {"model": model.name, "version": model.version, "runtime": str(chosen.choice)}
    log.info("a runtime is chosen", extra=extra)
    return chosen


class _Opener:
    """Tries options and remembers what stood in the way."""

    def __init__(self, model: Model, threads: int, allow_pickle: bool) -> None:
        self._model = model
        self._threads = threads
        self._allow_pickle = allow_pickle
        self._obstacles: list[str] = []

    def attempt(self, option: Option) -> Classifier | None:
        """The classifier, unless it cannot be had or does not agree with fp32."""
        obstacle = option.obstacle
        if obstacle is None:
            try:
                return self._open(option)
            except ClassifierError as error:
                obstacle = f"{option.runtime} {option.precision}: {error}"
                if not isinstance(error, CanaryError | RuntimeUnavailableError):
                    log.warning("not taken: %s", obstacle)
        if obstacle not in self._obstacles:
            self._obstacles.append(obstacle)
        return None

    def insist(self, option: Option) -> Classifier:
        """The classifier of the last option, and why none came before it."""
        return self._open(option._replace(merit="; ".join(self._reasons(option)) or ASKED))

    def _reasons(self, option: Option) -> list[str]:
        return [*([option.merit] if option.merit else []), *self._obstacles]

    def _open(self, option: Option) -> Classifier:
        runtime = open_runtime(
            self._model,
            option.runtime,
            option.precision,
            threads=self._threads,
            allow_pickle=self._allow_pickle,
        )
        classifier = Classifier(self._model, runtime, option.merit)
        if not option.checked:
            return classifier
        agreement = measure_agreement(classifier, self._model.folder)
        if not agreement.holds:
            raise CanaryError(str(agreement))
        return Classifier(self._model, runtime, f"{option.merit}; {agreement}")
