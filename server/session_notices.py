"""What the person behind a session should know of its audio."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from server.protocol import Limits, Notice, WarningCode
from server.silence import Silence

ENDING_NOTICE_MS: Final = 60_000


class SessionNotices:
    """Watches one connection's audio; says each thing once.

    Args:
        limits: `session_ms` is how long the session may last.
    """

    def __init__(self, limits: Limits) -> None:
        self._session_ms = limits.session_ms
        self._silence = Silence()
        self._tell_from_ms = limits.session_ms - ENDING_NOTICE_MS

    def after(self, samples: npt.NDArray[np.int16], received_ms: int) -> list[Notice]:
        """What is new after these samples.

        Args:
            samples: the next of the stream.
            received_ms: how much of it there was, these included.
        """
        notices = []
        if self._silence.is_news(samples, received_ms):
            text = "almost nothing is heard: is the right microphone chosen and not muted?"
            notices.append(Notice(code=WarningCode.QUIET, message=text))
        left = self._session_ms - received_ms
        if received_ms >= self._tell_from_ms and left > 0:
            self._tell_from_ms = self._session_ms  # once
            text = f"the session ends in {left // 1000} s"
            notices.append(Notice(code=WarningCode.ENDING, message=text))
        return notices
