"""Every limit of the service in one table: what is bounded, by how much, and what happens beyond.

``docs/limits.md`` is written from it (``python -m server.limits_export``), and a test tries each
one at its last value and one further.
"""

from __future__ import annotations

from typing import Final

from server.limit import About, Limit
from server.protocol import MOST_HEARD_AGAIN_MS, TEXT_BYTES
from server.recording import MAX_CHANNELS
from server.settings import Settings
from server.stream import BURST_S
from server.upload import MOST_PARTS

HEAD_BYTES: Final = 8190
HEADERS: Final = 128
"""Both are aiohttp's own."""


def _lasts_ms(settings: Settings) -> int:
    return settings.session_ms + settings.idle_ms


def _message_burst(settings: Settings) -> int:
    return settings.messages_per_second * BURST_S


def _uploads_per_address(settings: Settings) -> int:
    return max(1, settings.max_uploads // 2)


LIMITS: Final = (
    Limit(
        name="max_connections",
        about=About.CONNECTION,
        bounds="open at once, and never more than there are files for",
        beyond="503 with `Retry-After`, then closed",
    ),
    Limit(
        name="max_connections_per_address",
        about=About.CONNECTION,
        bounds="open at once from one address",
        beyond="503 with `Retry-After`, then closed",
    ),
    Limit(
        name="keepalive_ms",
        about=About.CONNECTION,
        bounds="time for the head of a request to come",
        unit="ms",
        beyond="closed",
    ),
    Limit(
        name="stall_ms",
        about=About.CONNECTION,
        bounds="time in which nothing of an answer is taken",
        unit="ms",
        beyond="cut",
    ),
    Limit(
        name="head_bytes",
        about=About.CONNECTION,
        bounds="value of a header",
        unit="bytes",
        beyond="400",
        fixed=HEAD_BYTES,
    ),
    Limit(
        name="headers",
        about=About.CONNECTION,
        bounds="headers of a request",
        beyond="400",
        fixed=HEADERS,
    ),
    Limit(
        name="max_sessions",
        about=About.SESSION,
        bounds="open at once, and no more than the machine is measured to serve",
        beyond="`overloaded`: 503 with `Retry-After`, before the upgrade",
    ),
    Limit(
        name="max_sessions_per_address",
        about=About.SESSION,
        bounds="open at once from one address",
        beyond="`overloaded`: 503 with `Retry-After`, before the upgrade",
    ),
    Limit(
        name="start_ms",
        about=About.SESSION,
        bounds="time for `session.start` to come",
        unit="ms",
        beyond="`start_timeout`, close 4408",
    ),
    Limit(
        name="idle_ms",
        about=About.SESSION,
        bounds="time without sound",
        unit="ms",
        beyond="`idle`, close 4408",
    ),
    Limit(
        name="session_ms",
        about=About.SESSION,
        bounds="sound of one connection",
        unit="ms",
        beyond="`ending` a minute before; `too_long`, close 4410",
    ),
    Limit(
        name="lasts_ms",
        about=About.SESSION,
        bounds="time that one connection lasts",
        unit="ms",
        beyond="`too_long`, close 4410",
        of=_lasts_ms,
    ),
    Limit(
        name="heartbeat_ms",
        about=About.SESSION,
        bounds="time without a sign of life",
        unit="ms",
        beyond="a ping; cut after half as long again without a pong",
    ),
    Limit(
        name="message_bytes",
        about=About.SESSION,
        bounds="a message, whole or in fragments",
        unit="bytes",
        beyond="close 1009",
    ),
    Limit(
        name="text_bytes",
        about=About.SESSION,
        bounds="a text message",
        unit="bytes",
        beyond="`too_big`",
        fixed=TEXT_BYTES,
    ),
    Limit(
        name="message_burst",
        about=About.SESSION,
        bounds="messages at once; `messages_per_second` of them come back",
        beyond="`too_fast`, close 4429",
        of=_message_burst,
    ),
    Limit(
        name="frame_burst",
        about=About.SESSION,
        bounds="pings, pongs and fragments at once, likewise",
        beyond="close 4429",
        of=_message_burst,
    ),
    Limit(
        name="burst_ms",
        about=About.SESSION,
        bounds="sound at once; `pace` ms come back each ms",
        unit="ms",
        beyond="read later, and not lost",
    ),
    Limit(
        name="backlog_bytes",
        about=About.SESSION,
        bounds="messages that the client has not taken",
        unit="bytes",
        beyond="cut",
    ),
    Limit(
        name="heard_again_ms",
        about=About.SESSION,
        bounds="sound that a resumed session hears again",
        unit="ms",
        beyond="`bad_message`",
        fixed=MOST_HEARD_AGAIN_MS,
    ),
    Limit(
        name="token_characters",
        about=About.SESSION,
        bounds="a token in `session.start`",
        beyond="`out_of_range`",
        fixed=1024,
    ),
    Limit(
        name="session_id_characters",
        about=About.SESSION,
        bounds="the name of a resumed session",
        beyond="`out_of_range`",
        fixed=64,
    ),
    Limit(
        name="max_uploads",
        about=About.RECORDING,
        bounds="classified at once",
        beyond="`overloaded`: 503 with `Retry-After`",
    ),
    Limit(
        name="uploads_per_address",
        about=About.RECORDING,
        bounds="of them from one address",
        beyond="`overloaded`: 503 with `Retry-After`",
        of=_uploads_per_address,
    ),
    Limit(
        name="upload_bytes",
        about=About.RECORDING,
        bounds="size, as said and as counted",
        unit="bytes",
        beyond="413",
    ),
    Limit(
        name="upload_ms",
        about=About.RECORDING,
        bounds="duration, as said and as counted",
        unit="ms",
        beyond="413",
    ),
    Limit(
        name="upload_within_ms",
        about=About.RECORDING,
        bounds="time for all of it to come",
        unit="ms",
        beyond="408",
    ),
    Limit(
        name="parts",
        about=About.RECORDING,
        bounds="parts of a form",
        beyond="400",
        fixed=MOST_PARTS - 1,
    ),
    Limit(
        name="channels",
        about=About.RECORDING,
        bounds="channels of a file",
        beyond="415",
        fixed=MAX_CHANNELS,
    ),
    Limit(
        name="queue_size",
        about=About.MODEL,
        bounds="segments that wait",
        beyond="`overloaded`: an interim gives way, or who has most waiting",
    ),
    Limit(
        name="deadline_ms",
        about=About.MODEL,
        bounds="time for the verdict on a segment",
        unit="ms",
        beyond="`overloaded`",
    ),
    Limit(
        name="drain_ms",
        about=About.MODEL,
        bounds="time that a stopping server gives its sessions",
        unit="ms",
        beyond="cut",
    ),
    Limit(
        name="feedback_ms",
        about=About.FEEDBACK,
        bounds="duration of a correction",
        unit="ms",
        beyond="413",
    ),
    Limit(
        name="feedback_count",
        about=About.FEEDBACK,
        bounds="corrections that are kept",
        beyond="507",
    ),
    Limit(
        name="feedback_bytes",
        about=About.FEEDBACK,
        bounds="size of all of them",
        unit="bytes",
        beyond="507",
    ),
)
