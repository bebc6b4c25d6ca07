"""A sound card that is none: a PulseAudio of one's own, whose microphone hears what is played."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

SERVER: Final = shutil.which("pulseaudio")
PLAYER: Final = shutil.which("paplay")

BEGIN_S: Final = 30.0


class SoundCard:
    """A loudspeaker, and a microphone before it.

    Attributes:
        env: what a program needs to find it.
    """

    def __init__(self, socket: Path) -> None:
        self.env: Mapping[str, str] = {"PULSE_SERVER": f"unix:{socket}"}
        self._playing: list[subprocess.Popen[bytes]] = []

    def play(self, recording: Path) -> None:
        """Begin to play a recording, at its own pace."""
        env = {**os.environ, **self.env}
        self._playing.append(subprocess.Popen([str(PLAYER), str(recording)], env=env))

    def close(self) -> None:
        """Nothing sounds any more."""
        for playing in self._playing:
            playing.terminate()
            playing.wait()


@contextmanager
def sound_card(folder: Path) -> Iterator[SoundCard]:
    """A sound card for as long as the block lasts.

    Args:
        folder: an empty one of its own, whose path is short: it becomes that of a socket.
    """
    socket = folder / "native"
    modules = (
        "module-null-sink sink_name=room rate=16000 channels=1",
        f"module-native-protocol-unix auth-anonymous=1 socket={socket}",
    )
    flags = ["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no"]
    flags += [flag for module in modules for flag in ("-L", module)]
    home = {name: str(folder) for name in ("HOME", "XDG_RUNTIME_DIR", "PULSE_RUNTIME_PATH")}
    with (folder / "said").open("w") as said:
        server = subprocess.Popen(
            [str(SERVER), *flags], env={**os.environ, **home}, stdout=said, stderr=said
        )
        try:
            until = time.monotonic() + BEGIN_S
            while not socket.exists():
                assert server.poll() is None, (folder / "said").read_text()
                assert time.monotonic() < until, "the sound server does not begin"
                time.sleep(0.02)
            card = SoundCard(socket)
            yield card
            card.close()
        finally:
            server.terminate()
            server.wait()
