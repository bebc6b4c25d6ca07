"""What tests of the loop share: models that are worse or broken, and listeners who stay."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import numpy_helper
from sklearn.linear_model import LogisticRegression

from bench.delivery import Arrival, Ending, Received, utterance_differences, verdict_differences
from bench.expectation import expect
from client_python import Session, chunks, connect, paced
from server.protocol import Emotion, ModelChanged, SessionClosed
from training.base import build_model, feature_extractor
from training.canary import write_canaries
from training.dataset import SegmentDataset
from training.export import export
from training.manifest import LABELS
from training.pack import calibrate_model
from training.settings import TrainSettings
from training.splits import load_segments
from vad.voice import RATE, Pcm, speak

Rows = npt.NDArray[np.float32]


def teach(settings: TrainSettings, folder: Path) -> Path:
    """A model directory that is right about the buzzes, in seconds: a random network starts with a
    filterbank, so a regression on what it makes of them is all the training that it needs.
    """
    torch.manual_seed(settings.seed)
    network = build_model(settings).eval()
    learn = load_segments(settings, "train")
    seen: list[Rows] = []
    network.classifier.register_forward_pre_hook(lambda _, given: seen.append(given[0][0].numpy()))
    with torch.inference_mode():
        for example in SegmentDataset(learn):
            network(torch.from_numpy(example["input_values"])[None])
    rows = np.stack(seen)
    middle, spread = rows.mean(0), rows.std(0) + 1e-6
    truth = [cut.label for cut in learn.cuts]
    fitted = LogisticRegression(max_iter=5000).fit((rows - middle) / spread, truth)
    assert len(fitted.classes_) == len(LABELS)
    weight = fitted.coef_ / spread
    with torch.no_grad():
        network.classifier.weight.copy_(torch.from_numpy(weight))
        network.classifier.bias.copy_(torch.from_numpy(fitted.intercept_ - weight @ middle))
    checkpoint = folder.with_name(f"{folder.name}-checkpoint")
    network.save_pretrained(checkpoint)
    feature_extractor(network).save_pretrained(checkpoint)
    export(checkpoint, folder)
    calibrate_model(folder, load_segments(settings, "validation"))
    write_canaries(folder)
    return folder


def with_outputs(model: Path, folder: Path, change: Callable[[Rows], Rows]) -> Path:
    """A copy of a model whose output layer is changed, under a version of its own.

    Args:
        model: to copy.
        folder: where to; its name becomes the version.
        change: of the last weights, a row for each output, and of their biases.
    """
    shutil.copytree(model, folder)
    graph = onnx.load(folder / "model.onnx")
    changed = 0
    for tensor in graph.graph.initializer:
        if tensor.name.endswith(("classifier.weight", "classifier.bias")):
            values = change(numpy_helper.to_array(tensor)).copy()
            tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))
            changed += 1
    assert changed == 2, [tensor.name for tensor in graph.graph.initializer]
    onnx.save(graph, folder / "model.onnx")
    description = json.loads((folder / "vivavoz.json").read_text())
    (folder / "vivavoz.json").write_text(json.dumps(description | {"version": folder.name}))
    write_canaries(folder)
    return folder


def said(number: int, seconds: float = 0.8) -> Pcm:
    """One utterance, with the pauses that set it off."""
    pause = np.zeros(round(0.6 * RATE), "<i2")
    voice = speak(seconds, pitch=100.0 + 15 * (number % 8), seed=number)
    return np.concatenate([pause, voice, pause])


@dataclass
class Listener:
    """A session that goes on, utterance after utterance, until it is told to end."""

    number: int
    sent: list[Pcm] = field(default_factory=list)
    emotions: list[Emotion] = field(default_factory=list)
    models: list[str] = field(default_factory=list)
    received: Received = field(default_factory=Received)
    closed: SessionClosed | None = None
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def listen(self, url: str, enough: asyncio.Event) -> None:
        """Stream at the pace of the sound; two more utterances after `enough`, then stop."""
        async with connect(url, sample_rate=RATE, interim_ms=500) as session:
            self.models.append(session.model.version)
            receiver = asyncio.create_task(self._receive(session))
            last = 2
            while last:
                last -= enough.is_set()
                self.sent.append(said(self.number + len(self.sent)))
                async for chunk in paced(chunks(self.sent[-1].tobytes(), RATE), RATE):
                    await session.send(chunk)
            self.closed = await session.stop()
            await receiver
            self.vad = session.config.vad

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait for what messages bring about."""
        async with self.changed:
            await self.changed.wait_for(holds)

    async def _receive(self, session: Session) -> None:
        async for message in session:
            match message:
                case Emotion():
                    self.emotions.append(message)
                    self.received.arrivals.append(
                        Arrival(
                            0,
                            (message.utterance_id, message.segment),
                            message.final,
                            message.start_ms,
                            message.end_ms,
                            message.label or str(message.reason),
                        )
                    )
                case ModelChanged(model=model):
                    self.models.append(model.version)
                case _ if message.type == "utterance.ended":
                    discarded = message.discarded is not None
                    self.received.endings.append(
                        Ending(message.utterance_id, message.end_ms, discarded)
                    )
            async with self.changed:
                self.changed.notify_all()

    def answered_by(self) -> list[str]:
        """Which models gave the final verdicts, in order."""
        return [emotion.model for emotion in self.emotions if emotion.final]

    def check(self) -> None:
        """Everything that had to come came once, and the session ended as it should."""
        assert self.closed is not None
        assert self.closed.reason == "stopped"
        expected = expect(np.concatenate(self.sent), self.vad)
        assert len(expected.verdicts) == len(self.sent)
        assert verdict_differences(expected, self.received) == (0, 0, 0, 0)
        assert utterance_differences(expected, self.received) == (0, 0, 0, 0)
        assert self.closed.segments == len(expected.verdicts)
