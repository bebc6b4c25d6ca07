"""Messages in the order of the audio, some of which are still awaited."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from server.actions import JobId
from server.protocol import Message


class Outbox:
    """A queue whose places are messages, or jobs that will become messages.

    Examples:
        >>> from server.protocol import Ack
        >>> outbox = Outbox()
        >>> outbox.wait_for(7)
        >>> outbox.put(Ack(audio_ms=20))
        >>> [*outbox.ready()]
        []
        >>> outbox.resolve(7, Ack(audio_ms=10))
        >>> [message.audio_ms for message in outbox.ready()]
        [10, 20]
    """

    def __init__(self) -> None:
        self._places: deque[Message | JobId] = deque()

    @property
    def is_empty(self) -> bool:
        """Whether everything was taken out."""
        return not self._places

    def put(self, *messages: Message) -> None:
        """Add messages that are complete."""
        self._places.extend(messages)

    def wait_for(self, job: JobId) -> None:
        """Keep a place for the answer to a job."""
        self._places.append(job)

    def resolve(self, job: JobId, message: Message) -> None:
        """Fill the place of a job.

        Raises:
            ValueError: no place is kept for it.
        """
        if job not in self._places:
            raise ValueError(f"no place is kept for job {job}")
        self._places[self._places.index(job)] = message

    def ready(self) -> Iterator[Message]:
        """Take out what has nothing left to wait for."""
        while self._places and isinstance(message := self._places[0], Message):
            self._places.popleft()
            yield message
