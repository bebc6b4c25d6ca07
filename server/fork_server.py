"""The server's end of `server.decoder_process`: starts it, and asks it for decoding processes.

Errors:
    * :exc:`DecoderError`: no decoder answers; the file may be all right.
"""

from __future__ import annotations

import logging
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Final

from server.decoder_process import Bounds

logger = logging.getLogger(__name__)

PROGRAM: Final = (
    "import os, sys; os.environ['OPENBLAS_NUM_THREADS'] = '1'; "  # only one thread is forked
    "sys.path.append(sys.argv.pop(1)); from server.decoder_process import main; main()"
)
FOLDER: Final = str(Path(__file__).resolve().parent.parent)


class DecoderError(Exception):
    """No decoder answers; the file may be all right."""


class ForkServer:
    """A fork server, started where it is needed and started again where it ended.

    Any thread may call any method.

    Args:
        bounds: what each process that it forks may take.
    """

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    @property
    def pid(self) -> int | None:
        """Of its process; None while there is none."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start it before it is needed.

        Raises:
            DecoderError: the system has no room for it.
        """
        with self._lock:
            self._running()

    def close(self) -> None:
        """End it. What it forked ends by itself."""
        with self._lock:
            self._end()

    def fork(self) -> socket.socket:
        """A new decoding process, at the other end of this socket.

        Raises:
            DecoderError: the system has no room for it.
        """
        ours, theirs = socket.socketpair()
        try:
            with theirs, self._lock:
                try:
                    socket.send_fds(self._running(), [b"+"], [theirs.fileno()])
                except OSError:  # it has just ended
                    self._end()
                    socket.send_fds(self._running(), [b"+"], [theirs.fileno()])
        except OSError as error:
            ours.close()
            raise DecoderError(f"no decoder can be reached: {error}") from error
        except DecoderError:
            ours.close()
            raise
        return ours

    def _running(self) -> socket.socket:
        """What it listens to."""
        if self._process and self._process.poll() is not None:
            logger.warning("the decoder ended", extra={"status": self._process.returncode})
            self._end()
        if self._control is None:
            self._control = self._started()
        return self._control

    def _started(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-P", "-c", PROGRAM, FOLDER, *map(str, self._bounds)]
        with theirs:
            try:
                self._process = subprocess.Popen(  # noqa: S603 - nothing in it comes from outside
                    command, stdin=theirs.fileno(), stdout=subprocess.DEVNULL, cwd="/"
                )
            except OSError as error:
                ours.close()
                raise DecoderError(f"no decoder can be started: {error}") from error
        return ours

    def _end(self) -> None:
        if self._control:
            self._control.close()
        if self._process:
            self._process.kill()
            self._process.wait()
        self._control = self._process = None
