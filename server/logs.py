"""Logs as one JSON object a line, on standard error."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Final

from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web_protocol import RequestPayloadError

STANDARD: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
"""What every record has; anything else was given as ``extra``."""


class JsonFormatter(logging.Formatter):
    """Time, level, logger, message, what was given as ``extra``, and a traceback if there is one.

    Examples:
        >>> record = logging.makeLogRecord({"msg": "ready", "levelname": "INFO", "port": 8080})
        >>> json.loads(JsonFormatter().format(record))["port"]
        8080
    """

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        entry: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        entry |= {key: value for key, value in vars(record).items() if key not in STANDARD}
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return json.dumps(entry, default=str)


class WithoutBadRequests(logging.Filter):
    """Passes over requests that are no HTTP: aiohttp answers them, and would log each with its
    client's address and a traceback.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it is logged."""
        error = record.exc_info[1] if record.exc_info else None
        return not isinstance(error, HttpProcessingError | RequestPayloadError)


def configure_logging(level: str) -> None:
    """Log from `level` up. Called once, by the program."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    handler.addFilter(WithoutBadRequests())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
