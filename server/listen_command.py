"""``vivavoz listen``: a recording, a microphone or a pipe, labelled live by a server."""

from __future__ import annotations

import argparse
import asyncio
import math
import signal
import sys
from collections.abc import AsyncIterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from client_python import PATIENCE_S, ClientError, LastingSession, stay_connected, stream_url
from server.command import INTERRUPTED, CommandError, command_parser
from server.export import add_format_flags, check_format_flags
from server.export_output import Output, export_targets
from server.listen_export import ExportView, Nowhere, Views
from server.listen_source import Source, file_source, microphone, stdin_source
from server.listen_view import Connection, JsonView, TerminalView, View
from server.protocol import INTERIM_MS, SAMPLE_RATES, InterimMs

URL: Final = "ws://localhost:8080"
STDIN: Final = "-"

DESCRIPTION: Final = """\
Send sound to a running server (`vivavoz serve`) and print how each stretch of speech sounds.

  vivavoz listen recording.wav            at the pace of its sound, as a person would speak it
  vivavoz listen recording.wav --fast     as fast as the server takes it
  vivavoz listen --mic                    speak; Ctrl-C ends it
  arecord -t raw -f S16_LE -r 16000 | vivavoz listen -
  vivavoz listen --mic --json             every message of the server, one a line
  vivavoz listen --mic --format csv       a row for each segment while you speak
  vivavoz listen --mic --format eaf -o session.eaf

A line is one segment: [00:03.2–00:05.1] happy 0.81
"""  # noqa: RUF001 - the dash is what is printed


def main(argv: Sequence[str]) -> int:
    """Run the command."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    check_format_flags(parser, arguments)
    source, view = _source(arguments), _view(arguments)
    try:
        is_interrupted = asyncio.run(_listen(source, view, arguments))
    except ClientError as error:
        raise CommandError(str(error)) from None
    return INTERRUPTED if is_interrupted and not source.is_endless else 0


def _parser() -> argparse.ArgumentParser:
    parser = command_parser("listen", DESCRIPTION)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "file", nargs="?", metavar="FILE", help="WAV, FLAC or OGG; - for raw PCM on stdin"
    )
    what.add_argument("--mic", action="store_true", help="the microphone of this machine")
    parser.add_argument("--url", default=URL, help="of the server; default: %(default)s")
    parser.add_argument(
        "--token-file", type=Path, metavar="FILE", help="holds the token that the server asks for"
    )
    parser.add_argument(
        "--rate",
        type=int,
        default=16000,
        choices=SAMPLE_RATES,
        metavar="HZ",
        help="of the microphone, or of stdin (16-bit little-endian mono): one of "
        f"{', '.join(map(str, SAMPLE_RATES))}; default: %(default)s",
    )
    parser.add_argument(
        "--interim-ms",
        type=_interim_ms,
        default=INTERIM_MS,
        metavar="MS",
        help="a first label each so often while someone speaks, 0 for none; default: %(default)s",
    )
    parser.add_argument(
        "--patience",
        type=_seconds,
        default=PATIENCE_S,
        metavar="S",
        help="go on for so long without a server once there was one, and lose nothing; "
        "default: %(default)g",
    )
    parser.add_argument("--fast", action="store_true", help="do not wait as long as it sounds")
    add_format_flags(parser, "a file; the terminal then shows what it always shows")
    return parser


def _view(arguments: argparse.Namespace) -> View:
    if arguments.json:
        return JsonView(sys.stdout)
    if arguments.format is None:
        return TerminalView(sys.stdout, sys.stderr)
    heard = _heard(arguments)
    (path,) = export_targets([heard], arguments.output, arguments.format)
    export = ExportView(arguments.format, Output(path), heard.name)
    return Views(export, TerminalView(sys.stdout if path else Nowhere(), sys.stderr))


def _heard(arguments: argparse.Namespace) -> Path:
    """The recording that is listened to, or a name for what is none."""
    if arguments.mic:
        return Path("microphone")
    return Path("stdin" if arguments.file == STDIN else arguments.file)


def _interim_ms(text: str) -> int:
    try:
        return int(TypeAdapter(InterimMs).validate_python(text))
    except ValidationError as error:
        raise argparse.ArgumentTypeError(error.errors()[0]["msg"]) from None


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds < math.inf:
        raise argparse.ArgumentTypeError("seconds, 0 or more")
    return seconds


def _source(arguments: argparse.Namespace) -> Source:
    if arguments.mic:
        return microphone(arguments.rate)
    if arguments.file == STDIN:
        return stdin_source(arguments.rate, realtime=not arguments.fast)
    return file_source(Path(arguments.file), realtime=not arguments.fast)


def _token(path: Path | None) -> str | None:
    if path is None:
        return None
    from server.access import (
        TokenFileError,
        read_token,
    )  # with aiohttp, which is seldom needed here

    try:
        return read_token(path)
    except TokenFileError as error:
        raise CommandError(str(error)) from None


async def _listen(source: Source, view: View, arguments: argparse.Namespace) -> bool:
    """Show everything to the last label. Returns whether Ctrl-C ended the sound."""
    url, token = stream_url(arguments.url), _token(arguments.token_file)
    async with stay_connected(
        url,
        sample_rate=source.sample_rate,
        interim_ms=arguments.interim_ms,
        token=token,
        patience_s=arguments.patience,
        on_change=Connection(sys.stderr).tell,
    ) as session:
        sender = asyncio.create_task(_send(session, source.pieces))
        is_interrupted = _cancel_on_interrupt(sender)
        try:
            view.begin(session.created, url)
            async for message in session:
                view.show(message)
            await sender
        finally:
            sender.cancel()
            await asyncio.gather(sender, return_exceptions=True)
            view.end()
    return is_interrupted.is_set()


async def _send(session: LastingSession, pieces: AsyncIterable[bytes]) -> None:
    try:
        async for pcm in pieces:
            await session.send(pcm)
    except CommandError:  # of the source: what came before is still answered
        with suppress(ClientError):
            await session.stop()
        raise
    except asyncio.CancelledError:
        pass  # Ctrl-C: as above
    await session.stop()


def _cancel_on_interrupt(sender: asyncio.Task[None]) -> asyncio.Event:
    """Let the first Ctrl-C end the sound and the second one everything."""
    loop = asyncio.get_running_loop()
    interrupted = asyncio.Event()

    def interrupt() -> None:
        interrupted.set()
        sender.cancel()
        loop.remove_signal_handler(signal.SIGINT)

    with suppress(NotImplementedError):  # Windows: there the first ends everything
        loop.add_signal_handler(signal.SIGINT, interrupt)
    return interrupted
