"""``vivavoz serve``: the server and its page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from server.command import command_parser
from server.flags import add_flags, read_settings
from server.settings import Settings

DESCRIPTION: Final = """\
Start the server; open its page, allow the microphone, speak.

  vivavoz serve                                  on http://localhost:8080, for this machine alone
  vivavoz serve --port 9000 --model models/mine
  vivavoz serve --host 0.0.0.0 --token-file token.txt

A browser opens the microphone on http://localhost and on https:// only. For other machines put
the server behind a proxy that speaks https.

Each flag is also a variable of the environment (VIVAVOZ_PORT=9000) and a file in /run/secrets
(vivavoz_port), in this order.
"""

OFTEN: Final = (
    "host",
    "port",
    "model",
    "runtime",
    "max_sessions",
    "max_sessions_per_address",
    "token_file",
    "allow_origin",
    "open",
)


def main(argv: Sequence[str]) -> int:
    """Run the command."""
    parser = command_parser("serve", DESCRIPTION)
    parser.usage = "vivavoz serve [--port PORT] [--model MODEL] [--FLAG VALUE]…"  # not all forty
    add_flags(parser, OFTEN)
    seldom = [name for name in Settings.model_fields if name not in OFTEN]
    add_flags(parser.add_argument_group("seldom needed"), seldom)
    settings = read_settings(parser.parse_args(argv))
    from server.serve import run  # with aiohttp and the runtime; --help does without

    return run(settings)
