import asyncio
from collections.abc import AsyncIterator

from client_python import chunks, paced
from client_python.source import pieces


def test_chunks_are_the_whole_in_order() -> None:
    pcm = bytes(range(250)) * 28
    cut = list(chunks(pcm, 16000))
    assert [len(chunk) for chunk in cut] == [3200, 3200, 600]
    assert b"".join(cut) == pcm
    assert [len(chunk) for chunk in chunks(bytes(100), 8000, chunk_ms=5)] == [80, 20]
    assert list(chunks(b"", 16000)) == []


async def test_any_iterable_is_a_source() -> None:
    async def spoken() -> AsyncIterator[bytes]:
        yield b"ab"
        yield b"cd"

    assert [piece async for piece in pieces([b"ab", b"cd"])] == [b"ab", b"cd"]
    assert [piece async for piece in pieces(spoken())] == [b"ab", b"cd"]


async def test_a_piece_comes_when_its_last_sample_would_be_heard() -> None:
    loop = asyncio.get_running_loop()
    start = loop.time()
    came = [loop.time() - start async for _ in paced([bytes(640)] * 5, 16000)]
    for i, moment in enumerate(came, start=1):
        assert moment >= 0.02 * i - 0.002


async def test_a_late_piece_is_caught_up_on() -> None:
    loop = asyncio.get_running_loop()

    async def late() -> AsyncIterator[bytes]:
        await asyncio.sleep(0.1)
        for _ in range(5):
            yield bytes(640)

    start = loop.time()
    assert len([piece async for piece in paced(late(), 16000)]) == 5
    assert loop.time() - start < 0.18
