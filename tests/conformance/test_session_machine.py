"""A session over whatever comes: spoken into, cut, reset, stalled, moved to another server, sent
away by one that stops. In the end its client has heard what an undisturbed one hears.

Longer: ``pytest tests/conformance/test_session_machine.py --hypothesis-profile=long``.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from bench.fault_proxy import FaultProxy
from client_python import Backoff, LastingSession, chunks, stay_connected, stream
from server.protocol import Emotion, ServerMessage, SessionClosed, UtteranceEnded
from server.settings import Settings
from tests.server.running import Running, StubModel, running
from tests.voice import speak

RATE = 16000
FAST = Settings(pace=100.0, burst_ms=600_000, messages_per_second=10_000)
VOICE = speak(1.5).tobytes()
SOUND = {"voice": VOICE, "silence": bytes(len(VOICE))}
STALL_S = 0.03
PATIENCE_S = 60.0
SHORT, LONG = 12, 300

settings.register_profile("long", max_examples=LONG, deadline=None)

Result = TypeVar("Result")


class World:
    """Two servers that share nothing, a bad network before them, and the loop that they live in."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._stack = AsyncExitStack()
        self.servers: list[Running] = []
        self.do(self._begin())

    def do(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Have something done in the loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE_S)

    async def _begin(self) -> None:
        for _ in range(2):
            server = await self._stack.enter_async_context(running(StubModel(), FAST))
            self.servers.append(server)
        self.proxy = await self._stack.enter_async_context(
            FaultProxy("127.0.0.1", self.servers[0].port)
        )
        self.session: LastingSession = await self._stack.enter_async_context(
            stay_connected(
                f"ws://127.0.0.1:{self.proxy.port}",
                sample_rate=RATE,
                interim_ms=0,
                backoff=Backoff(first_s=0.01, most_s=0.02),
                patience_s=PATIENCE_S,
            )
        )

    def end(self) -> None:
        self.do(self._stack.aclose())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class SessionMachine(RuleBasedStateMachine):
    """One session; every rule is something that happens to it."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.pcm = b""
        self.was_sent_away = False
        self.is_elsewhere = False

    @initialize()
    def connect(self) -> None:
        assert self.world.session.created.resumed is False

    @rule(kind=st.sampled_from(sorted(SOUND)), ms=st.integers(20, 1500))
    def send(self, kind: str, ms: int) -> None:
        pcm = SOUND[kind][: ms * RATE // 1000 * 2]
        self.pcm += pcm
        self.world.do(self.world.session.send(pcm))

    @rule(reset=st.booleans())
    def cut(self, reset: bool) -> None:
        async def cut() -> None:
            self.world.proxy.cut(reset=reset)

        self.world.do(cut())

    @rule()
    def stall(self) -> None:
        async def stall() -> None:
            async with self.world.proxy.outage():
                await asyncio.sleep(STALL_S)

        self.world.do(stall())

    @rule()
    def move(self) -> None:
        """The next connection goes to the other server."""
        self.is_elsewhere = not self.is_elsewhere
        there = self.world.servers[self.is_elsewhere]
        self.world.proxy.forward_to("127.0.0.1", there.port)

    @precondition(lambda self: self.pcm)
    @rule()
    def send_away(self) -> None:
        """A server stops: it answers what it has, and the client goes on with another."""
        self.was_sent_away = True

        async def drain() -> None:
            for server in self.world.servers:
                for listener in tuple(server.service.listeners):
                    listener.drain()

        self.world.do(drain())

    def teardown(self) -> None:
        try:
            heard = self.world.do(self._hear_the_rest())
            whole = self.world.do(self._hear_undisturbed())
        finally:
            self.world.end()
        assert utterances(heard) == utterances(whole)
        assert isinstance(heard[-1], SessionClosed)
        assert heard[-1].audio_ms == len(self.pcm) * 1000 // RATE // 2
        if not self.was_sent_away:  # who leaves in the middle of an utterance cuts it there
            assert labels(heard) == labels(whole)

    async def _hear_the_rest(self) -> list[ServerMessage]:
        stopping = asyncio.create_task(self.world.session.stop())
        heard = [message async for message in self.world.session]
        await stopping
        return heard

    async def _hear_undisturbed(self) -> list[ServerMessage]:
        url = self.world.servers[0].http
        source = chunks(self.pcm, RATE)
        return [m async for m in stream(source, url, sample_rate=RATE, interim_ms=0)]


def utterances(messages: list[ServerMessage]) -> list[tuple[int, int, str | None]]:
    return [
        (m.utterance_id, m.end_ms, m.discarded) for m in messages if isinstance(m, UtteranceEnded)
    ]


def labels(messages: list[ServerMessage]) -> list[tuple[int, int, int, int]]:
    return [
        (m.utterance_id, m.segment, m.start_ms, m.end_ms)
        for m in messages
        if isinstance(m, Emotion) and m.final
    ]


TestSession = SessionMachine.TestCase
TestSession.settings = settings(
    max_examples=LONG if settings.get_current_profile_name() == "long" else SHORT,
    stateful_step_count=15,
    deadline=None,
)
