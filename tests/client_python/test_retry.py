import pytest

from client_python.errors import LOST, ClientError, ClosedError, ConnectError, SessionError
from client_python.retry import least_wait_s, may_go_better
from server.protocol import CloseCode, Error, ErrorCode


def refused(code: ErrorCode, retry_after_ms: int | None = None) -> SessionError:
    return SessionError(Error(code=code, message="", fatal=True, retry_after_ms=retry_after_ms))


@pytest.mark.parametrize(
    "error",
    [
        ConnectError("nobody there"),
        ConnectError("full", status=503),
        ConnectError("too many", status=429),
        ClosedError(LOST, ""),
        ClosedError(CloseCode.RESTARTING, ""),
        ClosedError(CloseCode.GOING_AWAY, ""),
        ClosedError(CloseCode.OVERLOADED, ""),
        ClosedError(CloseCode.OUR_FAULT, ""),
        refused(ErrorCode.OVERLOADED),
        refused(ErrorCode.DRAINING),
        refused(ErrorCode.INTERNAL),
        refused(ErrorCode.START_TIMEOUT),
    ],
)
def test_what_may_go_better(error: ClientError) -> None:
    assert may_go_better(error)


@pytest.mark.parametrize(
    "error",
    [
        ClientError("not understood"),
        ConnectError("origin", status=403),
        ConnectError("token", status=401),
        *(
            ClosedError(code, "")
            for code in CloseCode
            if code >= 4000 or code in {CloseCode.DONE, CloseCode.TOO_BIG, CloseCode.PROTOCOL}
        ),
        *(
            refused(code)
            for code in ErrorCode
            if code not in {"overloaded", "draining", "internal", "start_timeout"}
        ),
    ],
)
def test_what_does_not(error: ClientError) -> None:
    assert not may_go_better(error)


def test_how_long_a_server_asks_to_wait() -> None:
    assert least_wait_s(ConnectError("full", status=503, retry_after_s=7)) == 7
    assert least_wait_s(refused(ErrorCode.OVERLOADED, 1500)) == 1.5
    assert least_wait_s(ClosedError(LOST, "")) == 0
