import asyncio
import logging
import threading
import time
from typing import Any

import pytest

from classifier import Classifier, Verdict
from server.inference import InferenceQueue, classify_segment, model_info
from server.metrics import Metrics
from tests.server.queues import Answers, Make, Model
from tests.server.running import LABELS
from tests.server.segments import FINAL, INTERIM, sized


async def test_finals_go_before_interims_and_each_in_its_order(make: Make) -> None:
    model = Model()
    answers = Answers(make(model))
    for name, segment in {
        "running": sized(2),
        "interim": sized(4, INTERIM),
        "interim too": sized(6, INTERIM),
        "final": sized(8),
        "final too": sized(10),
    }.items():
        answers.ask(name, segment)
    model.go.release(5)
    await answers.come("interim too")
    assert model.asked == [2, 8, 10, 4, 6]
    assert all(answers.values())


async def test_a_newer_interim_takes_the_place_of_the_one_before(make: Make) -> None:
    model = Model()
    queue = make(model)
    answers = Answers(queue)
    answers.ask("running")
    answers.ask("old", sized(4, INTERIM), owner="a")
    answers.ask("other", sized(6, INTERIM), owner="b")
    answers.ask("new", sized(8, INTERIM), owner="a")
    assert queue.depth == 2
    model.go.release(3)
    await answers.come("other", "new", "old")
    assert answers["old"] is None
    assert model.asked[1:] == [8, 6]


async def test_a_final_makes_the_waiting_interim_of_its_session_pointless(make: Make) -> None:
    model = Model()
    answers = Answers(make(model))
    answers.ask("running")
    answers.ask("interim", INTERIM, owner="a")
    answers.ask("final", FINAL, owner="a")
    await answers.come("interim")
    assert answers == {"interim": None}
    model.go.release(2)
    await answers.come("final")
    assert answers["final"]


async def test_a_full_queue_drops_interims_first_and_then_refuses_finals(make: Make) -> None:
    model = Model()
    metrics = Metrics()
    queue = make(model, size=2, metrics=metrics)
    answers = Answers(queue)
    answers.ask("running")
    answers.ask("interim", INTERIM)
    answers.ask("interim too", INTERIM)
    answers.ask("interim too many", INTERIM)
    assert not queue.is_full
    answers.ask("final")
    answers.ask("final too")
    assert queue.is_full
    answers.ask("final too many")
    assert not answers, "never from within the call"
    await answers.come("interim", "interim too", "interim too many", "final too many")
    assert set(answers.values()) == {None}
    model.go.release(3)
    await answers.come("running", "final", "final too")
    assert answers["final"]
    assert answers["final too"]
    dropped = metrics.registry.get_sample_value
    assert dropped("vivavoz_segments_dropped_total", {"final": "false"}) == 3
    assert dropped("vivavoz_segments_dropped_total", {"final": "true"}) == 1


async def test_the_deadline_counts_in_the_queue_and_in_the_model(make: Make) -> None:
    model = Model()
    queue = make(model, deadline_ms=500)
    answers = Answers(queue)
    answers.ask("in the model")
    answers.ask("in the queue")
    await answers.come("in the model", "in the queue")
    assert set(answers.values()) == {None}
    assert (queue.depth, queue.busy) == (0, 1)
    model.go.release(2)
    answers.ask("later")
    await answers.come("later")
    assert answers["later"]
    assert len(model.asked) == 2


async def test_the_answers_of_who_is_gone_do_not_come(make: Make) -> None:
    model = Model()
    queue = make(model)
    answers = Answers(queue)
    answers.ask("running", owner="gone")
    answers.ask("final", owner="gone")
    answers.ask("interim", INTERIM, owner="gone")
    answers.ask("stays")
    queue.cancel("gone")
    assert queue.depth == 1
    model.go.release(2)
    await answers.come("stays")
    assert answers.keys() == {"stays"}
    assert len(model.asked) == 2


