"""What can go wrong between a client and its server; the tree stands in `client_python`."""

from __future__ import annotations

from server.protocol import Error, ErrorCode


class ClientError(Exception):
    """Any error of this package."""


class ConnectError(ClientError):
    """No session came about.

    Attributes:
        status: of the HTTP answer, or None if there was none.
        code: the server's own, such as ``overloaded``, or None if it gave none.
        retry_after_s: after how many seconds the server asks to try again, or None.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        code: str | None = None,
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.retry_after_s = retry_after_s


class SessionError(ClientError):
    """The server refused or ended the session, and said why.

    Attributes:
        code: what was wrong, for programs.
        retry_after_ms: after how long the server asks to try again, or None.
    """

    def __init__(self, error: Error) -> None:
        super().__init__(error.message)
        self.code: ErrorCode = error.code
        self.retry_after_ms = error.retry_after_ms


class ClosedError(ClientError):
    """The connection closed before the session was stopped; audio may be unanswered.

    Attributes:
        code: the close code; 1006 when the connection was lost without one.
        reason: what the server said of it, or an empty text.
    """

    def __init__(self, code: int, reason: str) -> None:
        lost = "the connection to the server was lost"
        text = f"{reason or 'no reason given'} (close code {code})"
        super().__init__(lost if code == LOST else f"the server ended the session: {text}")
        self.code = code
        self.reason = reason


LOST = 1006
"""What a WebSocket reports when no close frame came."""
