"""A network of one's own between a browser and a server, cut by a seeded plan.

It runs on a thread by itself, so that who waits for the browser needs not wait for it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from random import Random
from typing import Final, NamedTuple, TypeVar
from urllib.parse import urlsplit

from bench.fault_proxy import FaultProxy

T = TypeVar("T")

LOOK_EVERY_S: Final = 0.01
END_S: Final = 10.0


class Cut(NamedTuple):
    """All connections end, and for some time there are no others.

    Attributes:
        at_s: when, seconds from the beginning of the plan.
        reset: by a TCP reset, else as a program closes.
        out_s: how long there is no network after it.
    """

    at_s: float
    reset: bool
    out_s: float


def random_cuts(seed: int, count: int, *, within_s: float, most_out_s: float) -> list[Cut]:
    """Cuts at any moment, in order of time; the same for the same seed.

    Args:
        seed: of everything.
        count: how many.
        within_s: the moments lie between 0 and this.
        most_out_s: each lasts up to so many seconds.
    """
    rng = Random(seed)
    moments = sorted(rng.uniform(0, within_s) for _ in range(count))
    return [Cut(at_s, rng.random() < 0.5, rng.uniform(0, most_out_s)) for at_s in moments]


class Network:
    """A `FaultProxy` on a thread of its own.

    Args:
        url: of the server behind it.

    Attributes:
        url: to be spoken with instead.
    """

    def __init__(self, url: str) -> None:
        self._proxy = FaultProxy(*_place(url))
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._do(self._proxy.__aenter__()).result(END_S)
        self.url = f"http://127.0.0.1:{self._proxy.port}"

    def close(self) -> None:
        """Ends every connection, every outage and the thread."""
        self._do(self._end()).result(END_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def suffer(self, cuts: Sequence[Cut]) -> Future[None]:
        """Carry out a plan, which begins now; the future is done when the last cut is over."""
        return self._do(self._suffer(cuts))

    def outage(self, seconds: float) -> None:
        """As if the cable were out: nothing goes either way, nobody is told."""
        self._do(self._outage(seconds))

    def forward_to(self, url: str) -> None:
        """Forward new connections to another server."""
        self._loop.call_soon_threadsafe(self._proxy.forward_to, *_place(url))

    async def _suffer(self, cuts: Sequence[Cut]) -> None:
        clock = self._loop.time
        began_s = clock()
        for cut in cuts:
            await asyncio.sleep(began_s + cut.at_s - clock())
            # None may be back since the cut before; the proxy does not tell of those that come.
            while not self._proxy.cut(reset=cut.reset):  # noqa: ASYNC110
                await asyncio.sleep(LOOK_EVERY_S)
            await self._outage(cut.out_s)

    async def _outage(self, seconds: float) -> None:
        async with self._proxy.outage():
            await asyncio.sleep(seconds)

    async def _end(self) -> None:
        await self._proxy.__aexit__()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:  # a plan or an outage that is not over
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _do(self, what: Coroutine[object, object, T]) -> Future[T]:
        return asyncio.run_coroutine_threadsafe(what, self._loop)


@contextmanager
def network(url: str) -> Iterator[Network]:
    """A network before a server, for as long as the block lasts."""
    through = Network(url)
    try:
        yield through
    finally:
        through.close()


def _place(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    if parts.hostname is None or parts.port is None:
        raise ValueError(f"{url} has no host or no port")
    return parts.hostname, parts.port
