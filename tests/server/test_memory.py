"""A session that lasts needs no more memory than one that has just begun."""

import ast
import asyncio
import gc
import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from websockets.asyncio.client import ClientConnection

from classifier import Verdict
from server.actions import Action, Classify
from server.protocol import ModelInfo
from server.session import Session
from server.settings import Settings
from tests.server.running import StubModel, begin, blocks, running
from tests.voice import Pcm, talk

RATE = 16000
UTTERANCES = 15
TURN = np.concatenate(
    [talk(silence=0.5, voice=1.3, pause=0.7, times=UTTERANCES), np.zeros(2 * RATE, "<i2")]
)
TURN_MS = len(TURN) * 1000 // RATE
ACKED_MS = 1500
"""Before the end of a turn: the pre-roll may still be needed, and the next ack is a second off."""
WARM = 4
TURNS = 14
NOISE = 600
"""Cancelled timers stay in asyncio's heap until they are a hundred and the half of it."""


ROOT = Path(__file__).parents[2]
PATH = [*ROOT.glob("vad/*.py"), *ROOT.glob("server/session*.py"), ROOT / "server/listener.py"]
"""Of each message of a session."""
LABELS = ("angry", "calm")
VERDICT = Verdict("calm", None, 0.6, {"angry": 0.4, "calm": 0.6}, "1")
FEW = 40

MEET = """
from pathlib import Path
from threading import Barrier, Thread

import numpy as np

from server.allocator import return_large_buffers
from server.reload import open_model
from server.settings import Settings

def resident_kib():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4

def classify():
    for _ in range(8):
        together.wait()
        model.logits(longest)

return_large_buffers()
model = open_model("default", Settings(workers=1, runtime="onnxruntime"))
before, longest, together = resident_kib(), np.zeros(8 * 16000, np.int16), Barrier(2)
threads = [Thread(target=classify) for _ in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(resident_kib() - before)
"""
MET_KIB = 3072
"""Up to 1.3 MB came, and 4.9 where a single thread had warmed up."""


async def test_what_is_held_does_not_grow_with_the_session() -> None:
    """Counts the interpreter's blocks of memory after each turn of the same half minute.

    A turn has 325 messages, 15 utterances and 30 interims: what keeps a tuple of two numbers for
    each message comes to 9,750 blocks in the ten turns that count, what keeps a message with its
    scores for each utterance to over a thousand.
    """
    settings = Settings(pace=1e6, messages_per_second=1_000_000)
    held: list[int] = []
    async with running(StubModel(), settings) as server, server.connect() as socket:
        await begin(socket, interim_ms=500)
        for turn in range(1, TURNS + 1):
            labels = await converse(socket, blocks(TURN), turn * TURN_MS - ACKED_MS)
            assert labels == UTTERANCES
            queue = server.service.queue
            await server.until(lambda queue=queue: queue.busy == queue.depth == 0)
            held.append(blocks_of_memory())
    growth = [count - held[WARM - 1] for count in held]
    assert growth[-1] < NOISE, growth


async def converse(socket: ClientConnection, chunks: Iterable[Pcm], until_ms: int) -> int:
    """Send audio, and count the final labels that come until it is acknowledged."""

    async def send() -> None:
        for chunk in chunks:
            await socket.send(chunk.tobytes())

    sending = asyncio.create_task(send())
    labels = 0
    async with asyncio.timeout(30):
        while True:
            message = json.loads(await socket.recv())
            labels += message["type"] == "emotion" and message["final"]
            if message["type"] == "ack" and message["audio_ms"] >= until_ms:
                break
        await sending
    return labels


def blocks_of_memory() -> int:
    """What the interpreter has given out, less cyclic garbage and its own free lists."""
    gc.collect()
    return sys.getallocatedblocks()


def test_a_session_leaves_nothing_behind_in_the_interpreter() -> None:
    """As above, without a socket, and so without its noise: some objects in five turns.

    CPython 3.11 makes a new string for each ``case Send(message)`` and keeps it in its cache of
    attributes, 12 KiB a minute for half an hour.
    """
    session = Session("s", ModelInfo(name="m", version="1", labels=LABELS), lead_ms=120)
    session.receive_text('{"type": "session.start", "sample_rate": 16000, "interim_ms": 500}')
    held: list[int] = []
    for _ in range(WARM + 5):
        for chunk in blocks(TURN):
            answer(session, session.receive_audio(chunk.tobytes()))
        held.append(blocks_of_memory())
    growth = [count - held[WARM - 1] for count in held]
    assert growth[-1] < FEW, growth


@pytest.mark.parametrize("path", PATH, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_pattern_of_a_class_has_positions(path: Path) -> None:
    """See above: with ``case Send(message=message)``, or none, there is no such string."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.MatchClass)]
    assert [node.lineno for node in classes if node.patterns] == []


@pytest.mark.skipif(sys.platform != "linux", reason="it is Linux that says how much is resident")
def test_the_model_has_taken_its_memory_before_the_first_listener() -> None:
    """Of all threads that will ever classify at once, on the longest segments."""
    done = subprocess.run(
        [sys.executable, "-c", MEET], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert int(done.stdout) < MET_KIB


def answer(session: Session, actions: Iterable[Action]) -> None:
    """Answer what is to be classified."""
    for action in actions:
        if isinstance(action, Classify):
            answer(session, session.receive_verdict(action.job, VERDICT))
