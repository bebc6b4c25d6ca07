"""Whether another try may go better."""

from __future__ import annotations

from typing import Final

from client_python.errors import LOST, ClientError, ClosedError, ConnectError, SessionError
from server.protocol import CloseCode, ErrorCode

TOO_MANY: Final = 429
SERVER_FAULT: Final = 500

CLOSES: Final = frozenset(
    {
        LOST,
        CloseCode.GOING_AWAY,
        CloseCode.RESTARTING,
        CloseCode.OUR_FAULT,
        CloseCode.OVERLOADED,
    }
)
CODES: Final = frozenset(
    {ErrorCode.OVERLOADED, ErrorCode.DRAINING, ErrorCode.INTERNAL, ErrorCode.START_TIMEOUT}
)


def may_go_better(error: ClientError) -> bool:
    """Whether the same session may be taken a little later, here or by another server.

    A wrong token, an origin, a limit and a message that is not understood stay what they are.
    """
    match error:
        case ConnectError(status=status):
            return status is None or status == TOO_MANY or status >= SERVER_FAULT
        case SessionError(code=code):
            return code in CODES
        case ClosedError(code=code):
            return code in CLOSES
    return False


def least_wait_s(error: ClientError) -> float:
    """How long the server asks to wait, seconds; 0 if it does not say."""
    match error:
        case ConnectError(retry_after_s=int(seconds)):
            return seconds
        case SessionError(retry_after_ms=int(milliseconds)):
            return milliseconds / 1000
    return 0.0