async def test_a_model_that_raises_is_logged_and_counted_and_the_thread_lives(
    make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    def model(pcm: bytes, **quality: Any) -> Verdict:
        if len(pcm) == 2:
            raise RuntimeError("out of tune")
        return Verdict("happy", None, 1.0, {"happy": 1.0}, "0")

    metrics = Metrics()
    answers = Answers(make(model, metrics=metrics))
    answers.ask("bad", sized(2))
    answers.ask("good", sized(4))
    await answers.come("bad", "good")
    assert answers["bad"] is None
    assert answers["good"]
    (record,) = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert "out of tune" in str(record.exc_info)
    assert metrics.registry.get_sample_value("vivavoz_inference_failures_total") == 2


async def test_a_model_that_fails_once_is_asked_again_and_nobody_notices(make: Make) -> None:
    asked: list[int] = []

    def model(pcm: bytes, **quality: Any) -> Verdict:
        asked.append(len(pcm))
        if asked == [2]:
            raise RuntimeError("out of breath")
        return Verdict("happy", None, 1.0, {"happy": 1.0}, "0")

    answers = Answers(make(model))
    answers.ask("once", sized(2))
    answers.ask("next", sized(4))
    await answers.come("once", "next")
    assert all(answers.values())
    assert asked == [2, 4, 2]


async def test_an_interim_that_fails_is_not_tried_again(make: Make) -> None:
    asked: list[int] = []

    def model(pcm: bytes, **quality: Any) -> Verdict:
        asked.append(len(pcm))
        raise RuntimeError("out of tune")

    answers = Answers(make(model))
    answers.ask("interim", INTERIM)
    await answers.come("interim")
    assert (answers["interim"], len(asked)) == (None, 1)


async def test_a_thread_in_which_the_model_hangs_is_replaced(make: Make) -> None:
    model = Model()
    queue = make(model, deadline_ms=30)
    answers = Answers(queue)
    answers.ask("hangs", sized(2))
    await answers.come("hangs")
    assert answers["hangs"] is None
    while queue.busy:  # noqa: ASYNC110 - there is no event for it
        await asyncio.sleep(0.01)
    assert not queue.is_lost
    model.go.release(2)  # one for each thread
    answers.ask("next", sized(4))
    await answers.come("next")
    assert answers["next"]
    assert queue.busy == 0


async def test_who_asks_much_waits_for_itself_alone(make: Make) -> None:
    model = Model()
    answers = Answers(make(model))
    answers.ask("running", sized(2), owner="greedy")
    for size in (4, 6, 8):
        answers.ask(f"greedy {size}", sized(size), owner="greedy")
    answers.ask("other", sized(10), owner="other")
    model.go.release(5)
    await answers.come("greedy 8")
    assert model.asked == [2, 4, 10, 6, 8]


async def test_several_threads_classify_at_once(make: Make) -> None:
    both = threading.Barrier(2, timeout=5)

    def model(pcm: bytes, **quality: Any) -> Verdict:
        both.wait()
        return Verdict("happy", None, 1.0, {"happy": 1.0}, "0")

    answers = Answers(make(model, workers=2))
    answers.ask("one")
    answers.ask("two")
    await answers.come("one", "two")
    assert all(answers.values())


async def test_the_event_loop_turns_while_the_model_works(make: Make) -> None:
    def model(pcm: bytes, **quality: Any) -> Verdict:
        time.sleep(0.3)
        return Verdict("happy", None, 1.0, {"happy": 1.0}, "0")

    queue = make(model)
    loop = asyncio.get_running_loop()
    task = asyncio.create_task(queue.classify(FINAL))
    latest = 0.0
    while not task.done():
        before = loop.time()
        await asyncio.sleep(0.005)
        latest = max(latest, loop.time() - before)
    assert await task
    assert latest < 0.15


async def test_closing_answers_everyone_and_ends_the_threads() -> None:
    model = Model()
    queue = InferenceQueue(model, workers=2)
    queue.start()
    answers = Answers(queue)
    for name in ("one", "two", "three"):
        answers.ask(name)
    names = {thread.name for thread in threading.enumerate()}
    assert {"inference-0", "inference-1"} <= names
    model.go.release(2)
    await queue.close()
    answers.ask("late")
    await answers.come("one", "two", "three", "late")
    assert set(answers.values()) == {None}
    assert not any(thread.name.startswith("inference") for thread in threading.enumerate())


async def test_asking_for_one_segment_and_giving_up(make: Make) -> None:
    model = Model()
    queue = make(model)
    first = asyncio.create_task(queue.classify(FINAL))
    second = asyncio.create_task(queue.classify(FINAL))
    await asyncio.sleep(0)
    assert (queue.busy, queue.depth) == (1, 1)
    second.cancel()
    await asyncio.wait({second})
    assert queue.depth == 0
    model.go.release()
    assert await first


def test_a_segment_is_judged_by_all_that_is_known_of_it() -> None:
    asked: dict[str, Any] = {}

    def classify(pcm: bytes, **quality: Any) -> Verdict:
        asked.update(quality, pcm=pcm)
        return Verdict(None, "clipped", 1.0, {"happy": 1.0}, "0")

    assert classify_segment(classify, FINAL).reason == "clipped"
    assert asked == {"pcm": FINAL.pcm, "voiced_ms": 900, "snr_db": 40.0, "clipped": 0.25}


def test_what_clients_are_told_of_a_model(classifier: Classifier) -> None:
    info = model_info(classifier)
    assert (info.name, info.version, info.labels) == ("tiny", "1-test", LABELS)
