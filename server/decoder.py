"""Decodes what others sent, in processes that can do no harm (`server.decoder_process`).

Errors:
    * :exc:`server.recording.RecordingError`: the file is not taken; its code says why.
    * :exc:`server.fork_server.DecoderError`: no decoder answers; the file may be all right.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from server.cpus import available_cpus
from server.decoder_process import Bounds
from server.decoder_reply import ForgedError, Reply, UnheardError, read_reply
from server.decoder_wire import REQUEST, Usage
from server.fork_server import DecoderError, ForkServer
from server.recording import Recording, RecordingCode, RecordingError

logger = logging.getLogger(__name__)

GRACE_S: Final = 5.0
"""After a process's time, for its supervisor to say so."""
TRIES: Final = 2


class Decoder:
    """Decodes files, each in a process by itself. Any thread may call any method.

    Args:
        at_once: files; as many as there are processors by default.
        bounds: what each of the processes may take.
        note: told what each of them took.

    Examples:
        >>> decoder = Decoder()
        >>> try:
        ...     decoder.decode(b"hello, I am a text", max_ms=1000)
        ... except RecordingError as error:
        ...     print(error)
        ... finally:
        ...     decoder.close()
        this is no WAV, FLAC or OGG file
    """

    def __init__(
        self,
        *,
        at_once: int | None = None,
        bounds: Bounds | None = None,
        note: Callable[[Usage], None] | None = None,
    ) -> None:
        self._bounds = bounds or Bounds()
        self._note = note
        self._places = threading.BoundedSemaphore(at_once or available_cpus())
        self._server = ForkServer(self._bounds)

    @property
    def pid(self) -> int | None:
        """Of the fork server; None while there is none."""
        return self._server.pid

    def start(self) -> None:
        """Get ready, so that the first file need not wait (0.2 s)."""
        try:
            self._server.start()
        except DecoderError:  # streams need none, and each file tries again
            logger.exception("recordings cannot be decoded")

    def close(self) -> None:
        """End the fork server. What is under way ends by itself."""
        self._server.close()

    def decode(self, content: bytes, *, max_ms: int) -> Recording:
        """What `server.recording.read_recording` gives, without its dangers.

        Args:
            content: of a file.
            max_ms: the longest that is taken, by the header and by counting.

        Raises:
            RecordingError: the file is not taken, be it that it broke its decoder.
            DecoderError: no decoder answers.
        """
        with self._places:
            for _ in range(TRIES):
                try:
                    reply = self._ask(content, max_ms)
                except UnheardError as error:
                    logger.warning("a decoder was not heard of", extra={"reason": str(error)})
                    self._server.close()  # whatever it has, the next one has not
                else:
                    return self._judge(reply, len(content))
        raise DecoderError("recordings cannot be decoded just now; try again")

    def _ask(self, content: bytes, max_ms: int) -> Reply:
        with self._server.fork() as conversation:
            conversation.settimeout(self._bounds.wall_s + GRACE_S)
            with suppress(OSError):  # a process that ends before it has read everything says why
                conversation.sendall(REQUEST.pack(len(content), max_ms))
                conversation.sendall(content)
            try:
                return read_reply(
                    conversation, max_ms=max_ms, within_s=self._bounds.wall_s + GRACE_S
                )
            except ForgedError as error:
                logger.warning("a file took over its decoder", extra={"reason": str(error)})
                return Reply(None, Usage(0, 0, 0.0))

    def _judge(self, reply: Reply, size: int) -> Recording:
        outcome, usage = reply
        if self._note:
            self._note(usage)
        if isinstance(outcome, Recording):
            return outcome
        if outcome is None:
            logger.warning("a file broke its decoder", extra={"bytes": size, **usage._asdict()})
            raise RecordingError(
                RecordingCode.BROKEN,
                f"the file cannot be decoded: it crashes the decoder, or takes it more than "
                f"{self._bounds.cpu_s} s; convert it to 16-bit WAV",
            )
        raise outcome
