"""What is counted, for Prometheus. One registry an application, none for the process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import generate_latest

from server.decoder_wire import Usage
from server.protocol import Emotion

SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
LAG_SECONDS: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0)
LAG_EVERY_S: Final = 0.1
BYTES: Final = tuple(float(mib << 20) for mib in (32, 48, 64, 96, 128))


class Metrics:
    """The counters of one application.

    Attributes:
        registry: what `exposition` shows.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.sessions_open = self._gauge("sessions_open", "Sessions under way")
        self.sessions_total = self._counter("sessions", "Sessions opened")
        self.audio_seconds = self._counter("audio_seconds", "Audio received")
        self.utterances = self._counter("utterances", "Utterances ended, discarded or not", "kept")
        self.verdicts = self._counter(
            "verdicts", "Verdicts, by label or reason", "verdict", "final"
        )
        self.refusals = self._counter("refusals", "Refusals over HTTP, by cause", "cause")
        self.errors = self._counter("errors", "Error messages sent to clients", "code")
        self.recordings = self._counter("recordings", "Recordings classified")
        self.feedback = self._counter("feedback", "Corrections kept, or withdrawn", "what")
        self.swaps = self._counter("model_swaps", "Models that took over from another")
        self.refused_models = self._counter(
            "model_refusals", "Models that were promoted and are not served, by cause", "cause"
        )
        self._model = self._gauge("model_info", "The model that answers, as labels", "version")
        self.cut = self._counter("slow_readers_cut", "Clients cut off because they did not read")
        self.failures = self._counter("inference_failures", "Classifications that raised")
        self.dropped = self._counter("segments_dropped", "Segments without an answer", "final")
        self.foresight = self._counter(
            "segments_expected", "Segments expected in a pause, by what became of it", "outcome"
        )
        self.wait = self._histogram("queue_wait_seconds", "Time of a segment in the queue", SECONDS)
        self.inference = self._histogram("inference_seconds", "Time of a classification", SECONDS)
        self.latency = self._histogram(
            "label_latency_seconds", "From a segment's last sample to its label", SECONDS, "final"
        )
        self.decoding = self._histogram(
            "decode_cpu_seconds", "Processor time of decoding a file", SECONDS
        )
        self.decoding_bytes = self._histogram(
            "decode_peak_bytes", "Most memory of the process that decoded a file", BYTES
        )
        self.lag = self._histogram("event_loop_lag_seconds", "Lateness of a timer", LAG_SECONDS)

    def watch_queue(self, depth: Callable[[], int], busy: Callable[[], int]) -> None:
        """Show the state of a queue whenever it is asked for."""
        self._gauge("queue_depth", "Segments waiting").set_function(depth)
        self._gauge("workers_busy", "Classifications under way").set_function(busy)

    def watch_capacity(self, sessions: Callable[[], float]) -> None:
        """Show how many sessions can be served whenever it is asked for."""
        self._gauge("sessions_capacity", "Sessions that can be served").set_function(sessions)

    def show_model(self, version: str) -> None:
        """Show which model answers."""
        self._model.clear()
        self._model.labels(version).set(1)

    def count_verdict(self, emotion: Emotion) -> None:
        """Count a verdict that goes out."""
        final = str(emotion.final).lower()
        self.verdicts.labels(emotion.label or str(emotion.reason), final).inc()
        self.latency.labels(final).observe(emotion.latency_ms / 1000)

    def count_decoding(self, usage: Usage) -> None:
        """Count what decoding a file took."""
        self.decoding.observe(usage.cpu_s)
        self.decoding_bytes.observe(usage.peak_bytes)

    def exposition(self) -> bytes:
        """Everything, in the Prometheus text format."""
        return generate_latest(self.registry)

    async def watch_loop(self) -> None:
        """Measure by how much the event loop is late, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + LAG_EVERY_S
            await asyncio.sleep(LAG_EVERY_S)
            self.lag.observe(max(0.0, loop.time() - due))

    def _counter(self, name: str, help_text: str, *labels: str) -> Counter:
        return Counter(f"vivavoz_{name}", help_text, labels, registry=self.registry)

    def _gauge(self, name: str, help_text: str, *labels: str) -> Gauge:
        return Gauge(f"vivavoz_{name}", help_text, labels, registry=self.registry)

    def _histogram(
        self, name: str, help_text: str, buckets: tuple[float, ...], *labels: str
    ) -> Histogram:
        return Histogram(
            f"vivavoz_{name}", help_text, labels, buckets=buckets, registry=self.registry
        )
