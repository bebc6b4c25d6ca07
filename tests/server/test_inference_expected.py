"""What is expected in a pause: a head start for the final, and no trouble for anyone else."""

import asyncio
import threading
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier import Classifier, Verdict
from server.answering import Answering
from server.inference import classify_segment
from server.metrics import Metrics
from tests.server.queues import Answers, Make, Model
from tests.server.segments import FINAL, INTERIM, sized
from tests.voice import speak

EARLY = Verdict("sad", None, 1.0, {"sad": 1.0}, "0")


class Hearing:
    """Notes what a verdict is asked for."""

    def __init__(self, verdict: Verdict | None) -> None:
        self._verdict = verdict
        self.asked: dict[str, Any] = {}

    def verdict(self, **quality: Any) -> Verdict | None:
        self.asked = quality
        return self._verdict


class Ear:
    """Hears once it may."""

    def __init__(self, verdict: Verdict | None = EARLY) -> None:
        self.go = threading.Semaphore(0)
        self.hearing = Hearing(verdict)
        self.heard = 0

    def __call__(self, pcm: bytes) -> Hearing:
        assert self.go.acquire(timeout=10)
        self.heard += 1
        return self.hearing


async def test_a_final_that_was_expected_is_not_classified_again(make: Make) -> None:
    model, ear = Model(), Ear()
    queue = make(model, hear=ear)
    answers = Answers(queue)
    queue.expect("a", replace(FINAL, noise_db=-90.0))
    ear.go.release()
    answers.ask("final", FINAL, owner="a")
    assert not answers, "never from within the call"
    await answers.come("final")
    assert answers["final"] is EARLY
    assert ear.hearing.asked == {"voiced_ms": 900, "snr_db": 40.0, "clipped": 0.25}  # of the final
    assert model.asked == []


async def test_what_was_not_expected_is_classified(make: Make) -> None:
    model, ear = Model(), Ear()
    queue = make(model, hear=ear)
    answers = Answers(queue)
    ear.go.release()
    queue.expect("a", sized(4))
    model.go.release(2)
    answers.ask("another", FINAL, owner="a")
    answers.ask("interim", INTERIM, owner="a")
    await answers.come("another", "interim")
    assert EARLY not in answers.values()
    assert len(model.asked) == 2


async def test_finals_and_interims_do_not_wait_for_what_is_expected(make: Make) -> None:
    model, ear = Model(), Ear()
    queue = make(model, hear=ear)
    answers = Answers(queue)
    queue.expect("a", FINAL)
    model.go.release(2)
    answers.ask("final", FINAL, owner="b")
    await answers.come("final")
    answers.ask("interim", INTERIM, owner="b")
    await answers.come("interim")
    assert ear.heard == 0
    ear.go.release()


async def test_nothing_is_heard_early_while_the_threads_are_busy(make: Make) -> None:
    model, ear = Model(), Ear()
    queue = make(model, hear=ear)
    answers = Answers(queue)
    answers.ask("running", sized(2))
    queue.expect("a", FINAL)
    ear.go.release()
    model.go.release(2)
    answers.ask("final", FINAL, owner="a")
    await answers.come("running", "final")
    assert answers["final"] is not EARLY
    assert ear.heard == 0


@pytest.mark.parametrize("verdict", [None, EARLY])
async def test_what_is_of_no_use_is_classified_like_any_other(
    make: Make, verdict: Verdict | None
) -> None:
    """Another model answers by now, or the model failed."""
    model, ear = Model(), Ear(verdict)
    queue = make(model, hear=ear if verdict is None else fail)
    answers = Answers(queue)
    queue.expect("a", FINAL)
    ear.go.release()
    model.go.release()
    answers.ask("final", FINAL, owner="a")
    await answers.come("final")
    assert answers["final"] not in (None, EARLY)
    assert model.asked == [len(FINAL.pcm)]


def fail(_: bytes) -> Hearing:
    raise RuntimeError("deaf")


async def test_the_deadline_holds_for_what_is_expected(make: Make) -> None:
    ear = Ear()
    metrics = Metrics()
    queue = make(Model(), hear=ear, deadline_ms=50, metrics=metrics)
    answers = Answers(queue)
    queue.expect("a", FINAL)
    answers.ask("final", FINAL, owner="a")
    await answers.come("final")
    assert answers["final"] is None
    ear.go.release()
    answers.ask("later", sized(2), owner="a")
    await answers.come("later")
    dropped = metrics.registry.get_sample_value
    assert dropped("vivavoz_segments_dropped_total", {"final": "true"}) == 2


async def test_who_is_gone_hears_nothing_of_what_was_expected(make: Make) -> None:
    model, ear = Model(), Ear()
    queue = make(model, hear=ear)
    answers = Answers(queue)
    queue.expect("gone", FINAL)
    answers.ask("waits", FINAL, owner="gone")
    queue.cancel("gone")
    queue.expect("gone", FINAL)  # the thread is busy still
    ear.go.release()
    model.go.release()
    answers.ask("stays")
    await answers.come("stays")
    assert answers.keys() == {"stays"}


async def test_closing_answers_who_waits_for_what_was_expected(make: Make) -> None:
    ear = Ear()
    queue = make(Model(), hear=ear)
    answers = Answers(queue)
    queue.expect("a", FINAL)
    answers.ask("final", FINAL, owner="a")
    asyncio.get_running_loop().call_later(0.05, ear.go.release)
    await queue.close()
    await answers.come("final")
    assert answers["final"] is None
    queue.expect("a", FINAL)


@given(
    st.one_of(st.none(), st.integers(0, 2000)),
    st.one_of(st.none(), st.floats(-10, 60)),
    st.one_of(st.none(), st.floats(0, 1)),
)
def test_the_verdict_is_the_same_to_the_bit(
    classifier: Classifier, voiced_ms: int | None, snr_db: float | None, clipped: float | None
) -> None:
    answering = Answering(classifier, None)
    quality = {"voiced_ms": voiced_ms, "snr_db": snr_db, "clipped": clipped}
    pcm = speak(0.8).tobytes()
    assert answering.hear(pcm).verdict(**quality) == answering.classify(pcm, **quality)


def test_what_one_model_heard_is_no_answer_of_another(classifier: Classifier) -> None:
    answering = Answering(classifier, None)
    pcm = np.zeros(16000, "<i2").tobytes()
    heard = answering.hear(pcm)
    assert heard.verdict() == classify_segment(classifier.classify, replace(FINAL, pcm=pcm))
    answering.replace(object(), None)  # type: ignore[arg-type]
    assert heard.verdict() is None
