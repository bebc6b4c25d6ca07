"""Everything that can be set about the service. The only file that reads the environment."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeAlias
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from classifier import DEFAULT_MODEL, PrecisionName, RuntimeName
from server.cpus import available_cpus
from server.protocol import Limits
from vad import VadSettings

SECRETS: Final = Path("/run/secrets")

LogLevel: TypeAlias = Literal["debug", "info", "warning", "error"]

DEFAULT_LIMITS: Final = Limits()


def _default_workers() -> int:
    """One CPU is left to the event loop."""
    return max(1, available_cpus() - 1)


def _split(value: Any) -> Any:
    return [part.strip() for part in value.split(",") if part.strip()] if _is_text(value) else value


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _origin(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path.strip("/"):
        raise ValueError(f"{value!r} is no origin; write it as https://example.org")
    return f"{parts.scheme}://{parts.netloc}".lower()


def _network(value: Any) -> IPv4Network | IPv6Network:
    try:
        return ip_network(value)
    except ValueError as error:
        raise ValueError(f"{error}; write it as 10.0.0.1 or 10.0.0.0/8") from None


def _vad_from_text(value: Any) -> Any:
    """The environment holds texts, and `VadSettings` is strict on the wire."""
    return VadSettings.model_validate(value, strict=False) if isinstance(value, dict) else value


Port = Annotated[int, Field(ge=0, le=65535)]
Count = Annotated[int, Field(ge=1)]
Milliseconds = Annotated[int, Field(ge=1)]
Origins = Annotated[
    tuple[Annotated[str, AfterValidator(_origin)], ...], NoDecode, BeforeValidator(_split)
]


Networks = Annotated[
    tuple[Annotated[Any, AfterValidator(_network)], ...], NoDecode, BeforeValidator(_split)
]


class Settings(BaseSettings):
    """Settings of ``vivavoz serve``: arguments, else ``VIVAVOZ_PORT`` and so on, else a file such
    as ``/run/secrets/vivavoz_port``, else the default.

    Raises:
        pydantic.ValidationError: a value out of range; it names the field.

    Examples:
        >>> Settings(port=9000, allow_origin="https://a.example, https://b.example").allow_origin
        ('https://a.example', 'https://b.example')
    """

    model_config = SettingsConfigDict(
        env_prefix="VIVAVOZ_",
        env_nested_delimiter="__",
        secrets_dir=SECRETS if SECRETS.is_dir() else None,
        frozen=True,
    )

    host: Annotated[str, Field(min_length=1, description="address to listen on")] = "127.0.0.1"
    port: Annotated[Port, Field(description="port to listen on; 0 takes a free one")] = 8080
    metrics_host: Annotated[str, Field(min_length=1, description="address of /metrics")] = (
        "127.0.0.1"
    )
    metrics_port: Annotated[
        Port, Field(description="port of /metrics, apart from the public one; 0 takes a free one")
    ] = 0

    model: Annotated[
        str,
        Field(min_length=1, description="model directory, model store, or owner/name on the Hub"),
    ] = DEFAULT_MODEL
    model_poll_ms: Annotated[
        int,
        Field(ge=0, description="how often a model store is looked at; 0: on SIGHUP alone"),
    ] = 2000
    runtime: Annotated[RuntimeName, Field(description="what runs the model")] = "auto"
    precision: Annotated[
        PrecisionName,
        Field(description="of its arithmetic; auto: less than fp32 only where it answers the same"),
    ] = "auto"
    threads: Annotated[Count, Field(description="threads that one classification may use")] = 1
    workers: Annotated[
        Count,
        Field(default_factory=_default_workers, description="classifications at once"),
    ]

    online: Annotated[
        bool, Field(description="let a model named by owner/name be fetched from the Hub")
    ] = False
    allow_pickle: Annotated[
        bool, Field(description="read weights that are no safetensors (.bin), tensors only")
    ] = False

    token_file: Annotated[
        Path | None, Field(description="file with the token that clients have to bring")
    ] = None
    allow_origin: Annotated[
        Origins,
        Field(description="pages elsewhere that may connect, separated by commas"),
    ] = ()
    open: Annotated[
        bool, Field(description="let anyone in who reaches the address, without a token")
    ] = False

    trusted_proxies: Annotated[
        Networks,
        Field(
            description="addresses or networks of proxies of ours, separated by commas: their "
            "X-Forwarded-For is believed"
        ),
    ] = ()

    max_connections: Annotated[Count, Field(description="connections at once")] = 1024
    max_connections_per_address: Annotated[
        Count, Field(description="of them from one address; a trusted proxy may have all")
    ] = 128
    keepalive_ms: Annotated[
        Milliseconds, Field(description="time for a request to come, the first or the next one")
    ] = 15_000
    stall_ms: Annotated[
        Milliseconds, Field(description="time in which a client has to take some of an answer")
    ] = 15_000
    max_sessions: Annotated[Count, Field(description="sessions at once")] = 64
    max_sessions_per_address: Annotated[Count, Field(description="of them from one address")] = 8
    max_uploads: Annotated[Count, Field(description="recordings classified at once")] = 4
    upload_bytes: Annotated[Count, Field(description="size of a recording")] = 32 * 1024 * 1024
    upload_ms: Annotated[Milliseconds, Field(description="duration of a recording")] = 600_000
    upload_within_ms: Annotated[
        Milliseconds, Field(description="time in which a recording has to arrive")
    ] = 60_000

    feedback_dir: Annotated[
        Path | None,
        Field(description="folder for corrected recordings; without one none are taken"),
    ] = None
    feedback_ms: Annotated[Milliseconds, Field(description="duration of one of them")] = 30_000
    feedback_count: Annotated[Count, Field(description="how many of them are kept")] = 10_000
    feedback_bytes: Annotated[Count, Field(description="size of all of them")] = 1024**3
    feedback_free_bytes: Annotated[
        int, Field(ge=0, description="free space that they leave on the disk")
    ] = 256 * 1024**2

    queue_size: Annotated[Count, Field(description="segments that wait to be classified")] = 128
    deadline_ms: Annotated[
        Milliseconds, Field(description="a segment not classified by then is answered overloaded")
    ] = 4000

    lead_ms: Annotated[
        int,
        Field(
            ge=0,
            description="classify so long before a pause ends an utterance, if there is time: the "
            "label is there when it does; 0: wait for the end",
        ),
    ] = 120

    start_ms: Annotated[Milliseconds, Field(description="time for session.start to come")] = 5000
    idle_ms: Annotated[
        Milliseconds, Field(description="time without audio that ends a session")
    ] = DEFAULT_LIMITS.idle_ms
    session_ms: Annotated[Milliseconds, Field(description="length of a session")] = (
        DEFAULT_LIMITS.session_ms
    )
    drain_ms: Annotated[
        Milliseconds, Field(description="time that a stopping server gives its sessions")
    ] = 10_000
    message_bytes: Annotated[Count, Field(description="size of a message")] = (
        DEFAULT_LIMITS.message_bytes
    )
    messages_per_second: Annotated[Count, Field(description="messages a second")] = (
        DEFAULT_LIMITS.messages_per_second
    )
    pace: Annotated[
        float, Field(ge=1, description="audio a second, in seconds, beyond which reading pauses")
    ] = 1.25
    burst_ms: Annotated[
        Milliseconds, Field(description="audio that may come at once before that")
    ] = 30_000
    backlog_bytes: Annotated[
        Count, Field(description="messages unread by a client before it is cut off")
    ] = 256 * 1024
    heartbeat_ms: Annotated[Milliseconds, Field(description="a ping each so often")] = 15_000

    vad: Annotated[
        VadSettings,
        BeforeValidator(_vad_from_text),
        Field(description="how speech is cut out, until a client changes it (JSON)"),
    ] = VadSettings()
    log_level: Annotated[LogLevel, Field(description="least level that is logged")] = "info"

    @property
    def limits(self) -> Limits:
        """What clients are told."""
        return Limits(
            message_bytes=self.message_bytes,
            messages_per_second=self.messages_per_second,
            session_ms=self.session_ms,
            idle_ms=self.idle_ms,
        )
