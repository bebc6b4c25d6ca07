"""With a head start or without: a client is told the same, to the bit."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from server.actions import Action, Classify, Expect
from server.session import Session
from tests.server.conftest import Start
from tests.server.driving import drive, jobs, messages, started
from tests.server.running import Message as Wire
from tests.server.running import Running, begin, only, rest, say
from tests.voice import Pcm, talk

TURN = talk(silence=0.5, voice=1.2, pause=0.8, times=2)


def expected(actions: list[Action]) -> list[Expect]:
    return [action for action in actions if isinstance(action, Expect)]


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from([8000, 16000, 48000]),
    st.lists(st.integers(0, 30000), max_size=20),
    st.integers(20, 400),
)
def test_a_head_start_tells_a_client_nothing(rate: int, chunks: list[int], lead_ms: int) -> None:
    audio = talk(silence=0.6, voice=1.2, pause=0.7, times=2, rate=rate)
    with_lead = drive(started(rate, 500, lead_ms=lead_ms), audio, chunks)
    without = drive(started(rate, 500), audio, chunks)
    assert messages(with_lead) == messages(without)
    assert [j.segment for j in jobs(with_lead)] == [j.segment for j in jobs(without)]
    assert expected(without) == []


def test_each_final_of_a_pause_was_expected_to_the_last_sample() -> None:
    session = started(lead_ms=120)
    actions = drive(session, talk(silence=1, voice=1, pause=1, times=3), [320] * 100)
    finals = [job.segment.pcm for job in jobs(actions)]
    assert [action.segment.pcm for action in expected(actions)] == finals
    order = [type(action) for action in actions if isinstance(action, Expect | Classify)]
    assert order == [Expect, Classify] * 3


def test_what_does_not_come_true_is_not_missed() -> None:
    session = started(lead_ms=200)  # half of the hangover
    (told,) = expected(
        session.receive_audio(talk(silence=0.5, voice=1, pause=0.3, times=1).tobytes())
    )
    actions = session.receive_audio(talk(silence=0, voice=1, pause=1, times=1).tobytes())
    (final,) = jobs(actions)
    assert final.segment.start_ms == told.segment.start_ms
    assert final.segment.end_ms > told.segment.end_ms
    assert expected(actions)[-1].segment.pcm == final.segment.pcm


def test_a_flush_a_stop_and_a_change_in_the_pause_cost_nothing() -> None:
    for text in ("session.flush", "session.stop"):
        actions = ended_in_the_pause({"type": text})
        assert len(jobs(actions)) == 1
    actions = ended_in_the_pause({"type": "session.update", "vad": {"hangover_ms": 1000}})
    assert jobs(actions) == []


def ended_in_the_pause(message: dict[str, object]) -> list[Action]:
    session: Session = started(lead_ms=200)
    said = session.receive_audio(talk(silence=0.5, voice=1, pause=0.3, times=1).tobytes())
    assert len(expected(said)) == 1
    actions = session.receive_text(json.dumps(message))
    for job in jobs(actions):
        assert job.segment.pcm == expected(said)[0].segment.pcm
    return actions


async def told_by(server: Running, pcm: Pcm) -> list[Wire]:
    async with server.connect() as socket:
        messages = [await begin(socket)]
        for first in range(0, len(pcm), 320):
            await socket.send(pcm[first : first + 320].tobytes())
            if first % 3200 == 0:
                await server.until(lambda: server.service.queue.busy == 0)
        await say(socket, "session.stop")
        messages += await rest(socket)
    return [m | {"latency_ms": 0} for m in messages if m["type"] in ("emotion", "utterance.ended")]


async def test_a_real_model_says_the_same_either_way(start: Start) -> None:
    with_lead, without = await start(lead_ms=200), await start(lead_ms=0)
    said = await told_by(with_lead, TURN)
    assert said == await told_by(without, TURN)
    assert len(only(said, "emotion")) == 2
    used = with_lead.counted("segments_expected_total", outcome="used")
    assert used >= 1  # the second may come while the first is still heard
    assert without.counted("segments_expected_total", outcome="used") == 0
