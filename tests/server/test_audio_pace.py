import asyncio

from server.audio_pace import AudioPace

SECOND = bytes(2 * 16000)


def test_who_keeps_the_pace_is_taken_and_who_does_not_rests() -> None:
    pace = AudioPace(16000, 1e-9, burst_ms=3000)
    assert pace.seconds(SECOND) == 1.0
    assert [pace.take(SECOND) for _ in range(4)] == [True, True, False, False]


async def test_nothing_is_taken_while_it_rests() -> None:
    pace = AudioPace(16000, 100.0, burst_ms=1000)
    assert pace.take(SECOND)
    resting = asyncio.create_task(pace.rest(SECOND * 20))
    await asyncio.sleep(0)
    assert not pace.take(b"")
    await resting
    assert not pace._is_resting


async def test_a_rest_that_is_cut_short_is_over() -> None:
    pace = AudioPace(16000, 1e-3, burst_ms=1000)
    resting = asyncio.create_task(pace.rest(SECOND * 20))
    await asyncio.sleep(0)
    resting.cancel()
    await asyncio.gather(resting, return_exceptions=True)
    assert not pace._is_resting
