import pytest

from server.outbox import Outbox
from server.protocol import Ack


def test_what_comes_after_an_awaited_place_waits_for_it():
    outbox = Outbox()
    first, second, third = (Ack(audio_ms=i) for i in range(3))
    outbox.put(first)
    outbox.wait_for(1)
    outbox.wait_for(2)
    outbox.put(third)
    assert list(outbox.ready()) == [first]
    outbox.resolve(2, second)
    assert list(outbox.ready()) == []
    assert not outbox.is_empty
    outbox.resolve(1, first)
    assert list(outbox.ready()) == [first, second, third]
    assert outbox.is_empty


def test_a_job_that_nobody_waits_for():
    with pytest.raises(ValueError, match="9"):
        Outbox().resolve(9, Ack(audio_ms=0))
